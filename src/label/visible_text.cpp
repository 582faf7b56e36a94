// SPDX-License-Identifier: Apache-2.0
// Line breaking, glyph placement and the search for the size.
#include "label/visible_text.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "label/visible_script.hpp"

namespace signmark::label {
namespace {

constexpr double kLinePitch = 1.22;  // distance of base lines, in em
constexpr Byte kHalfCovered = 128;   // of 255: the outline passes through the pixel's middle
constexpr std::u32string_view kElements[] = {U"人工智能", U"生成", U"合成"};

/// Whether a break before `position` would tear one of the elements that the clause asks for.
bool inside_element(std::u32string_view text, std::size_t position) {
  for (const std::u32string_view element : kElements)
    for (std::size_t back = 1; back < element.size(); ++back)
      if (position >= back && text.substr(position - back, element.size()) == element) return true;
  return false;
}

bool is_closing(char32_t c) {
  return std::u32string_view(U"，。、：；！？）》」』】〉”’…·,.;:!?)").find(c) !=
         std::u32string_view::npos;
}

bool may_break_before(std::u32string_view text, std::size_t position) {
  if (text[position - 1] == U' ') return true;
  if (text[position] == U' ' || is_closing(text[position])) return false;
  return (is_east_asian(text[position - 1]) || is_east_asian(text[position])) &&
         !inside_element(text, position);
}

/// Pieces that stay whole; a piece keeps the space behind it.
Lines split_pieces(const std::u32string& text) {
  Lines pieces;
  std::size_t start = 0;
  for (std::size_t i = 1; i <= text.size(); ++i) {
    if (i < text.size() && !may_break_before(text, i)) continue;
    pieces.push_back(text.substr(start, i - start));
    start = i;
  }
  return pieces;
}

double text_width(const FontFace& face, std::u32string_view text) {
  double width = 0;
  for (const char32_t c : text) width += face.advance(c, 1.0);
  return width;
}

std::u32string without_end_spaces(std::u32string line) {
  while (!line.empty() && line.back() == U' ') line.pop_back();
  return line;
}

/// Fills lines one after the other up to `limit` em.
Lines fill_lines(const FontFace& face, const Lines& pieces, double limit) {
  Lines lines;
  std::u32string line;
  for (const std::u32string& piece : pieces) {
    if (!line.empty() && text_width(face, without_end_spaces(line + piece)) > limit) {
      lines.push_back(without_end_spaces(line));
      line.clear();
    }
    line += piece;
  }
  lines.push_back(without_end_spaces(line));
  return lines;
}

/// One glyph at its place on the canvas of all lines; row 0 is the first base line.
struct PlacedGlyph {
  GlyphImage image;
  int x = 0, y = 0;  // pen, whole pixels
  char32_t character = 0;
};

std::vector<PlacedGlyph> place_line(const FontFace& face, std::u32string_view line, double em,
                                    double start, int baseline) {
  std::vector<PlacedGlyph> glyphs;
  double pen = start;
  for (const char32_t c : line) {
    const double whole = std::floor(pen);
    glyphs.push_back({face.draw(c, em, pen - whole), static_cast<int>(whole), baseline, c});
    pen += face.advance(c, em);
  }
  return glyphs;
}

std::vector<PlacedGlyph> place_lines(const FontFace& face, const Lines& lines, double em) {
  double widest = 0;
  for (const std::u32string& line : lines) widest = std::max(widest, text_width(face, line) * em);
  std::vector<PlacedGlyph> glyphs;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const double start = (widest - text_width(face, lines[i]) * em) / 2;
    const int baseline = static_cast<int>(std::lround(kLinePitch * em * static_cast<double>(i)));
    auto placed = place_line(face, lines[i], em, start, baseline);
    std::move(placed.begin(), placed.end(), std::back_inserter(glyphs));
  }
  return glyphs;
}

/// Rows and columns, `end` exclusive; empty while end <= begin.
struct Extent {
  int begin = std::numeric_limits<int>::max(), end = std::numeric_limits<int>::min();
  void add(int from, int to) {
    begin = std::min(begin, from);
    end = std::max(end, to);
  }
  [[nodiscard]] int size() const { return end > begin ? end - begin : 0; }
};

/// Adds the rows of a glyph that are at least half covered, relative to its base line.
void measure(const GlyphImage& glyph, Extent& rows) {
  for (int y = 0; y < glyph.height; ++y) {
    const Byte* row = glyph.coverage.data() + static_cast<std::size_t>(y) * glyph.width;
    if (std::any_of(row, row + glyph.width, [](Byte c) { return c >= kHalfCovered; }))
      rows.add(glyph.top + y, glyph.top + y + 1);
  }
}

int measure_text(const std::vector<PlacedGlyph>& glyphs) {
  for (const auto& counts : kTextMeasures) {
    Extent rows;
    for (const PlacedGlyph& glyph : glyphs)
      if (counts(glyph.character)) measure(glyph.image, rows);
    if (rows.size() > 0) return rows.size();
  }
  return 0;
}

void paint(const PlacedGlyph& glyph, int left, int top, Mask& mask) {
  const int x0 = glyph.x + glyph.image.left - left, y0 = glyph.y + glyph.image.top - top;
  for (int y = 0; y < glyph.image.height; ++y) {
    const Byte* from =
        glyph.image.coverage.data() + static_cast<std::size_t>(y) * glyph.image.width;
    Byte* to = mask.coverage.data() + static_cast<std::size_t>(y0 + y) * mask.width + x0;
    for (int x = 0; x < glyph.image.width; ++x)
      to[x] = static_cast<Byte>(std::min(255, to[x] + from[x]));
  }
}

}  // namespace

