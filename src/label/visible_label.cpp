// SPDX-License-Identifier: Apache-2.0
// draw_label: size, place and look of a visible label (GB 45438-2025 clause 5.2).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "label/font_find.hpp"
#include "label/visible_draw.hpp"
#include "label/visible_script.hpp"
#include "label/visible_style.hpp"
#include "label/visible_text.hpp"

namespace signmark::label {
namespace {

constexpr double kClauseHeight = 0.05;  // of the shortest side: clause 5.2
constexpr double kMaxHeight = 0.5;      // a label, not a picture of its own
constexpr std::size_t kMaxLines = 4;
// Below these no antialiased letter can be read, whatever the clause allows for a tiny picture.
constexpr int kLegibleEastAsian = 12, kLegibleLatin = 9;  // pixels

struct Rect {
  int x = 0, y = 0, width = 0, height = 0;
};

/// Free space around and inside the label, pixels.
struct Spacing {
  int margin = 0;   // picture's edge to plate or ring
  Padding padding;  // ink to the plate's edge
};

Spacing roomy(int text_height, int shortest) {
  return {std::max(2, static_cast<int>(std::lround(0.02 * shortest))),
          {static_cast<int>(std::lround(0.50 * text_height)),
           static_cast<int>(std::lround(0.36 * text_height))}};
}

/// For pictures so small that the label hardly fits.
Spacing tight() { return {0, {2, 2}}; }

Result<int> wanted_height(const VisibleLabel& label, std::u32string_view text, int shortest) {
  if (!(label.height >= kClauseHeight && label.height <= kMaxHeight))
    return fail(
        "label.size.small",
        fmt::format("a label height of {:g} % of the shortest side breaks GB 45438-2025 clause "
                    "5.2 (at least 5 %)",
                    label.height * 100),
        {}, "use a height from 0.05 to 0.5");
  const bool east_asian = std::any_of(text.begin(), text.end(), is_east_asian);
  // A hair below the product keeps 0.05 * 1000 at 50 in spite of binary fractions.
  const int by_clause = static_cast<int>(std::ceil(label.height * shortest - 1e-6));
  return std::max(by_clause, east_asian ? kLegibleEastAsian : kLegibleLatin);
}

bool fits(const TextImage& image, const Spacing& spacing, int width, int height) {
  return image.mask.width + 2 * (spacing.padding.x + spacing.margin) <= width &&
         image.mask.height + 2 * (spacing.padding.y + spacing.margin) <= height;
}

struct Layout {
  TextImage image;
  Spacing spacing;
};

/// The fewest lines that fit, with ample space first and with hardly any as a last resort.
Result<Layout> lay_out(const FontFace& face, const std::u32string& text, int wanted, int width,
                       int height) {
  for (const Spacing& spacing : {roomy(wanted, std::min(width, height)), tight()}) {
    std::size_t previous = 0;
    for (std::size_t count = 1; count <= kMaxLines; ++count) {
      const Lines lines = break_lines(face, text, count);
      if (lines.size() == previous) continue;
      previous = lines.size();
      SIGNMARK_ASSIGN(TextImage image, draw_text_of_height(face, lines, wanted));
      if (fits(image, spacing, width, height)) return Layout{std::move(image), spacing};
    }
  }
  return fail(
      "label.size.small",
      fmt::format("the picture ({} x {} pixels) has no room for a label with letters {} pixels "
                  "high, which GB 45438-2025 clause 5.2 and legibility ask for",
                  width, height, wanted),
      {}, "use a shorter wording such as \"AI生成\", or a larger picture");
}

Rect place(Corner corner, const Layout& layout, Padding padding, int width, int height) {
  Rect box{0, 0, layout.image.mask.width + 2 * padding.x, layout.image.mask.height + 2 * padding.y};
  const int margin = layout.spacing.margin;
  const bool top =
      corner == Corner::top_left || corner == Corner::top_right || corner == Corner::top_edge;
  const bool left = corner == Corner::bottom_left || corner == Corner::top_left;
  const bool middle = corner == Corner::bottom_edge || corner == Corner::top_edge;
  box.y = top ? margin : height - margin - box.height;
  box.x = middle ? (width - box.width) / 2 : left ? margin : width - margin - box.width;
  return box;
}

Padding outline_padding(int text_height, const Padding& plate) {
  const int reach = static_cast<int>(std::ceil(outline_radius(text_height))) + 1;
  return {std::min(reach, plate.x), std::min(reach, plate.y)};
}

}  // namespace

Result<Overlay> draw_label(const VisibleLabel& label, std::uint32_t width, std::uint32_t height,
                           const LumaProbe& probe) {
  constexpr std::uint32_t kMaxSide = 1U << 20;  // pixels; keeps all arithmetic inside int
  if (width == 0 || height == 0 || width > kMaxSide || height > kMaxSide)
    return fail("label.size.small", fmt::format("no label fits {} x {} pixels", width, height));
  const int w = static_cast<int>(width), h = static_cast<int>(height);
  SIGNMARK_TRY(check_wording(label.text, label.rule));
  SIGNMARK_ASSIGN(const std::u32string text, drawable_text(label.text));
  SIGNMARK_ASSIGN(const int wanted, wanted_height(label, text, std::min(w, h)));
  SIGNMARK_ASSIGN(const FontFace face, find_font(label.font_file, text, system_font_folders()));
  SIGNMARK_ASSIGN(const Layout layout, lay_out(face, text, wanted, w, h));

  Padding padding = layout.spacing.padding;
  Rect box = place(label.corner, layout, padding, w, h);
  const auto unsigned_of = [](int v) { return static_cast<std::uint32_t>(v); };
  const LumaStats beneath = probe ? probe(unsigned_of(box.x), unsigned_of(box.y),
                                          unsigned_of(box.width), unsigned_of(box.height))
                                  : LumaStats{};
  const Style style = choose_style(beneath, label.rule);
  if (style.backing == Backing::outline) {
    padding = outline_padding(layout.image.text_height, padding);
    box = place(label.corner, layout, padding, w, h);
  }
  return Overlay{unsigned_of(box.x),
                 unsigned_of(box.y),
                 unsigned_of(box.width),
                 unsigned_of(box.height),
                 compose(layout.image.mask, padding, layout.image.text_height, style),
                 unsigned_of(layout.image.text_height)};
}

}  // namespace signmark::label
