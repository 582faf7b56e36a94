// SPDX-License-Identifier: Apache-2.0
// The Merkle tree of RFC 6962 section 2.1, kept so that adding a leaf costs O(log n), and its
// proofs (RFC 9162 section 2.1).
#pragma once

#include <array>
#include <functional>
#include <vector>

#include "base/result.hpp"

namespace signmark::ledger {

using Hash = std::array<Byte, 32>;

/// SHA-256(0x00 || line).
Hash leaf_hash(std::string_view line);
/// SHA-256(0x01 || left || right).
Hash node_hash(const Hash& left, const Hash& right);

/// Told of each node that a new leaf completes: its level (leaves are 0) and place in it.
using NodeSink = std::function<void(unsigned level, std::uint64_t place, const Hash& hash)>;

/// A tree as the roots of its complete subtrees, largest first: one for each bit of its size.
class Frontier {
 public:
  Frontier() = default;
  /// From bytes() of a tree of `size` leaves. Errors: `ledger.tampered.tree`.
  static Result<Frontier> parse(std::uint64_t size, ByteView bytes);

  void add(const Hash& leaf, const NodeSink& completed = {});
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] Hash root() const;
  [[nodiscard]] Bytes bytes() const;
  friend bool operator==(const Frontier&, const Frontier&) = default;

 private:
  std::uint64_t size_ = 0;
  std::vector<Hash> roots_;
};

/// Gives the root of the leaves from `begin` up to `end`, which lie as RFC 6962 cuts its trees.
using RangeRoot = std::function<Result<Hash>(std::uint64_t begin, std::uint64_t end)>;

/// PATH(m, D[n]) of RFC 9162 2.1.3.1; `leaf` below `size`.
Result<std::vector<Hash>> inclusion_path(std::uint64_t leaf, std::uint64_t size,
                                         const RangeRoot& root);
/// PROOF(m, D[n]) of RFC 9162 2.1.4.1; `from` from 1 to `size`.
Result<std::vector<Hash>> consistency_path(std::uint64_t from, std::uint64_t size,
                                           const RangeRoot& root);

/// Largest power of two below `size`, which is at least 2: where RFC 6962 cuts a tree.
std::uint64_t cut(std::uint64_t size);

}  // namespace signmark::ledger
