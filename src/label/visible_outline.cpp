// SPDX-License-Identifier: Apache-2.0
// outline_text: the shape of a label for documents, which draw it themselves.
#include <algorithm>
#include <limits>

#include "label/font_find.hpp"
#include "label/visible_script.hpp"
#include "signmark/label.hpp"

namespace signmark::label {
namespace {

/// From the lowest to the highest point on the contours. Control points do not count: they may lie
/// outside the ink, and the text must not come out lower than it is said to be.
double height_of(const Outline& outline, bool (*counts)(char32_t)) {
  double low = std::numeric_limits<double>::max(), high = std::numeric_limits<double>::lowest();
  for (const GlyphOutline& glyph : outline.glyphs) {
    if (!counts(glyph.character)) continue;
    for (const OutlineStep& step : glyph.steps) {
      const double y = step.points[step.kind == OutlineStep::Kind::curve ? 5 : 1];
      low = std::min(low, y);
      high = std::max(high, y);
    }
  }
  return std::max(0.0, high - low);
}

}  // namespace

Result<Outline> outline_text(std::string_view text, const std::string& font_file) {
  SIGNMARK_ASSIGN(const std::u32string letters, drawable_text(text));
  SIGNMARK_ASSIGN(const FontFace face, find_font(font_file, letters, system_font_folders()));
  Outline outline;
  for (const char32_t c : letters) outline.glyphs.push_back(face.outline(c));
  for (const auto& counts : kTextMeasures)
    if (outline.text_height <= 0) outline.text_height = height_of(outline, counts);
  if (outline.text_height <= 0)
    return fail("label.font.unreadable", "the label has no ink", face.name());
  return outline;
}

}  // namespace signmark::label
