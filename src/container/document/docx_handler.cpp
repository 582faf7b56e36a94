// SPDX-License-Identifier: Apache-2.0
// DOCX: WordprocessingML.
#include "container/document/ooxml.hpp"

namespace signmark::container {
namespace {

constexpr XmlTextRules kRules{.format = Format::docx,
                              .paragraphs = " p ",
                              .titles = "",
                              .texts = " t ",
                              .containers = " tbl txbxContent sdt AlternateContent ",
                              .hidden = " Fallback del moveFrom ",
                              .closed = " oMath ",
                              .line_breaks = " br cr ",
                              .tabs = " tab ",
                              .style_element = "pStyle",
                              .style_attribute = "val",
                              .closed_style_element = "rStyle"};

/// Ids of styles are arbitrary; their names are not.
Result<StyleKinds> read_styles(Package& package, std::string_view document) {
  StyleKinds kinds;
  SIGNMARK_ASSIGN(const std::string name, related_part(package, document, "/styles"));
  if (name.empty() || !package.has(name)) return kinds;
  SIGNMARK_ASSIGN(const Bytes xml, package.read(name));
  MarkupReader reader(as_text(xml), Dialect::xml);
  std::string id;
  while (const auto token = reader.next()) {
    if (token->kind != MarkupToken::Kind::start) continue;
    for (const MarkupAttribute& found : attributes_of(*token)) {
      if (local_name(token->name) == "style" && local_name(found.name) == "styleId") id = found.raw;
      if (local_name(token->name) != "name" || local_name(found.name) != "val") continue;
      if (const auto kind = kind_of_style(found.raw)) kinds[id] = *kind;
    }
  }
  return kinds;
}

class DocxHandler final : public OoxmlHandler {
 public:
  const FormatInfo& info() const override {
    static constexpr FormatInfo kInfo{
        .format = Format::docx,
        .name = "DOCX",
        .mime = "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        .extension = "docx",
        .writes_metadata = true,
        .document = true,
        .native_aigc = true,
        .sidecar_only = true};
    return kInfo;
  }
  bool matches(ByteView file) const override { return is_ooxml(file, "word/"); }

  Result<DocumentText> read_text(const Context& context, ByteView file, const Inventory&,
                                 const TextOptions&) const override {
    SIGNMARK_ASSIGN(Package package, Package::open(context, file));
    SIGNMARK_ASSIGN(const std::string name, related_part(package, "", "/officeDocument"));
    SIGNMARK_ASSIGN(StyleKinds styles, read_styles(package, name));
    DocumentText document;
    SIGNMARK_ASSIGN(const std::size_t part, add_part(package, name, document));
    SIGNMARK_TRY(read_xml_text(context, kRules, std::move(styles),
                               as_text(document.parts[part].bytes), part, document.passages));
    return document;
  }

  Result<std::vector<PartSplice>> paragraph(const DocumentText& document,
                                            const NewParagraph& paragraph) const override {
    const Spot spot = spot_of(document, paragraph);
    std::string prefix;
    std::uint64_t offset = 0;
    if (spot.neighbour != nullptr) {
      prefix = spot.neighbour->frame;
      offset = spot.offset();
    } else {
      SIGNMARK_ASSIGN(const auto bodies, start_tags(as_text(document.parts[0].bytes), "body"));
      if (bodies.empty() || bodies.front().empty_element)
        return format_error(Format::docx, "unwritable", "the document has no body");
      prefix = prefix_of(bodies.front().name);
      offset = bodies.front().range.end();
    }
    const auto open = [&](std::string_view name) { return "<" + prefix + std::string(name) + ">"; };
    const auto close = [&](std::string_view name) {
      return "</" + prefix + std::string(name) + ">";
    };
    const std::string xml = open("p") + open("r") + open("t xml:space=\"preserve\"") +
                            escape_markup(paragraph.text) + close("t") + close("r") + close("p");
    return std::vector<PartSplice>{{0, {{offset, 0}, {xml.begin(), xml.end()}}}};
  }
};

}  // namespace

const Handler& docx_handler() {
  static const DocxHandler handler;
  return handler;
}

}  // namespace signmark::container
