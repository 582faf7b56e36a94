// SPDX-License-Identifier: Apache-2.0
// Type 3 fonts (ISO 32000-1, 9.6.5) with ToUnicode (9.10.3), and the plate behind the letters.
#include "container/document/pdf_label.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace signmark::container {
namespace {

constexpr double kLeast = 0.012;  // letters over the shortest side of a narrow page; 7 pt on A4
constexpr double kMargin = 0.02;  // page's edge to plate, over the shortest side
constexpr double kPadX = 0.5, kPadY = 0.36;  // ink to the plate's edge, over the letters' height

struct Box {
  double left = 0, low = 0, right = 0, high = 0;
};

/// Around all points; control points may stick out, which does no harm here.
Box box_of(const GlyphOutline& glyph) {
  if (glyph.steps.empty()) return {};
  constexpr double kMost = std::numeric_limits<double>::max();
  Box box{kMost, kMost, -kMost, -kMost};
  for (const OutlineStep& step : glyph.steps)
    for (std::size_t i = 0; i < (step.kind == OutlineStep::Kind::curve ? 6U : 2U); i += 2) {
      box.left = std::min(box.left, step.points[i]);
      box.right = std::max(box.right, step.points[i]);
      box.low = std::min(box.low, step.points[i + 1]);
      box.high = std::max(box.high, step.points[i + 1]);
    }
  return box;
}

/// Glyph space has 1000 units an em.
std::string glyph_units(const double* values, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += fmt::format("{:.1f} ", values[i] * 1000);
  return text;
}

/// 9.6.5, `d1`: the shape alone; its colour is that of the text.
std::string glyph_procedure(const GlyphOutline& glyph) {
  const Box box = box_of(glyph);
  const std::array<double, 6> head = {glyph.advance, 0, box.left, box.low, box.right, box.high};
  std::string content = glyph_units(head.data(), head.size());
  content += "d1\n";
  for (const OutlineStep& step : glyph.steps) {
    const bool curve = step.kind == OutlineStep::Kind::curve;
    content += glyph_units(step.points.data(), curve ? 6 : 2);
    content += curve ? "c\n" : step.kind == OutlineStep::Kind::move ? "m\n" : "l\n";
  }
  if (!glyph.steps.empty()) content += "f";
  return content;
}

using Glyphs = std::vector<const GlyphOutline*>;  // code 1 is the first

/// Each character once.
Glyphs alphabet_of(const Outline& outline) {
  Glyphs glyphs;
  for (const GlyphOutline& glyph : outline.glyphs)
    if (std::none_of(glyphs.begin(), glyphs.end(),
                     [&](const auto* known) { return known->character == glyph.character; }))
      glyphs.push_back(&glyph);
  return glyphs;
}

std::string codes_of(const Outline& outline, const Glyphs& alphabet) {
  std::string codes;
  for (const GlyphOutline& glyph : outline.glyphs) {
    const auto known = std::find_if(alphabet.begin(), alphabet.end(), [&](const auto* candidate) {
      return candidate->character == glyph.character;
    });
    codes += fmt::format("{:02X}", known - alphabet.begin() + 1);
  }
  return codes;
}

std::string unicode_map(const Glyphs& alphabet) {
  std::string map =
      "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
      "/CMapName /Signmark def /CMapType 2 def\n"
      "1 begincodespacerange <00> <FF> endcodespacerange\n";
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    map += fmt::format("1 beginbfchar <{:02X}> <{}> endbfchar\n", i + 1,
                       pdf_utf16({&alphabet[i]->character, 1}));
  return map + "endcmap CMapName currentdict /CMap defineresource pop end end";
}

/// Around the letters of the whole line, in em.
Box line_box(const Outline& outline) {
  Box line;
  for (const GlyphOutline& glyph : outline.glyphs) {
    const Box box = box_of(glyph);
    line.low = std::min(line.low, box.low);
    line.high = std::max(line.high, box.high);
    line.right += glyph.advance;
  }
  return line;
}

/// The font's own object; its glyphs' procedures are numbered from `first` on.
std::string font_object(const Glyphs& alphabet, const Box& line, std::uint32_t first,
                        std::uint32_t map) {
  std::string widths, names, procedures;
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    const std::string name =
        fmt::format("/u{:04X}", static_cast<std::uint32_t>(alphabet[i]->character));
    widths += glyph_units(&alphabet[i]->advance, 1);
    names += name;
    procedures += fmt::format("{} {} ", name, pdf_reference(first + static_cast<std::uint32_t>(i)));
  }
  return fmt::format(
      "<< /Type /Font /Subtype /Type3 /FontMatrix [0.001 0 0 0.001 0 0] /FontBBox [0 {:.1f} {:.1f} "
      "{:.1f}]\n/FirstChar 1 /LastChar {} /Widths [{}]\n/Encoding << /Type /Encoding /Differences "
      "[1 {}] >>\n/CharProcs << {}>>\n/Resources << >> /ToUnicode {} >>",
      line.low * 1000, line.right * 1000, line.high * 1000, alphabet.size(), widths, names,
      procedures, pdf_reference(map));
}

