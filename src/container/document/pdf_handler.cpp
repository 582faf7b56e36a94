// SPDX-License-Identifier: Apache-2.0
// PDF: the record is the key AIGC of the information dictionary (text guide 6.3), the label a line
// at a page's edge; both come in incremental updates, so that all old bytes stay.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "container/document/pdf_file.hpp"

namespace signmark::container {
namespace {

constexpr std::string_view kFont = "/SignmarkHelvetica";

/// Where the label's line begins and in which direction it runs, in the page's own coordinates.
struct Stand {
  double a = 1, b = 0, x = 0, y = 0;  ///< direction (a, b), origin
};

double real_of(std::string_view token) {
  const std::string text(token);
  return std::strtod(text.c_str(), nullptr);
}

/// 14.11.2, /Rotate: what the reader sees as top left or bottom left.
Stand stand_of(const std::vector<double>& box, std::uint64_t rotation, bool bottom) {
  constexpr double kSide = 24, kTop = 24, kBottom = 16;
  const double left = std::min(box[0], box[2]), right = std::max(box[0], box[2]);
  const double low = std::min(box[1], box[3]), high = std::max(box[1], box[3]);
  switch (rotation % 360) {
    case 90:
      return {0, 1, bottom ? right - kBottom : left + kTop, low + kSide};
    case 180:
      return {-1, 0, right - kSide, bottom ? high - kBottom : low + kTop};
    case 270:
      return {0, -1, bottom ? left + kBottom : right - kTop, high - kSide};
    default:
      return {1, 0, left + kSide, bottom ? low + kBottom : high - kTop};
  }
}

/// 10 pt Helvetica on white, in its own graphics state.
std::string label_content(const Stand& stand, std::string_view string, std::size_t length) {
  constexpr double kWidest = 6.2;  // of a letter of 10 pt, on average of capitals
  return fmt::format(
      "Q\nq {:.2f} {:.2f} {:.2f} {:.2f} {:.2f} {:.2f} cm 1 g -3 -3 {:.1f} 13 re f 0 g BT {} 10 Tf "
      "{} "
      "Tj ET Q",
      stand.a, stand.b, -stand.b, stand.a, stand.x, stand.y,
      6 + kWidest * static_cast<double>(length), kFont, string);
}

std::string stream_object(std::string_view content) {
  return fmt::format("<< /Length {} >>\nstream\n{}\nendstream", content.size(), content);
}

class PdfHandler final : public DocumentHandler {
 public:
  const FormatInfo& info() const override {
    static constexpr FormatInfo kInfo{.format = Format::pdf,
                                      .name = "PDF",
                                      .mime = "application/pdf",
                                      .extension = "pdf",
                                      .writes_metadata = true,
                                      .document = true,
                                      .native_aigc = true,
                                      .sidecar_only = true};
    return kInfo;
  }
  bool matches(ByteView file) const override { return starts_with(file, "%PDF-"); }

  Status inspect(const Context& context, ByteView file, Inventory& inventory) const override {
    const Status done = read_blocks(context, file, inventory);
    if (done) return {};
    if (done.error().code.ends_with(".limit")) return done;
    mark_damaged(inventory, done.error());
    return {};
  }

  Result<Plan> plan(const Context& context, ByteView file, const Inventory& inventory,
                    const Edits& edits) const override {
    SIGNMARK_ASSIGN(const auto carriers, carrier_edits(inventory, edits, context.limits));
    Plan plan;
    plan.rope.view(file);
    if (carriers.empty() && !edits.aigc) return plan;
    const Bytes& json = carriers.empty() ? *edits.aigc : carriers.front().payload;
    SIGNMARK_ASSIGN(PdfFile pdf, PdfFile::open(context, file));
    const std::uint32_t old = pdf_reference_number(pdf_entry(pdf.trailer(), "/Info"));
    const std::uint32_t number = old == 0 ? pdf.next_number() : old;
    std::string dictionary = "<< >>";
    if (old != 0) {
      SIGNMARK_ASSIGN(dictionary, pdf.resolve(pdf_reference(old)));
      if (!dictionary.starts_with("<<")) dictionary = "<< >>";
    }
    SIGNMARK_ASSIGN(const std::string string, pdf_string(as_text(json)));
    SIGNMARK_ASSIGN(const std::string trailer,
                    pdf_with(pdf.trailer(), "/Info", pdf_reference(number)));
    SIGNMARK_ASSIGN(std::string body, pdf_with(dictionary, "/AIGC", string));
    SIGNMARK_ASSIGN(Bytes update, pdf.update({{number, std::move(body)}}, trailer));
    plan.rope.own(std::move(update));
    return plan;
  }

