// SPDX-License-Identifier: Apache-2.0
// Units of a whole text with the places where a record may stand, and the plan of its blocks.
#pragma once

#include <vector>

#include "text/record.hpp"
#include "text/units.hpp"

namespace signmark::text {

/// What a block needs to know of a unit; kept for the whole text, so it is small.
struct UnitSummary {
  Tag tag = 0;
  std::uint32_t characters = 0, weight = 0, wide = 0;
  std::uint32_t spot_passage = kNoSpot;
  std::uint64_t spot_offset = 0;
  static constexpr std::uint32_t kNoSpot = 0xFFFFFFFF;
  [[nodiscard]] bool has_spot() const { return spot_passage != kNoSpot; }
};

/// All units, with tags for one content id. Errors: `text.utf8`, `base.cancelled`.
Result<std::vector<UnitSummary>> summarise(const Context& context,
                                           std::span<const Passage> passages,
                                           std::uint64_t content_id);

/// Some consecutive units, and the unit behind whose spot their record stands.
struct BlockPlan {
  std::size_t first = 0, count = 0;
  std::size_t spot = 0;
};

/// Errors: `text.mark.size`.
Result<std::vector<BlockPlan>> plan_blocks(std::span<const UnitSummary> units, Density density,
                                           Placement placement);

/// Sum of all passages' bytes.
std::uint64_t size_of(std::span<const Passage> passages);

}  // namespace signmark::text
