// SPDX-License-Identifier: Apache-2.0
// Making checkpoints.
#pragma once

#include "ledger/merkle.hpp"
#include "signmark/ledger.hpp"

namespace signmark::ledger {

/// A signed checkpoint of this tree. Errors: `keys.*` of the signer.
Result<Checkpoint> sign_checkpoint(const std::string& origin, const Frontier& tree, UnixTime time,
                                   const keys::Signer& signer);

/// Where the last complete note of a file ends; what follows was torn off while being written.
std::size_t complete_notes(std::string_view text);

}  // namespace signmark::ledger
