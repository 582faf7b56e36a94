// SPDX-License-Identifier: Apache-2.0
// PPTX: PresentationML; the slides in the order of the presentation.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "container/document/ooxml.hpp"

namespace signmark::container {
namespace {

using Kind = MarkupToken::Kind;

constexpr XmlTextRules kRules{.format = Format::pptx,
                              .paragraphs = " p ",
                              .titles = "",
                              .texts = " t ",
                              .containers = "",
                              .hidden = " Fallback ",
                              .closed = " oMath ",
                              .line_breaks = " br ",
                              .tabs = " tab ",
                              .style_element = "",
                              .style_attribute = "",
                              .closed_style_element = ""};

/// A text box along the slide's upper edge, in EMU (914,400 an inch), 14 pt.
std::string label_box(std::string_view prefix, std::uint64_t id, std::string_view text) {
  return fmt::format(
      "<{0}sp xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\"><{0}nvSpPr>"
      "<{0}cNvPr id=\"{1}\" name=\"AIGC {1}\"/><{0}cNvSpPr txBox=\"1\"/><{0}nvPr/></{0}nvSpPr>"
      "<{0}spPr><a:xfrm><a:off x=\"91440\" y=\"45720\"/><a:ext cx=\"4572000\" "
      "cy=\"320040\"/></a:xfrm>"
      "<a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom><a:noFill/></{0}spPr>"
      "<{0}txBody><a:bodyPr wrap=\"square\"/><a:lstStyle/><a:p><a:r><a:rPr "
      "sz=\"1400\"/><a:t>{2}</a:t>"
      "</a:r></a:p></{0}txBody></{0}sp>",
      prefix, id, escape_markup(text));
}

class PptxHandler final : public OoxmlHandler {
 public:
  const FormatInfo& info() const override {
    static constexpr FormatInfo kInfo{
        .format = Format::pptx,
        .name = "PPTX",
        .mime = "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        .extension = "pptx",
        .writes_metadata = true,
        .document = true,
        .native_aigc = true,
        .sidecar_only = true};
    return kInfo;
  }
  bool matches(ByteView file) const override { return is_ooxml(file, "ppt/"); }

  Result<DocumentText> read_text(const Context& context, ByteView file, const Inventory&,
                                 const TextOptions&) const override {
    SIGNMARK_ASSIGN(Package package, Package::open(context, file));
    SIGNMARK_ASSIGN(const std::string name, related_part(package, "", "/officeDocument"));
    SIGNMARK_ASSIGN(const Bytes xml, package.read(name));
    SIGNMARK_ASSIGN(const auto slides, listed_parts(package, name, as_text(xml), "sldId"));
    if (slides.empty()) return format_error(Format::pptx, "text", "the presentation has no slide");
    DocumentText document;
    for (const std::string& slide : slides) {
      SIGNMARK_ASSIGN(const std::size_t part, add_part(package, slide, document));
      SIGNMARK_TRY(read_xml_text(context, kRules, {}, as_text(document.parts[part].bytes), part,
                                 document.passages));
    }
    return document;
  }

  /// A text box of its own on the slide of the neighbour, above all other shapes.
  Result<std::vector<PartSplice>> paragraph(const DocumentText& document,
                                            const NewParagraph& paragraph) const override {
    const Spot spot = spot_of(document, paragraph);
    const bool first = spot.neighbour == nullptr || paragraph.before == 0;
    const std::size_t part = first ? 0 : spot.neighbour->part;
    MarkupReader reader(as_text(document.parts[part].bytes), Dialect::xml);
    std::uint64_t id = 1;
    std::optional<MarkupToken> tree;
    while (const auto token = reader.next()) {
      if (token->kind == Kind::start && local_name(token->name) == "cNvPr") {
        const std::string text = attribute(*token, "id", Dialect::xml).value_or(std::string());
        std::uint64_t value = 0;
        std::from_chars(text.data(), text.data() + text.size(), value);
        id = std::max(id, value);
      }
      if (token->kind == Kind::end && local_name(token->name) == "spTree") tree = token;
    }
    if (!tree) return format_error(Format::pptx, "unwritable", "the slide has no shapes");
    const std::string box = label_box(prefix_of(tree->name), id + 1, paragraph.text);
    return std::vector<PartSplice>{{part, {{tree->range.offset, 0}, {box.begin(), box.end()}}}};
  }
};

}  // namespace

const Handler& pptx_handler() {
  static const PptxHandler handler;
  return handler;
}

}  // namespace signmark::container
