// SPDX-License-Identifier: Apache-2.0
// The tree and its proofs; the checks of proofs are those of RFC 9162, step by step.
#include "ledger/merkle.hpp"

#include <algorithm>
#include <bit>

#include "base/hash.hpp"
#include "signmark/ledger.hpp"

namespace signmark::ledger {
namespace {

// RFC 6962 2.1: leaves and nodes are told apart, so that a node cannot be passed off as a leaf.
constexpr std::array<Byte, 1> kLeaf{0};
constexpr std::array<Byte, 1> kNode{1};

Hash finished(Hasher& hasher) {
  Hash out{};
  const Bytes digest = hasher.finish();
  std::copy_n(digest.begin(), out.size(), out.begin());
  return out;
}

/// MTH({}): SHA-256 of nothing.
Hash empty_root() {
  Hasher hasher(HashAlg::sha256);
  return finished(hasher);
}

}  // namespace

Hash leaf_hash(std::string_view line) {
  Hasher hasher(HashAlg::sha256);
  hasher.update(kLeaf).update(as_bytes(line));
  return finished(hasher);
}

Hash node_hash(const Hash& left, const Hash& right) {
  Hasher hasher(HashAlg::sha256);
  hasher.update(kNode).update(left).update(right);
  return finished(hasher);
}

Result<Frontier> Frontier::parse(std::uint64_t size, ByteView bytes) {
  Frontier out;
  const auto count = static_cast<std::size_t>(std::popcount(size));
  if (bytes.size() != count * sizeof(Hash))
    return fail("ledger.tampered.tree", "the kept tree does not fit its size");
  out.size_ = size;
  out.roots_.resize(count);
  for (std::size_t i = 0; i < count; ++i)
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(i * sizeof(Hash)), sizeof(Hash),
                out.roots_[i].begin());
  return out;
}

void Frontier::add(const Hash& leaf, const NodeSink& completed) {
  Hash hash = leaf;
  unsigned level = 0;
  // Two complete subtrees of one size become one: the carries of size + 1.
  for (; ((size_ >> level) & 1U) != 0; roots_.pop_back()) {
    hash = node_hash(roots_.back(), hash);
    ++level;
    if (completed) completed(level, size_ >> level, hash);
  }
  roots_.push_back(hash);
  ++size_;
}

Hash Frontier::root() const {
  if (roots_.empty()) return empty_root();
  Hash hash = roots_.back();
  for (auto it = roots_.rbegin() + 1; it != roots_.rend(); ++it) hash = node_hash(*it, hash);
  return hash;
}

Bytes Frontier::bytes() const {
  Bytes out;
  for (const Hash& root : roots_) out.insert(out.end(), root.begin(), root.end());
  return out;
}

std::uint64_t cut(std::uint64_t size) { return std::bit_floor(size - 1); }

Result<std::vector<Hash>> inclusion_path(std::uint64_t leaf, std::uint64_t size,
                                         const RangeRoot& root) {
  std::vector<Hash> path;
  std::uint64_t begin = 0;
  std::uint64_t end = size;
  while (end - begin > 1) {
    const std::uint64_t middle = begin + cut(end - begin);
    const bool left = leaf < middle;
    SIGNMARK_ASSIGN(const Hash other, left ? root(middle, end) : root(begin, middle));
    path.push_back(other);
    (left ? end : begin) = middle;
  }
  std::reverse(path.begin(), path.end());
  return path;
}

Result<std::vector<Hash>> consistency_path(std::uint64_t from, std::uint64_t size,
                                           const RangeRoot& root) {
  std::vector<Hash> path;
  std::uint64_t begin = 0;
  std::uint64_t end = size;
  bool known = true;  // SUBPROOF's b: whether the verifier holds this subtree's root
  while (from != end) {
    const std::uint64_t middle = begin + cut(end - begin);
    const bool left = from <= middle;
    SIGNMARK_ASSIGN(const Hash other, left ? root(middle, end) : root(begin, middle));
    path.push_back(other);
    if (!left) known = false;
    (left ? end : begin) = middle;
  }
  if (!known) {
    SIGNMARK_ASSIGN(const Hash last, root(begin, end));
    path.push_back(last);
  }
  std::reverse(path.begin(), path.end());
  return path;
}

bool check_inclusion(const Inclusion& proof, std::string_view line, const Checkpoint& checkpoint) {
  if (proof.size != checkpoint.size || proof.sequence >= proof.size) return false;
  std::uint64_t fn = proof.sequence;
  std::uint64_t sn = proof.size - 1;
  Hash hash = leaf_hash(line);
  for (const Hash& part : proof.path) {
    if (sn == 0) return false;
    if ((fn & 1U) != 0 || fn == sn) {
      hash = node_hash(part, hash);
      while ((fn & 1U) == 0 && fn != 0) fn >>= 1U, sn >>= 1U;
    } else {
      hash = node_hash(hash, part);
    }
    fn >>= 1U;
    sn >>= 1U;
  }
  return sn == 0 && hash == checkpoint.root;
}

bool check_consistency(const Consistency& proof, const Checkpoint& earlier,
                       const Checkpoint& later) {
  if (earlier.origin != later.origin || proof.from != earlier.size || proof.to != later.size)
    return false;
  if (proof.from == 0) return proof.path.empty() && earlier.root == empty_root();
  if (proof.from == proof.to) return proof.path.empty() && earlier.root == later.root;
  if (proof.from > proof.to) return false;
  std::vector<Hash> path = proof.path;
  // A complete tree's root is the earlier one itself.
  if (std::has_single_bit(proof.from)) path.insert(path.begin(), earlier.root);
  if (path.empty()) return false;
  std::uint64_t fn = proof.from - 1;
  std::uint64_t sn = proof.to - 1;
  while ((fn & 1U) != 0) fn >>= 1U, sn >>= 1U;
  Hash fr = path.front();
  Hash sr = path.front();
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (sn == 0) return false;
    if ((fn & 1U) != 0 || fn == sn) {
      fr = node_hash(path[i], fr);
      sr = node_hash(path[i], sr);
      while ((fn & 1U) == 0 && fn != 0) fn >>= 1U, sn >>= 1U;
    } else {
      sr = node_hash(sr, path[i]);
    }
    fn >>= 1U;
    sn >>= 1U;
  }
  return sn == 0 && fr == earlier.root && sr == later.root;
}

}  // namespace signmark::ledger