  /// A page is a passage without text: its words are drawn, not written.
  Result<DocumentText> read_text(const Context& context, ByteView file, const Inventory&,
                                 const TextOptions&) const override {
    SIGNMARK_ASSIGN(PdfFile pdf, PdfFile::open(context, file));
    SIGNMARK_ASSIGN(const auto pages, pdf.pages());
    DocumentText document = flat_document(file);
    document.passages.resize(pages.size());
    for (LocatedPassage& page : document.passages) page.passage.kind = Passage::Kind::verbatim;
    return document;
  }

  /// Page and edge; `assemble` knows what to make of it.
  Result<std::vector<PartSplice>> paragraph(const DocumentText& document,
                                            const NewParagraph& paragraph) const override {
    if (document.passages.empty())
      return format_error(Format::pdf, "unwritable", "the file has no page");
    const bool latin = std::all_of(paragraph.text.begin(), paragraph.text.end(),
                                   [](char c) { return c >= ' ' && c <= '~'; });
    if (!latin)
      return format_error(Format::pdf, "unwritable",
                          "labels on PDF pages are written in Latin letters only", {},
                          "use an English label, --text AI-generated, or label the document before "
                          "it becomes a PDF");
    const bool bottom = paragraph.before >= document.passages.size();
    const std::size_t page = bottom ? document.passages.size() - 1 : paragraph.before;
    return std::vector<PartSplice>{
        {page, {{bottom ? 1U : 0U, 0}, {paragraph.text.begin(), paragraph.text.end()}}}};
  }

  Result<Rope> assemble(const Context& context, ByteView file, const DocumentText&,
                        std::vector<PartSplice> changes) const override {
    Rope rope;
    rope.view(file);
    if (changes.empty()) return rope;
    SIGNMARK_ASSIGN(PdfFile pdf, PdfFile::open(context, file));
    SIGNMARK_ASSIGN(auto pages, pdf.pages());
    std::vector<PdfFile::Update> objects;
    std::uint32_t next = pdf.next_number();
    const std::uint32_t font = next++;
    objects.push_back(
        {font,
         "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"});
    const std::uint32_t save = next++;
    objects.push_back({save, stream_object("q")});
    for (const PartSplice& change : changes) {
      PdfPage& page = pages.at(change.part);
      SIGNMARK_ASSIGN(const std::string content, label_on(pdf, page, change.splice));
      const std::uint32_t stream = next++;
      objects.push_back({stream, stream_object(content)});
      SIGNMARK_TRY(put_on_page(pdf, page, font, save, stream));
      const auto present = std::find_if(objects.begin(), objects.end(), [&](const auto& object) {
        return object.number == page.number;
      });
      if (present == objects.end())
        objects.push_back({page.number, page.dictionary});
      else
        present->body = page.dictionary;
    }
    SIGNMARK_ASSIGN(Bytes update, pdf.update(objects, pdf.trailer()));
    rope.own(std::move(update));
    return rope;
  }

 private:
  static Status read_blocks(const Context& context, ByteView file, Inventory& inventory) {
    SIGNMARK_ASSIGN(PdfFile pdf, PdfFile::open(context, file));
    SIGNMARK_ASSIGN(const PdfObject info,
                    pdf.object(pdf_reference_number(pdf_entry(pdf.trailer(), "/Info"))));
    SIGNMARK_ASSIGN(const std::string value, pdf.resolve(pdf_entry(info.value, "/AIGC")));
    if (!value.empty()) {
      const std::string json = pdf_text(value);
      SIGNMARK_TRY(add_block(
          context, inventory,
          {BlockKind::aigc, "PDF Info AIGC", "AIGC", info.range, {json.begin(), json.end()}}));
    }
    return read_manifest(context, file, pdf, inventory);
  }

