// SPDX-License-Identifier: Apache-2.0
// XLSX: SpreadsheetML. Texts are the shared strings in their order, then inline strings of sheets.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "container/document/ooxml.hpp"

namespace signmark::container {
namespace {

using Kind = MarkupToken::Kind;

constexpr XmlTextRules kRules{.format = Format::xlsx,
                              .paragraphs = " si is ",
                              .titles = "",
                              .texts = " t ",
                              .containers = "",
                              .hidden = " rPh ",
                              .closed = "",
                              .line_breaks = "",
                              .tabs = "",
                              .style_element = "",
                              .style_attribute = "",
                              .closed_style_element = ""};

/// A row with one text cell; numbers of rows count from 1.
std::string label_row(std::string_view prefix, std::uint64_t number, std::string_view text) {
  const std::string p(prefix);
  return fmt::format(
      "<{0}row r=\"{1}\"><{0}c r=\"A{1}\" t=\"inlineStr\"><{0}is><{0}t "
      "xml:space=\"preserve\">{2}</{0}t></{0}is></{0}c></{0}row>",
      p, number, escape_markup(text));
}

std::uint64_t row_number(const MarkupToken& row, std::uint64_t previous) {
  const std::string text = attribute(row, "r", Dialect::xml).value_or(std::string());
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number == 0 ? previous + 1 : number;
}

class XlsxHandler final : public OoxmlHandler {
 public:
  const FormatInfo& info() const override {
    static constexpr FormatInfo kInfo{
        .format = Format::xlsx,
        .name = "XLSX",
        .mime = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        .extension = "xlsx",
        .writes_metadata = true,
        .document = true,
        .native_aigc = true,
        .sidecar_only = true};
    return kInfo;
  }
  bool matches(ByteView file) const override { return is_ooxml(file, "xl/"); }

  /// Part 0 is the first sheet.
  Result<DocumentText> read_text(const Context& context, ByteView file, const Inventory&,
                                 const TextOptions&) const override {
    SIGNMARK_ASSIGN(Package package, Package::open(context, file));
    SIGNMARK_ASSIGN(const std::string book, related_part(package, "", "/officeDocument"));
    SIGNMARK_ASSIGN(const Bytes xml, package.read(book));
    SIGNMARK_ASSIGN(const auto sheets, listed_parts(package, book, as_text(xml), "sheet"));
    DocumentText document;
    for (const std::string& sheet : sheets) SIGNMARK_TRY(add_part(package, sheet, document));
    if (sheets.empty()) return format_error(Format::xlsx, "text", "the workbook has no sheet");
    SIGNMARK_ASSIGN(const std::string strings, related_part(package, book, "/sharedStrings"));
    const bool shared = !strings.empty() && package.has(strings);
    if (shared) {
      SIGNMARK_ASSIGN(const std::size_t part, add_part(package, strings, document));
      SIGNMARK_TRY(read_part(context, document, part));
    }
    for (std::size_t i = 0; i < sheets.size(); ++i) SIGNMARK_TRY(read_part(context, document, i));
    return document;
  }

  /// In a row that nobody else has: above the first if that is not the sheet's first, else below
  /// the last. Rows are never moved, since formulas point at them.
  Result<std::vector<PartSplice>> paragraph(const DocumentText& document,
                                            const NewParagraph& paragraph) const override {
    MarkupReader reader(as_text(document.parts[0].bytes), Dialect::xml);
    std::optional<MarkupToken> data;
    std::uint64_t first = 0, last = 0;
    while (const auto token = reader.next()) {
      const std::string_view name = local_name(token->name);
      if (token->kind == Kind::start && name == "row") {
        last = std::max(last, row_number(*token, last));
        if (first == 0) first = last;
      }
      if (name != "sheetData") continue;
      if (token->kind == Kind::start) data = token;
      if (token->kind == Kind::end && data) return row(*data, *token, first, last, paragraph);
      if (token->empty_element) return opened(*token, paragraph.text);
    }
    return format_error(Format::xlsx, "unwritable", "the first sheet has no rows");
  }

 private:
  static Status read_part(const Context& context, DocumentText& document, std::size_t part) {
    return read_xml_text(context, kRules, {}, as_text(document.parts[part].bytes), part,
                         document.passages);
  }

  static std::vector<PartSplice> row(const MarkupToken& start, const MarkupToken& end,
                                     std::uint64_t first, std::uint64_t last,
                                     const NewParagraph& paragraph) {
    const bool above = paragraph.before == 0 && first > 1;
    const std::string xml =
        label_row(prefix_of(start.name), above ? first - 1 : last + 1, paragraph.text);
    const std::uint64_t offset = above ? start.range.end() : end.range.offset;
    return {{0, {{offset, 0}, {xml.begin(), xml.end()}}}};
  }

  /// `<sheetData/>` gets an end tag of its own.
  static std::vector<PartSplice> opened(const MarkupToken& token, std::string_view text) {
    const std::string name(token.name);
    const std::string xml =
        "<" + name + ">" + label_row(prefix_of(name), 1, text) + "</" + name + ">";
    return {{0, {token.range, {xml.begin(), xml.end()}}}};
  }
};

}  // namespace

const Handler& xlsx_handler() {
  static const XlsxHandler handler;
  return handler;
}

}  // namespace signmark::container
