// SPDX-License-Identifier: Apache-2.0
// Structure checks on a font file, because stb_truetype checks none of its offsets.
#pragma once

#include <map>
#include <vector>

#include "base/result.hpp"

namespace signmark::label {

using FontTables = std::map<std::string, ByteView>;

/// A face whose tables hold what the rasteriser will read.
struct SaneFace {
  std::uint32_t offset = 0;  ///< of its table directory
  std::uint32_t glyphs = 0;
  std::uint32_t characters = 0;  ///< offset in the file of the cmap subtable that is used
  bool compact = false;          ///< outlines in `CFF `, not in `glyf`
  FontTables tables;
};

/// Errors: `label.font.unreadable` when no face is sane.
Result<std::vector<SaneFace>> check_font(ByteView file);

/// Whether every outline of `glyf` ends inside its glyph and composites neither loop nor explode.
bool sane_outlines(const FontTables& tables, std::uint32_t glyphs);

}  // namespace signmark::label