Lines break_lines(const FontFace& face, const std::u32string& text, std::size_t count) {
  constexpr double kStep = 1.03;  // widths tried grow by 3 %: finer steps change no break
  const Lines pieces = split_pieces(text);
  if (count <= 1 || pieces.size() <= 1) return {text};
  double limit = text_width(face, text) / static_cast<double>(count);
  Lines lines = fill_lines(face, pieces, limit);
  while (lines.size() > count) lines = fill_lines(face, pieces, limit *= kStep);
  return lines;
}

TextImage draw_text(const FontFace& face, const Lines& lines, double em) {
  const auto glyphs = place_lines(face, lines, em);
  Extent columns, rows;
  for (const PlacedGlyph& glyph : glyphs) {
    if (glyph.image.coverage.empty()) continue;
    const int x = glyph.x + glyph.image.left, y = glyph.y + glyph.image.top;
    columns.add(x, x + glyph.image.width);
    rows.add(y, y + glyph.image.height);
  }
  TextImage image;
  if (columns.size() == 0) return image;
  image.mask = {columns.size(), rows.size(), {}};
  image.mask.coverage.resize(static_cast<std::size_t>(columns.size()) * rows.size());
  for (const PlacedGlyph& glyph : glyphs)
    if (!glyph.image.coverage.empty()) paint(glyph, columns.begin, rows.begin, image.mask);
  image.text_height = measure_text(glyphs);
  return image;
}

Result<TextImage> draw_text_of_height(const FontFace& face, const Lines& lines, int text_height) {
  constexpr int kMaxTries = 60;
  constexpr double kProbeEm = 100;  // pixels; large enough for a good first guess
  const int probe = draw_text(face, lines, kProbeEm).text_height;
  if (probe == 0) return fail("label.font.unreadable", "the label has no ink", face.name());
  // Start one pixel low and grow in steps of a third of a pixel: the first that reaches is
  // smallest.
  const double em_per_pixel = kProbeEm / probe;
  double em = em_per_pixel * std::max(text_height - 1, 1);
  for (int i = 0; i < kMaxTries; ++i, em += em_per_pixel / 3) {
    TextImage image = draw_text(face, lines, em);
    if (image.text_height >= text_height) return image;
  }
  return fail("label.font.unreadable", "the font's glyphs do not grow with their size",
              face.name());
}

}  // namespace signmark::label
