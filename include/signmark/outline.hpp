// SPDX-License-Identifier: Apache-2.0
// Outlines: how the rooms `label` (fonts) and `container` (document formats) speak of a drawn line
// of text, so that neither needs the other.
#ifndef SIGNMARK_OUTLINE_HPP_
#define SIGNMARK_OUTLINE_HPP_

#include <array>
#include <functional>
#include <string_view>
#include <vector>

#include "signmark/base.hpp"

namespace signmark {

/// One path operation. Coordinates are x, y pairs; the last pair is where the pen then stands.
struct OutlineStep {
  enum class Kind {
    move,  ///< closes the contour before it and begins one; one pair
    line,  ///< one pair
    curve  ///< cubic Bézier: two control points, then the end
  };
  Kind kind = Kind::move;
  std::array<double, 6> points{};
};

/// One character; x runs to the right from the pen, y upwards from the base line, both in em.
/// Filled by the non-zero winding rule.
struct GlyphOutline {
  char32_t character = 0;
  double advance = 0;  ///< distance to the next pen position
  std::vector<OutlineStep> steps;
};

/// A line of text, one glyph a character.
struct Outline {
  std::vector<GlyphOutline> glyphs;
  /// Height in em of the letters that measure the text: East Asian characters when there are any,
  /// else capitals and digits, else all.
  double text_height = 0;
};

/// Gives a line of UTF-8 its shape.
using DrawText = std::function<Result<Outline>(std::string_view text)>;

}  // namespace signmark

#endif  // SIGNMARK_OUTLINE_HPP_
