// SPDX-License-Identifier: Apache-2.0
// Accepted tags, sorted.
#include <algorithm>
#include <tuple>

#include "text/match.hpp"

namespace signmark::text {
namespace {

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
    entries_.emplace_back(slots_[slot].tag, slot);
  std::sort(entries_.begin(), entries_.end());
}

std::optional<std::size_t> TagTable::find(Tag tag, std::size_t group,
                                          std::optional<std::size_t> after) const {
  const Group& range = groups_[group];
  const auto from = [&](std::size_t slot) -> std::optional<std::size_t> {
    const auto at = std::lower_bound(entries_.begin(), entries_.end(), Entry{tag, slot});
    if (at == entries_.end() || at->first != tag || at->second >= range.first_slot + range.slots)
      return std::nullopt;
    return at->second;
  };
  const auto first = from(range.first_slot);
  if (!first || !after) return first;
  const auto next = from(*after + 1);
  return next ? next : first;
}

}  // namespace signmark::text
