// SPDX-License-Identifier: Apache-2.0
// Accepted tags, sorted.
#include <algorithm>
#include <tuple>

#include "text/match.hpp"

namespace signmark::text {
namespace {

std::uint32_t head_of(Tag tag) { return static_cast<std::uint32_t>(tag >> 32U); }

auto marking_of(const Record& record) {
  return std::tie(record.content_id, record.time, record.key_hint, record.blocks);
}

}  // namespace

TagTable::TagTable(const std::vector<Record>& records, std::span<const std::size_t> accepted) {
  std::vector<std::size_t> order;
  for (const std::size_t i : accepted)
    if (i < records.size()) order.push_back(i);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::tuple(marking_of(records[a]), records[a].block, a) <
           std::tuple(marking_of(records[b]), records[b].block, b);
  });
  order.erase(std::unique(order.begin(), order.end()), order.end());
  std::size_t tags = 0;
  for (const std::size_t i : order) tags += records[i].units;
  slots_.reserve(tags);
  records_.reserve(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Record& record = records[order[i]];
    if (i == 0 || marking_of(record) != marking_of(records[order[i - 1]]))
      groups_.push_back({record.content_id, records_.size(), 0, slots_.size(), 0});
    ++groups_.back().records;
    groups_.back().slots += record.units;
    records_.push_back({order[i], slots_.size(), record.block, groups_.size() - 1});
    for (std::size_t unit = 0; unit < record.units; ++unit)
      slots_.push_back({tag_of(record, unit), static_cast<std::uint32_t>(records_.size() - 1),
                        static_cast<std::uint32_t>(unit)});
  }
  entries_.reserve(slots_.size());
  for (std::size_t slot = 0; slot < slots_.size(); ++slot)
    entries_.push_back({head_of(slots_[slot].tag), static_cast<std::uint32_t>(slot)});
  std::sort(entries_.begin(), entries_.end(), [this](const Entry& a, const Entry& b) {
    return before(a, slots_[b.slot].tag, b.slot);
  });
}

bool TagTable::before(const Entry& entry, Tag tag, std::size_t slot) const {
  if (entry.tag_head != head_of(tag)) return entry.tag_head < head_of(tag);
  const Tag own = slots_[entry.slot].tag;
  return own != tag ? own < tag : entry.slot < slot;
}

std::optional<std::size_t> TagTable::find(Tag tag, std::size_t group,
                                          std::optional<std::size_t> after) const {
  const Group& range = groups_[group];
  const auto from = [&](std::size_t slot) -> std::optional<std::size_t> {
    const auto at = std::partition_point(entries_.begin(), entries_.end(), [&](const Entry& entry) {
      return before(entry, tag, slot);
    });
    if (at == entries_.end() || slots_[at->slot].tag != tag ||
        at->slot >= range.first_slot + range.slots)
      return std::nullopt;
    return at->slot;
  };
  const auto first = from(range.first_slot);
  if (!first || !after) return first;
  const auto next = from(*after + 1);
  return next ? next : first;
}

}  // namespace signmark::text
