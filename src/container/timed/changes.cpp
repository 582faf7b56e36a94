// SPDX-License-Identifier: Apache-2.0
// Sorts an edit by carrier.
#include "container/timed/changes.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace signmark::container {

const Bytes* Changes::at(Range carrier) const {
  const auto found = std::find_if(carriers.begin(), carriers.end(), [&](const CarrierEdit& edit) {
    return edit.block->range == carrier;
  });
  return found == carriers.end() ? nullptr : &found->payload;
}

bool Changes::within(Range part) const {
  return std::any_of(carriers.begin(), carriers.end(), [&](const CarrierEdit& edit) {
    return edit.block->range.offset >= part.offset && edit.block->range.end() <= part.end();
  });
}

Result<Changes> changes_of(const Inventory& inventory, const Edits& edits, const Limits& limits) {
  Changes changes;
  SIGNMARK_ASSIGN(changes.carriers, carrier_edits(inventory, edits, limits));
  if (edits.aigc && inventory.find(BlockKind::aigc) == nullptr) changes.record = &*edits.aigc;
  if (edits.manifest) changes.manifest = &*edits.manifest;
  return changes;
}

std::uint64_t last_carrier(const Inventory& inventory) {
  std::uint64_t end = 0;
  for (const Block& block : inventory.blocks) end = std::max(end, block.range.end());
  for (const Range& range : inventory.manifest_exclusions) end = std::max(end, range.end());
  return end;
}

Block tag_block(std::string place, std::string key, Range range, ByteView value) {
  const bool record = iequals(key, "AIGC");
  place += " " + key;
  return {record ? BlockKind::aigc : BlockKind::text,
          std::move(place),
          record ? "AIGC" : std::move(key),
          range,
          {value.begin(), value.end()}};
}

}  // namespace signmark::container
