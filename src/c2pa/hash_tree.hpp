// SPDX-License-Identifier: Apache-2.0
// Hash trees over media data: the field `merkle` of c2pa.hash.bmff (2.5: 16.3.4).
#pragma once

#include "base/hash.hpp"
#include "c2pa/cbor.hpp"

namespace signmark::c2pa {

/// One entry of `merkle`; views the assertion.
struct HashTree {
  std::uint64_t local_id = 0;        ///< which `mdat`, in the order of the file
  std::uint64_t count = 0;           ///< leaves
  std::optional<HashAlg> alg;        ///< nothing: unknown to us
  const Bytes* init_hash = nullptr;  ///< of what stands before the first fragment
  std::vector<const Bytes*> row;     ///< one row of the tree, from the leaves to the root
  std::optional<std::uint64_t> block_size;
  std::vector<std::uint64_t> block_sizes;
};

/// Nothing when an entry is malformed. `alg` is the assertion's.
std::optional<std::vector<HashTree>> read_hash_trees(const cbor::Value& list, HashAlg alg);

/// How a stretch of media is cut into leaves; nothing when the sizes do not fit it, or give more
/// leaves than `most`.
std::optional<std::vector<Range>> leaves_of(const HashTree& tree, Range media, std::uint64_t most);

/// Whether these are the leaves of the tree, whose algorithm is known.
bool matches(const HashTree& tree, std::vector<Bytes> leaves);

}  // namespace signmark::c2pa
