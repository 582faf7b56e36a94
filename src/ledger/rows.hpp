// SPDX-License-Identifier: Apache-2.0
// Entries as rows.
#pragma once

#include "database/database.hpp"
#include "ledger/merkle.hpp"
#include "signmark/ledger.hpp"

namespace signmark::ledger {

/// Writes all rows of an entry but its node in the tree.
Status insert_entry(database::Connection& db, const Entry& entry, const Hash& leaf);
Status insert_node(database::Connection& db, unsigned level, std::uint64_t place, const Hash& hash);

/// Whole entries from `begin` up to `end`, in order; those without a body are left out.
Result<std::vector<Entry>> load_entries(database::Connection& db, std::uint64_t begin,
                                        std::uint64_t end);

struct Leaf {
  std::uint64_t sequence = 0;
  Hash hash{};
};
Result<std::vector<Leaf>> load_leaves(database::Connection& db, std::uint64_t begin,
                                      std::uint64_t end);

/// Removes all rows below `end` but leaves and nodes; says how many entries went.
Result<std::uint64_t> remove_bodies(database::Connection& db, std::uint64_t end);

/// The sequence below which bodies were pruned: what the newest "prune" entry says.
Result<std::uint64_t> pruned_below(database::Connection& db);

/// A digest as it stands in a row; nothing when the row was tampered with.
std::optional<Hash> as_hash(const database::Value& value);

}  // namespace signmark::ledger
