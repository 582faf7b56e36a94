// SPDX-License-Identifier: Apache-2.0
// Where a user's ledger lies.
#pragma once

#include "signmark/keyring.hpp"

namespace signmark::ledger {

/// `ledger.db` in the state folder (keys.md 4.3).
std::string location_of(const keys::Home& home);

}  // namespace signmark::ledger
