// SPDX-License-Identifier: Apache-2.0
// PDF: the record is the key AIGC of the information dictionary (text guide 6.3), the label a line
// at a page's edge; both come in incremental updates, so that all old bytes stay.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "container/document/pdf_label.hpp"

namespace signmark::container {
namespace {

double real_of(std::string_view token) {
  const std::string text(token);
  return std::strtod(text.c_str(), nullptr);
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
    Status done = read_blocks(context, file, inventory);
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
                                 const TextOptions& options) const override {
    SIGNMARK_ASSIGN(PdfFile pdf, PdfFile::open(context, file));
    SIGNMARK_ASSIGN(const auto pages, pdf.pages());
    DocumentText document = flat_document(file);
    document.draw = options.draw;
    document.page = options.page;
    document.passages.resize(pages.size());
    for (LocatedPassage& page : document.passages) page.passage.kind = Passage::Kind::verbatim;
    return document;
  }

  /// Page and edge; `assemble` knows what to make of it.
  Result<std::vector<PartSplice>> paragraph(const DocumentText& document,
                                            const NewParagraph& paragraph) const override {
    if (document.passages.empty())
      return format_error(Format::pdf, "unwritable", "the file has no page");
    if (!document.draw)
      return format_error(Format::pdf, "unwritable",
                          "the shape of the label's letters is not given (TextOptions::draw)");
    const bool bottom = paragraph.before >= document.passages.size();
    const std::size_t page = bottom ? document.passages.size() - 1 : paragraph.before;
    return std::vector<PartSplice>{
        {page, {{bottom ? 1U : 0U, 0}, {paragraph.text.begin(), paragraph.text.end()}}}};
  }

  Result<Rope> assemble(const Context& context, ByteView file, const DocumentText& document,
                        std::vector<PartSplice> changes) const override {
    Rope rope;
    rope.view(file);
    if (changes.empty()) return rope;
    SIGNMARK_ASSIGN(PdfFile pdf, PdfFile::open(context, file));
    SIGNMARK_ASSIGN(auto pages, pdf.pages());
    const std::uint32_t save = pdf.next_number();
    std::vector<PdfFile::Update> objects = {{save, pdf_stream("q")}};
    std::map<std::uint32_t, std::string> changed;
    for (const PartSplice& change : changes) {
      PdfPage& page = pages.at(change.part);
      const auto first = save + static_cast<std::uint32_t>(objects.size());
      SIGNMARK_ASSIGN(PdfLabel label, label_on(pdf, page, change.splice, document, first));
      SIGNMARK_TRY(put_on_page(pdf, page, label, save));
      std::move(label.objects.begin(), label.objects.end(), std::back_inserter(objects));
      changed[page.number] = page.dictionary;
    }
    for (auto& [number, body] : changed) objects.push_back({number, std::move(body)});
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

  static Result<PdfLabel> label_on(PdfFile& pdf, const PdfPage& page, const Splice& splice,
                                   const DocumentText& document, std::uint32_t first_number) {
    SIGNMARK_ASSIGN(const std::string box, pdf.resolve(page.box));
    std::vector<double> corners;
    for (const std::string_view item : pdf_items(box)) {
      SIGNMARK_ASSIGN(const std::string value, pdf.resolve(item));
      corners.push_back(real_of(value));
    }
    SIGNMARK_ASSIGN(const std::string rotation, pdf.resolve(page.rotation));
    const std::string_view text = as_text(splice.bytes);
    SIGNMARK_ASSIGN(const Outline outline, document.draw(text));
    PagePlace place = document.page;
    place.bottom = place.bottom.value_or(splice.range.offset == 1);
    return pdf_label(text, outline, pdf_view(corners, real_of(rotation)), place, first_number);
  }

  /// The old contents between a saved and a restored graphics state, then the label.
  static Status put_on_page(PdfFile& pdf, PdfPage& page, const PdfLabel& label,
                            std::uint32_t save) {
    const std::string contents(pdf_entry(page.dictionary, "/Contents"));
    SIGNMARK_ASSIGN(const std::string resolved, pdf.resolve(contents));
    std::string inner = contents;
    if (resolved.starts_with('[')) inner = resolved.substr(1, resolved.rfind(']') - 1);
    SIGNMARK_ASSIGN(std::string resources, pdf.resolve(page.resources));
    SIGNMARK_ASSIGN(const std::string known, pdf.resolve(pdf_entry(resources, "/Font")));
    if (!resources.starts_with("<<")) resources = "<< >>";
    SIGNMARK_ASSIGN(const std::string fonts,
                    pdf_with(known.starts_with("<<") ? std::string_view(known) : "<< >>",
                             label.font_name, pdf_reference(label.font)));
    SIGNMARK_ASSIGN(page.resources, pdf_with(resources, "/Font", fonts));
    SIGNMARK_ASSIGN(page.dictionary, pdf_with(page.dictionary, "/Resources", page.resources));
    const std::string all =
        fmt::format("[{} {} {}]", pdf_reference(save), inner, pdf_reference(label.content));
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
