// SPDX-License-Identifier: Apache-2.0
// Walks each TrueType glyph as stb_truetype does (OpenType specification, "glyf"), within bounds.
#include <algorithm>

#include "base/bytes.hpp"
#include "label/font_check.hpp"

namespace signmark::label {
namespace {

constexpr std::size_t kHeader = 10;            // contours and the bounding box
constexpr std::uint32_t kMaxLevels = 8;        // composites of composites; real fonts have two
constexpr std::uint32_t kMaxPoints = 100'000;  // of one glyph with its components

/// What drawing a glyph costs.
struct Cost {
  std::uint32_t points = 0, levels = 0;
};

class Outlines {
 public:
  Outlines(ByteView glyf, std::vector<std::uint64_t> offsets)
      : glyf_(glyf),
        offsets_(std::move(offsets)),
        costs_(offsets_.size()),
        open_(offsets_.size()) {}

  bool run() {
    for (std::uint32_t i = 0; i + 1 < offsets_.size(); ++i)
      if (!visit(i, 0)) return false;
    return true;
  }

 private:
  std::optional<Cost> visit(std::uint32_t index, std::uint32_t level) {
    if (index + 1 >= offsets_.size()) return Cost{};  // the rasteriser draws nothing
    if (costs_[index]) return costs_[index];
    if (open_[index] || level > kMaxLevels) return std::nullopt;
    open_[index] = true;
    const ByteView glyph = glyf_.subspan(offsets_[index], offsets_[index + 1] - offsets_[index]);
    const auto cost = glyph.empty() ? Result<Cost>(Cost{}) : measure(glyph, level);
    open_[index] = false;
    if (!cost || cost->points > kMaxPoints || cost->levels > kMaxLevels) return std::nullopt;
    costs_[index] = *cost;
    return *cost;
  }

  Result<Cost> measure(ByteView glyph, std::uint32_t level) {
    ByteReader reader(glyph, "label.font");
    SIGNMARK_ASSIGN(const std::uint16_t raw, reader.u16be());
    SIGNMARK_TRY(reader.seek(kHeader));
    const auto contours = static_cast<std::int16_t>(raw);
    if (contours == 0) return Cost{};
    return contours > 0 ? simple(reader, static_cast<std::uint32_t>(contours))
                        : composite(reader, level);
  }

  static Result<Cost> simple(ByteReader& reader, std::uint32_t contours) {
    std::vector<std::uint32_t> sizes;  // points of each contour
    std::uint32_t points = 0;
    for (std::uint32_t i = 0; i < contours; ++i) {
      SIGNMARK_ASSIGN(const std::uint16_t last, reader.u16be());
      if (last < points) return reader.error("contour", "contours overlap");
      sizes.push_back(last + 1U - points);
      points = last + 1U;
    }
    SIGNMARK_ASSIGN(const std::uint16_t instructions, reader.u16be());
    SIGNMARK_TRY(reader.skip(instructions));
    SIGNMARK_ASSIGN(const std::vector<Byte> flags, read_flags(reader, points));
    std::uint64_t coordinates = 0;
    for (const Byte flag : flags) {
      coordinates += (flag & 0x02) != 0 ? 1 : (flag & 0x10) != 0 ? 0 : 2;
      coordinates += (flag & 0x04) != 0 ? 1 : (flag & 0x20) != 0 ? 0 : 2;
    }
    SIGNMARK_TRY(reader.skip(coordinates));
    std::size_t first = 0;
    for (const std::uint32_t size : sizes) {  // the rasteriser looks at the point after such a one
      if (size == 1 && (flags[first] & 1) == 0)
        return reader.error("contour", "a contour of one control point");
      first += size;
    }
    return Cost{points, 1};
  }

  static Result<std::vector<Byte>> read_flags(ByteReader& reader, std::uint32_t points) {
    std::vector<Byte> flags;
    while (flags.size() < points) {
      SIGNMARK_ASSIGN(const Byte flag, reader.u8());
      std::uint32_t times = 1;
      if ((flag & 0x08) != 0) {
        SIGNMARK_ASSIGN(const Byte repeats, reader.u8());
        times += repeats;
      }
      flags.insert(flags.end(), std::min<std::size_t>(times, points - flags.size()), flag);
    }
    return flags;
  }

  Result<Cost> composite(ByteReader& reader, std::uint32_t level) {
    constexpr std::uint16_t kWords = 0x01, kOffsets = 0x02, kScale = 0x08, kMore = 0x20,
                            kTwoScales = 0x40, kMatrix = 0x80;
    Cost cost;
    std::uint16_t flags = kMore;
    while ((flags & kMore) != 0) {
      SIGNMARK_ASSIGN(flags, reader.u16be());
      SIGNMARK_ASSIGN(const std::uint16_t component, reader.u16be());
      // Without kOffsets the rasteriser reads no arguments at all.
      if ((flags & kOffsets) != 0) SIGNMARK_TRY(reader.skip((flags & kWords) != 0 ? 4 : 2));
      SIGNMARK_TRY(reader.skip((flags & kScale) != 0       ? 2
                               : (flags & kTwoScales) != 0 ? 4
                               : (flags & kMatrix) != 0    ? 8
                                                           : 0));
      const auto inner = visit(component, level + 1);
      if (!inner) return reader.error("composite", "a composite loops or is too large");
      cost.points = std::min(cost.points + inner->points + 1, kMaxPoints + 1);
      cost.levels = std::max(cost.levels, inner->levels);
    }
    ++cost.levels;
    return cost;
  }

  ByteView glyf_;
  std::vector<std::uint64_t> offsets_;
  std::vector<std::optional<Cost>> costs_;
  std::vector<bool> open_;
};

}  // namespace

bool sane_outlines(const FontTables& tables, std::uint32_t glyphs) {
  const ByteView glyf = tables.at("glyf"), head = tables.at("head");
  const bool long_offsets = head[51] != 0;  // indexToLocFormat
  ByteReader loca(tables.at("loca"), "label.font");
  std::vector<std::uint64_t> offsets;
  for (std::uint32_t i = 0; i <= glyphs; ++i) {
    const Result<std::uint64_t> offset =
        long_offsets ? loca.u32be().map([](std::uint32_t v) -> std::uint64_t { return v; })
                     : loca.u16be().map([](std::uint16_t v) -> std::uint64_t { return 2ULL * v; });
    if (!offset || *offset > glyf.size()) return false;
    if (!offsets.empty() && *offset < offsets.back()) return false;
    offsets.push_back(*offset);
  }
  return Outlines(glyf, std::move(offsets)).run();
}

}  // namespace signmark::label
