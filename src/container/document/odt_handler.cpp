// SPDX-License-Identifier: Apache-2.0
// ODT: OpenDocument text (ODF 1.3); the record is a user-defined field of meta.xml.
#include "container/document/xml_text.hpp"

namespace signmark::container {
namespace {

using Kind = MarkupToken::Kind;

constexpr std::string_view kContent = "content.xml", kMeta = "meta.xml";

constexpr XmlTextRules kRules{
    .format = Format::odt,
    .paragraphs = " p h ",
    .titles = " h ",
    .texts = "",
    .containers = " table list text-box frame table-of-content illustration-index bibliography ",
    .hidden =
        " annotation tracked-changes note-citation sequence-decls variable-decls forms "
        "bookmark-ref ruby-text ",
    .closed = " math ",
    .line_breaks = " line-break ",
    .tabs = " tab s ",
    .style_element = "",
    .style_attribute = "style-name",
    .closed_style_element = "span",
    .spaces = Spaces::collapse};

bool is_record(const MarkupToken& token) {
  return token.kind == Kind::start && local_name(token.name) == "user-defined" &&
         attribute(token, prefix_of(token.name) + "name", Dialect::xml) == "AIGC";
}

class OdtHandler final : public PackageHandler {
 public:
  const FormatInfo& info() const override {
    static constexpr FormatInfo kInfo{.format = Format::odt,
                                      .name = "ODT",
                                      .mime = "application/vnd.oasis.opendocument.text",
                                      .extension = "odt",
                                      .writes_metadata = true,
                                      .document = true,
                                      .native_aigc = true,
                                      .sidecar_only = true};
    return kInfo;
  }
  bool matches(ByteView file) const override {
    return has_mimetype(file, "application/vnd.oasis.opendocument.text");
  }

  Result<DocumentText> read_text(const Context& context, ByteView file, const Inventory&,
                                 const TextOptions&) const override {
    SIGNMARK_ASSIGN(Package package, Package::open(context, file));
    DocumentText document;
    SIGNMARK_ASSIGN(const std::size_t part, add_part(package, kContent, document));
    SIGNMARK_TRY(read_xml_text(context, kRules, {}, as_text(document.parts[part].bytes), part,
                               document.passages));
    return document;
  }

  Result<std::vector<PartSplice>> paragraph(const DocumentText& document,
                                            const NewParagraph& paragraph) const override {
    const Spot spot = spot_of(document, paragraph);
    std::string prefix = "text:";
    std::uint64_t offset = 0;
    if (spot.neighbour != nullptr) {
      prefix = spot.neighbour->frame;
      offset = spot.offset();
    } else {
      MarkupReader reader(as_text(document.parts[0].bytes), Dialect::xml);
      while (const auto token = reader.next())
        if (token->kind == Kind::end && token->name == "office:text") offset = token->range.offset;
      if (offset == 0)
        return format_error(Format::odt, "unwritable", "the document has no body to add text to");
    }
    const std::string xml =
        "<" + prefix + "p>" + escape_markup(paragraph.text) + "</" + prefix + "p>";
    return std::vector<PartSplice>{{0, {{offset, 0}, {xml.begin(), xml.end()}}}};
  }

 protected:
  Result<std::string> record_part(Package&) const override { return std::string(kMeta); }

  Result<std::vector<FoundRecord>> find_records(std::string_view part) const override {
    return elements_with_text(part, is_record);
  }

  Result<std::vector<ZipChange>> write_record(Package& package,
                                              const std::optional<FoundRecord>& old,
                                              std::string_view json) const override {
    if (!package.has(kMeta))
      return format_error(Format::odt, "unwritable", "the document has no meta.xml", {},
                          "open and save it with LibreOffice first");
    SIGNMARK_ASSIGN(const Bytes part, package.read(kMeta));
    const std::string_view xml = as_text(part);
    // Declared here: the part may call the namespace anything.
    const std::string element =
        "<meta:user-defined xmlns:meta=\"urn:oasis:names:tc:opendocument:xmlns:meta:1.0\" "
        "meta:name=\"AIGC\" meta:value-type=\"string\">" +
        escape_markup(json) + "</meta:user-defined>";
    if (old)
      return std::vector<ZipChange>{{std::string(kMeta), spliced(xml, old->element, element)}};
    SIGNMARK_ASSIGN(Bytes changed, with_child(xml, "meta", element));
    return std::vector<ZipChange>{{std::string(kMeta), std::move(changed)}};
  }
};

}  // namespace

const Handler& odt_handler() {
  static const OdtHandler handler;
  return handler;
}

}  // namespace signmark::container
