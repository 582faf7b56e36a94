// SPDX-License-Identifier: Apache-2.0
// Reads hash trees and follows them from the leaves to the row that the assertion keeps.
#include "c2pa/hash_tree.hpp"

#include <algorithm>

namespace signmark::c2pa {
namespace {

using cbor::Value;

std::optional<std::uint64_t> number(const Value& map, std::string_view key) {
  const Value* value = map.find(key);
  return value ? value->as_uint() : std::nullopt;
}

/// Null and absent are the same; false when the field is there with another type.
bool read_bytes(const Value* value, const Bytes*& out) {
  if (value == nullptr || value->is(cbor::Kind::null)) return true;
  out = value->as_bytes();
  return out != nullptr;
}

bool read_row(const Value* list, HashTree& tree) {
  if (list == nullptr || list->as_array() == nullptr) return false;
  for (const Value& item : *list->as_array()) {
    tree.row.push_back(item.as_bytes());
    if (tree.row.back() == nullptr) return false;
  }
  return !tree.row.empty();
}

bool read_sizes(const Value& map, HashTree& tree) {
  tree.block_size = number(map, "fixedBlockSize");
  const Value* list = map.find("variableBlockSizes");
  if (list == nullptr || list->is(cbor::Kind::null)) return true;
  if (list->as_array() == nullptr) return false;
  for (const Value& item : *list->as_array()) {
    if (!item.as_uint()) return false;
    tree.block_sizes.push_back(*item.as_uint());
  }
  return true;
}

bool read_tree(const Value& map, HashTree& tree) {
  const auto local_id = number(map, "localId");
  const auto count = number(map, "count");
  if (!local_id || !count) return false;
  tree.local_id = *local_id;
  tree.count = *count;
  if (const Value* alg = map.find("alg"); alg != nullptr && alg->as_text() != nullptr)
    tree.alg = hash_alg_from_name(*alg->as_text());
  return read_bytes(map.find("initHash"), tree.init_hash) && read_row(map.find("hashes"), tree) &&
         read_sizes(map, tree);
}

}  // namespace

std::optional<std::vector<HashTree>> read_hash_trees(const Value& list, HashAlg alg) {
  if (list.as_array() == nullptr || list.as_array()->empty()) return std::nullopt;
  std::vector<HashTree> trees;
  for (const Value& item : *list.as_array()) {
    trees.emplace_back().alg = alg;
    if (!read_tree(item, trees.back())) return std::nullopt;
  }
  return trees;
}

std::optional<std::vector<Range>> leaves_of(const HashTree& tree, Range media, std::uint64_t most) {
  if (tree.block_size && *tree.block_size == 0) return std::nullopt;
  const bool fixed = tree.block_sizes.empty();
  const std::uint64_t block = tree.block_size.value_or(std::max<std::uint64_t>(media.size, 1));
  const std::uint64_t count =
      fixed ? media.size / block + (media.size % block == 0 ? 0 : 1) : tree.block_sizes.size();
  if (count > most) return std::nullopt;
  std::vector<Range> leaves;
  Range rest = media;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t size = fixed ? std::min(block, rest.size) : tree.block_sizes[i];
    if (size > rest.size) return std::nullopt;
    leaves.push_back({rest.offset, size});
    rest = {rest.offset + size, rest.size - size};
  }
  if (rest.size != 0) return std::nullopt;
  return leaves;
}

bool matches(const HashTree& tree, std::vector<Bytes> leaves) {
  if (leaves.size() != tree.count) return false;
  while (leaves.size() > tree.row.size()) {
    std::vector<Bytes> above;
    for (std::size_t i = 0; i < leaves.size(); i += 2) {
      if (i + 1 == leaves.size()) {  // without a neighbour it stands in the next row as it is
        above.push_back(std::move(leaves[i]));
        continue;
      }
      Hasher hasher(*tree.alg);
      hasher.update(leaves[i]);
      hasher.update(leaves[i + 1]);
      above.push_back(hasher.finish());
    }
    leaves = std::move(above);
  }
  return std::equal(leaves.begin(), leaves.end(), tree.row.begin(), tree.row.end(),
                    [](const Bytes& leaf, const Bytes* kept) { return leaf == *kept; });
}

}  // namespace signmark::c2pa
