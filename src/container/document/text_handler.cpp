// SPDX-License-Identifier: Apache-2.0
// Plain text (UTF-8): no place for metadata, only the label line and marks in the text.
#include "base/text.hpp"
#include "container/document/document.hpp"

namespace signmark::container {
namespace {

/// The paragraphs of a text are divided by blank lines; within one, line ends stay as they are.
class ParagraphReader {
 public:
  ParagraphReader(const Context& context, std::string_view whole)
      : context_(context), whole_(whole) {}

  Result<std::vector<LocatedPassage>> read() {
    std::string_view rest = whole_;
    if (rest.starts_with(kByteOrderMark)) rest.remove_prefix(kByteOrderMark.size());
    std::size_t begin = whole_.size() - rest.size(), end = begin;
    while (!rest.empty()) {
      const std::size_t line_start = whole_.size() - rest.size();
      const std::string_view line = take_line(rest);
      if (!is_blank_line(line)) {
        if (begin == end) begin = line_start;
        end = whole_.size() - rest.size();
        continue;
      }
      SIGNMARK_TRY(add(begin, end));
      begin = end = whole_.size() - rest.size();
    }
    SIGNMARK_TRY(add(begin, end));
    return std::move(passages_);
  }

 private:
  Status add(std::size_t begin, std::size_t end) {
    if (begin == end) return {};
    PassageBuilder builder(whole_);
    const std::string_view text = whole_.substr(begin, end - begin);
    const std::size_t lead = text.find_first_not_of(" \t");
    builder.copy(text.substr(lead), begin + lead);
    passages_.push_back(builder.take(Passage::Kind::prose, {begin, end - begin}));
    return check_passages(context_, Format::text, passages_.size());
  }

  const Context& context_;
  std::string_view whole_;
  std::vector<LocatedPassage> passages_;
};

class TextHandler final : public DocumentHandler {
 public:
  const FormatInfo& info() const override {
    static constexpr FormatInfo kInfo{.format = Format::text,
                                      .name = "plain text",
                                      .mime = "text/plain",
                                      .extension = "txt",
                                      .document = true,
                                      .sidecar_only = true};
    return kInfo;
  }
  bool matches(ByteView file) const override {
    const std::string_view text = as_text(file);
    if (text.starts_with("PK\x03\x04")) return false;  // a damaged package, not words
    return !text.empty() && text.find('\0') == std::string_view::npos && is_utf8(text);
  }
  Status inspect(const Context&, ByteView, Inventory&) const override { return {}; }

  Result<DocumentText> read_text(const Context& context, ByteView file, const Inventory&,
                                 const TextOptions&) const override {
    DocumentText document = flat_document(file);
    SIGNMARK_ASSIGN(document.passages, ParagraphReader(context, as_text(file)).read());
    return document;
  }

  /// A paragraph of its own: a blank line stands between it and its neighbour.
  Result<std::vector<PartSplice>> paragraph(const DocumentText& document,
                                            const NewParagraph& paragraph) const override {
    const std::string_view whole = as_text(document.parts[0].bytes);
    const std::string end(line_end_of(whole));
    const Spot spot = spot_of(document, paragraph);
    std::string bytes = paragraph.text + end;
    std::uint64_t offset = whole.size();
    if (spot.neighbour != nullptr) {
      offset = spot.offset();
      const bool cut = spot.behind && whole[offset - 1] != '\n';
      bytes = spot.behind ? (cut ? end : std::string()) + end + bytes : bytes + end;
    }
    return std::vector<PartSplice>{{0, {{offset, 0}, {bytes.begin(), bytes.end()}}}};
  }
};

}  // namespace

const Handler& text_handler() {
  static const TextHandler handler;
  return handler;
}

}  // namespace signmark::container
