// SPDX-License-Identifier: Apache-2.0
// Ledger entries as JSON: between worker and supervisor, and in a job file until they are recorded.
#pragma once

#include "base/json.hpp"
#include "signmark/ledger.hpp"

namespace signmark::batch {

/// Everything but sequence and time, which the ledger gives. Empty fields are left out.
Json entry_json(const ledger::Entry& entry);
/// Strict: unknown kinds of prints and wrong types are refused, unknown fields are not looked at.
/// Errors: `batch.entry`.
Result<ledger::Entry> read_entry(const Json& value);

}  // namespace signmark::batch
