// SPDX-License-Identifier: Apache-2.0
// `signmark ledger`.
#pragma once

#include "session.hpp"

namespace signmark::cli {

std::unique_ptr<Command> make_ledger_command();

}  // namespace signmark::cli
