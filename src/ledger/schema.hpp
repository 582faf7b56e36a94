// SPDX-License-Identifier: Apache-2.0
// The tables of a ledger, its version, its head.
#pragma once

#include "database/database.hpp"
#include "ledger/merkle.hpp"

namespace signmark::ledger {

/// Makes the tables when they are not there, and gives the ledger's origin. Errors: `ledger.open`
/// (no ledger, or another database), `ledger.version`, `database.*`.
Result<std::string> ensure_schema(database::Connection& db, Random& random, bool read_only);

/// The one row that grows with the ledger; who holds it locked may append.
struct Head {
  std::uint64_t size = 0;
  Bytes frontier;  ///< Frontier::bytes()
  std::uint64_t checkpoint_size = 0;
  UnixTime checkpoint_time = 0;
  [[nodiscard]] Result<Frontier> tree() const { return Frontier::parse(size, frontier); }
};

/// With `lock`, inside a write transaction: nobody else appends until it ends.
Result<Head> read_head(database::Connection& db, bool lock);
/// Size and tree; checkpoints are noted by note_checkpoint().
Status write_head(database::Connection& db, const Frontier& tree);
Status note_checkpoint(database::Connection& db, std::uint64_t size, UnixTime time);

/// Nodes of the tree are kept from this level on: one row for 128 leaves, and what lies below is
/// computed from at most 256 leaves.
inline constexpr unsigned kNodeLevel = 8;

database::Value integer(std::uint64_t value);
std::uint64_t as_count(const database::Value& value);

}  // namespace signmark::ledger
