// SPDX-License-Identifier: Apache-2.0
// Finding signed units in a text by their tags, wherever they stand.
#pragma once

#include <utility>
#include <vector>

#include "text/record.hpp"
#include "text/units.hpp"

namespace signmark::text {

/// One tag of an accepted record.
struct Slot {
  Tag tag = 0;
  std::uint32_t record = 0;  ///< index into TagTable::records()
  std::uint32_t unit = 0;
};

/// An accepted record among those of its marking.
struct TableRecord {
  std::size_t index = 0;  ///< into Records::records
  std::size_t first = 0;  ///< its first slot
  std::uint32_t block = 0;
  std::size_t group = 0;
};

/// Records of one marking: same content id, key, time and number of blocks.
struct Group {
  std::uint64_t content_id = 0;
  std::size_t first_record = 0, records = 0;  ///< in TagTable::records(), ascending by block
  std::size_t first_slot = 0, slots = 0;
};

/// All accepted tags. Looked up by binary search: whoever signs chooses the tags, and could choose
/// them to collide in a hash table.
class TagTable {
 public:
  TagTable(const std::vector<Record>& records, std::span<const std::size_t> accepted);

  [[nodiscard]] const std::vector<Slot>& slots() const { return slots_; }
  [[nodiscard]] const std::vector<TableRecord>& records() const { return records_; }
  [[nodiscard]] const std::vector<Group>& groups() const { return groups_; }
  [[nodiscard]] std::size_t group_of(std::size_t slot) const {
    return records_[slots_[slot].record].group;
  }
  /// The slot of a tag in a group: the first one behind `after`, else the first one.
  [[nodiscard]] std::optional<std::size_t> find(Tag tag, std::size_t group,
                                                std::optional<std::size_t> after) const;

 private:
  /// A slot with the upper half of its tag, to compare most tags without a look at the slots.
  struct Entry {
    std::uint32_t tag_head = 0, slot = 0;
  };
  [[nodiscard]] bool before(const Entry& entry, Tag tag, std::size_t slot) const;

  std::vector<Slot> slots_;
  std::vector<TableRecord> records_;
  std::vector<Group> groups_;
  std::vector<Entry> entries_;
};

/// A signed unit in the text; a long text has a million of them, so it is small.
struct Match {
  std::uint64_t first = 0;       ///< its first canonical character
  std::uint32_t characters = 0;  ///< canonical ones of its own
  std::uint32_t slot = 0;
  std::uint64_t begin_offset = 0, finish_offset = 0;
  std::uint32_t begin_passage = 0, finish_passage = 0;
  bool spaced = false;  ///< a space stands before it that belongs to no unit
  bool telling = true;  ///< long enough (kShortWeight) not to stand in any text by chance

  [[nodiscard]] std::uint64_t end() const { return first + characters; }
  /// The canonical character at which the text before it ends.
  [[nodiscard]] std::uint64_t lead() const { return first - (spaced ? 1 : 0); }
  [[nodiscard]] Place begin() const { return {begin_passage, begin_offset}; }
  [[nodiscard]] Place finish() const { return {finish_passage, finish_offset}; }
};

struct Matches {
  std::vector<Match> list;       ///< in reading order, disjoint
  std::uint64_t characters = 0;  ///< canonical ones of the whole text
};

/// Errors: `text.utf8`, `base.cancelled`.
Result<Matches> find_units(const Context& context, std::span<const Passage> passages,
                           const TagTable& table, const std::vector<Record>& records);

}  // namespace signmark::text
