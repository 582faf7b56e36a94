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
    rewind();
    std::size_t count = 0;  // the list may be as large as the text: growing would hold it twice
    for (Range next;; ++count) {
      SIGNMARK_ASSIGN(next, next_paragraph());
      if (next.size == 0) break;
    }
    SIGNMARK_TRY(check_passages(context_, Format::text, count));
    std::vector<LocatedPassage> passages;
    passages.reserve(count);
    rewind();
    while (passages.size() < count) {
      SIGNMARK_ASSIGN(const Range next, next_paragraph());
      passages.push_back(passage(next));
    }
    return passages;
  }

 private:
  void rewind() {
    rest_ = whole_;
    if (rest_.starts_with(kByteOrderMark)) rest_.remove_prefix(kByteOrderMark.size());
    report_at_ = kReportEvery;
  }

  /// Empty behind the last one.
  Result<Range> next_paragraph() {
    Range found;
    while (!rest_.empty()) {
      const std::size_t start = whole_.size() - rest_.size();
      const bool blank = is_blank_line(take_line(rest_));
      const std::size_t end = whole_.size() - rest_.size();
      if (end >= report_at_) {
        SIGNMARK_TRY(context_.report("read", end, whole_.size()));
        report_at_ = end + kReportEvery;
      }
      if (blank && found.size > 0) break;
      if (blank) continue;
      if (found.size == 0) found.offset = start;
      found.size = end - found.offset;
    }
    return found;
  }

  [[nodiscard]] LocatedPassage passage(Range range) const {
    PassageBuilder builder(whole_);
    const std::string_view text = whole_.substr(range.offset, range.size);
    const std::size_t lead = text.find_first_not_of(" \t");
    builder.copy(text.substr(lead), range.offset + lead);
    return builder.take(Passage::Kind::prose, range);
  }

  static constexpr std::size_t kReportEvery = 1U << 20;  // bytes

  const Context& context_;
  std::string_view whole_, rest_;
  std::size_t report_at_ = 0;
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
