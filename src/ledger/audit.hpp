// SPDX-License-Identifier: Apache-2.0
// What `verify` does: recomputes the tree from the rows and compares it with all checkpoints.
#pragma once

#include "database/database.hpp"
#include "signmark/ledger.hpp"

namespace signmark::ledger {

/// Checkpoints that do not lie in the database.
struct Witnesses {
  std::vector<Checkpoint> file;     ///< of `<ledger>.checkpoints`
  std::optional<Error> file_fault;  ///< why that file could not be read
  std::vector<Checkpoint> against;  ///< kept elsewhere
};

/// `db` shall see one state of the ledger throughout. Errors: only where it could not look.
Result<Audit> audit_ledger(const Context& context, database::Connection& db,
                           const std::string& origin, const Witnesses& witnesses);

}  // namespace signmark::ledger