  /// C2PA 2.5, A.4: an associated file of the catalogue.
  static Status read_manifest(const Context& context, ByteView file, PdfFile& pdf,
                              Inventory& inventory) {
    SIGNMARK_ASSIGN(const std::string root, pdf.resolve(pdf_entry(pdf.trailer(), "/Root")));
    SIGNMARK_ASSIGN(const std::string files, pdf.resolve(pdf_entry(root, "/AF")));
    for (const std::string_view item : pdf_items(files)) {
      SIGNMARK_ASSIGN(const std::string spec, pdf.resolve(item));
      if (pdf_entry(spec, "/AFRelationship") != "/C2PA_Manifest") continue;
      SIGNMARK_ASSIGN(const std::string embedded, pdf.resolve(pdf_entry(spec, "/EF")));
      SIGNMARK_ASSIGN(const PdfObject object,
                      pdf.object(pdf_reference_number(pdf_entry(embedded, "/F"))));
      if (!pdf_entry(object.value, "/Filter").empty())
        return format_error(Format::pdf, "manifest", "the manifest is packed, which C2PA forbids");
      const ByteView store = file.subspan(object.stream.offset, object.stream.size);
      inventory.manifest_exclusions.push_back(object.stream);
      SIGNMARK_TRY(add_block(
          context, inventory,
          {BlockKind::c2pa, "PDF embedded file", {}, object.stream, {store.begin(), store.end()}}));
    }
    return {};
  }

  static Result<std::string> label_on(PdfFile& pdf, const PdfPage& page, const Splice& label) {
    SIGNMARK_ASSIGN(const std::string box, pdf.resolve(page.box));
    std::vector<double> corners;
    for (const std::string_view item : pdf_items(box)) {
      SIGNMARK_ASSIGN(const std::string value, pdf.resolve(item));
      corners.push_back(real_of(value));
    }
    if (corners.size() != 4) corners = {0, 0, 612, 792};  // no page lacks it in a sound file
    SIGNMARK_ASSIGN(const std::string rotation, pdf.resolve(page.rotation));
    const auto degrees = static_cast<std::int64_t>(real_of(rotation)) % 360;
    const Stand stand =
        stand_of(corners, static_cast<std::uint64_t>(degrees + 360), label.range.offset == 1);
    SIGNMARK_ASSIGN(const std::string string, pdf_string(as_text(label.bytes)));
    return label_content(stand, string, label.bytes.size());
  }

  /// The old contents between a saved and a restored graphics state, then the label.
  static Status put_on_page(PdfFile& pdf, PdfPage& page, std::uint32_t font, std::uint32_t save,
                            std::uint32_t label) {
    const std::string contents(pdf_entry(page.dictionary, "/Contents"));
    SIGNMARK_ASSIGN(const std::string resolved, pdf.resolve(contents));
    std::string inner = contents;
    if (resolved.starts_with('[')) inner = resolved.substr(1, resolved.rfind(']') - 1);
    SIGNMARK_ASSIGN(std::string resources, pdf.resolve(page.resources));
    SIGNMARK_ASSIGN(std::string fonts, pdf.resolve(pdf_entry(resources, "/Font")));
    if (!fonts.starts_with("<<")) fonts = "<< >>";
    if (!resources.starts_with("<<")) resources = "<< >>";
    SIGNMARK_ASSIGN(fonts, pdf_with(fonts, kFont, pdf_reference(font)));
    SIGNMARK_ASSIGN(page.resources, pdf_with(resources, "/Font", fonts));
    SIGNMARK_ASSIGN(page.dictionary, pdf_with(page.dictionary, "/Resources", page.resources));
    const std::string all =
        "[" + pdf_reference(save) + " " + inner + " " + pdf_reference(label) + "]";
    SIGNMARK_ASSIGN(page.dictionary, pdf_with(page.dictionary, "/Contents", all));
    return {};
  }
};

}  // namespace

const Handler& pdf_handler() {
  static const PdfHandler handler;
  return handler;
}

}  // namespace signmark::container