/// The plate on the page as its reader sees it, and the letters on it.
struct Layout {
  double x = 0, y = 0, width = 0, height = 0;
  double em = 0, text_x = 0, text_y = 0;
};

double left_of(PagePlace::Side side, double room, double margin) {
  if (side == PagePlace::Side::left) return margin;
  return side == PagePlace::Side::right ? room - margin : room / 2;
}

Result<Layout> layout_of(const Outline& outline, const Box& line, const PdfView& view,
                         const PagePlace& place) {
  const double shortest = std::min(view.width, view.height), margin = kMargin * shortest;
  const double widest = line.right / outline.text_height + 2 * kPadX;  // over the letters' height
  const double tallest = (line.high - line.low) / outline.text_height + 2 * kPadY;
  const double letter = std::min({place.height * shortest, (view.width - 2 * margin) / widest,
                                  (view.height - 2 * margin) / tallest});
  if (!(letter >= kLeast * shortest))
    return format_error(Format::pdf, "unwritable", "the label is too long for the page", {},
                        "use a shorter wording such as \"AI生成\"");
  Layout layout;
  layout.em = letter / outline.text_height;
  layout.width = widest * letter;
  layout.height = tallest * letter;
  layout.x = left_of(place.side, view.width - layout.width, margin);
  layout.y = place.bottom.value_or(false) ? margin : view.height - margin - layout.height;
  layout.text_x = layout.x + kPadX * letter;
  layout.text_y = layout.y + kPadY * letter - line.low * layout.em;
  return layout;
}

/// Black letters on an opaque white plate, in their own graphics state.
Result<std::string> content_of(std::string_view text, const Layout& layout, const PdfView& view,
                               std::string_view font_name, std::string_view codes) {
  SIGNMARK_ASSIGN(const std::string actual, pdf_string(text));
  return fmt::format(
      "Q\nq {:.2f} cm 1 g {:.2f} {:.2f} {:.2f} {:.2f} re f\n/Span << /ActualText {} >> BDC\n"
      "0 g BT {} {:.3f} Tf {:.2f} {:.2f} Td <{}> Tj ET\nEMC Q",
      fmt::join(view.to_page, " "), layout.x, layout.y, layout.width, layout.height, actual,
      font_name, layout.em, layout.text_x, layout.text_y, codes);
}

}  // namespace

PdfView pdf_view(const std::vector<double>& box, double rotation) {
  constexpr double kLargest = 1e6;
  PdfView view;
  Box page{0, 0, view.width, view.height};
  const bool sound =
      box.size() == 4 &&
      std::all_of(box.begin(), box.end(), [](double v) { return std::abs(v) <= kLargest; }) &&
      std::abs(box[0] - box[2]) >= 1 && std::abs(box[1] - box[3]) >= 1;
  if (sound)
    page = {std::min(box[0], box[2]), std::min(box[1], box[3]), std::max(box[0], box[2]),
            std::max(box[1], box[3])};
  view.width = page.right - page.left;
  view.height = page.high - page.low;
  const double turned =
      std::isfinite(rotation) ? std::fmod(std::fmod(rotation, 360) + 360, 360) : 0;
  if (turned == 90)
    view.to_page = {0, 1, -1, 0, page.right, page.low};
  else if (turned == 180)
    view.to_page = {-1, 0, 0, -1, page.right, page.high};
  else if (turned == 270)
    view.to_page = {0, -1, 1, 0, page.left, page.high};
  else
    view.to_page = {1, 0, 0, 1, page.left, page.low};
  if (turned == 90 || turned == 270) std::swap(view.width, view.height);
  return view;
}

std::string pdf_stream(std::string_view content) {
  return fmt::format("<< /Length {} >>\nstream\n{}\nendstream", content.size(), content);
}

Result<PdfLabel> pdf_label(std::string_view text, const Outline& outline, const PdfView& view,
                           const PagePlace& place, std::uint32_t first_number) {
  const Glyphs alphabet = alphabet_of(outline);
  if (alphabet.empty() || alphabet.size() > 255 || !(outline.text_height > 0))
    return format_error(Format::pdf, "unwritable", "the label has no shape that fits one font");
  const Box line = line_box(outline);
  PdfLabel label;
  std::uint32_t next = first_number;
  const auto add = [&](std::string body) {
    label.objects.push_back({next, std::move(body)});
    return next++;
  };
  for (const GlyphOutline* glyph : alphabet) add(pdf_stream(glyph_procedure(*glyph)));
  const std::uint32_t map = add(pdf_stream(unicode_map(alphabet)));
  label.font = add(font_object(alphabet, line, first_number, map));
  label.font_name = fmt::format("/Signmark{}", label.font);
  SIGNMARK_ASSIGN(const Layout layout, layout_of(outline, line, view, place));
  SIGNMARK_ASSIGN(const std::string content,
                  content_of(text, layout, view, label.font_name, codes_of(outline, alphabet)));
  label.content = add(pdf_stream(content));
  return label;
}

}  // namespace signmark::container
