// SPDX-License-Identifier: Apache-2.0
// Entries as JSON: the one form of bundles and `--json`.
#pragma once

#include "base/json.hpp"
#include "signmark/ledger.hpp"

namespace signmark::ledger {

/// All of an entry; texts that are empty are left out. Prints as `kind`, `part` and hex `bits`,
/// tiles in base64, the supply with its salt.
Json to_json(const Entry& entry);
/// Reads that form again. Errors: `ledger.bundle.syntax`.
Result<Entry> entry_from_json(const Json& json);

/// A member of this kind, or the default. Errors: `ledger.bundle.syntax` (of another kind).
Result<std::uint64_t> number_member(const Json& object, std::string_view name);
Result<std::string> text_member(const Json& object, std::string_view name);

}  // namespace signmark::ledger
