// SPDX-License-Identifier: Apache-2.0
// What the document formats share: passages that know where they stand, and changes in parts.
#pragma once

#include "container/handler.hpp"

namespace signmark::container {

/// Equally many characters of a passage and of its source; they differ in size where the source is
/// escaped or collapsed.
struct Segment {
  std::size_t text = 0, text_size = 0;      ///< in Passage::text
  std::size_t source = 0, source_size = 0;  ///< in the part
  bool inner = false;  ///< what is inserted before it must stand behind the markup before it
};

/// A passage and its place.
struct LocatedPassage {
  Passage passage;
  std::vector<Segment> map;  ///< ascending in text and source; text made up by us has no segment
  std::size_t part = 0;
  Range outer;        ///< the whole paragraph with its markup: new ones go before or behind it
  std::string frame;  ///< what a new neighbour must repeat: a line prefix, an XML prefix
};

/// A flat file is one part; a package has one a member.
struct Part {
  std::string name;  ///< member of the package; empty for a flat file
  Bytes owned;       ///< unpacked bytes; empty when `bytes` views the file
  ByteView bytes;
};

struct DocumentText {
  std::vector<Part> parts;
  std::vector<LocatedPassage> passages;
  DrawText draw;   ///< TextOptions::draw, where paragraphs are drawn
  PagePlace page;  ///< TextOptions::page
};

/// A change of one part.
struct PartSplice {
  std::size_t part = 0;
  Splice splice;
};

/// What a document format must be able to do beside its metadata.
class DocumentHandler : public Handler {
 public:
  [[nodiscard]] const DocumentHandler* document() const final { return this; }
  [[nodiscard]] virtual Result<DocumentText> read_text(const Context& context, ByteView file,
                                                       const Inventory& inventory,
                                                       const TextOptions& options) const = 0;
  /// Text as it must stand in the source of a passage.
  [[nodiscard]] virtual std::string escape(std::string_view text) const;
  /// The changes that bring a new paragraph.
  [[nodiscard]] virtual Result<std::vector<PartSplice>> paragraph(
      const DocumentText& document, const NewParagraph& paragraph) const = 0;
  /// The file with all changes done; a flat file unless overridden.
  [[nodiscard]] virtual Result<Rope> assemble(const Context& context, ByteView file,
                                              const DocumentText& document,
                                              std::vector<PartSplice> changes) const;
};

const Handler& text_handler();
const Handler& html_handler();
const Handler& json_handler();
const Handler& jsonl_handler();
const Handler& srt_handler();
const Handler& vtt_handler();
const Handler& docx_handler();
const Handler& xlsx_handler();
const Handler& pptx_handler();
const Handler& odt_handler();
const Handler& epub_handler();
const Handler& pdf_handler();

/// One part that is the file itself.
DocumentText flat_document(ByteView file);

/// `container.<format>.limit` for more unpacked text than limits.document_text.
Status check_text_size(const Context& context, Format format, std::uint64_t size);

/// Refuses to grow a list of passages beyond limits.blocks times a generous factor.
Status check_passages(const Context& context, Format format, std::size_t count);

/// Where a new paragraph goes in its part: before the passage it names, else behind the last one.
struct Spot {
  const LocatedPassage* neighbour = nullptr;  ///< nullptr in a document without passages
  bool behind = false;
  [[nodiscard]] std::uint64_t offset() const {
    return behind ? neighbour->outer.end() : neighbour->outer.offset;
  }
};
Spot spot_of(const DocumentText& document, const NewParagraph& paragraph);

/// Collects one passage from pieces of its source.
class PassageBuilder {
 public:
  PassageBuilder() = default;
  /// `flat`: the whole bytes of a flat file, which outlive the passages: what stands there as it is
  /// is viewed and not copied.
  explicit PassageBuilder(std::string_view flat) : flat_(flat) {}
  /// Text that stands in the source as it is.
  void copy(std::string_view text, std::size_t source);
  /// Text that stands in the source in another form.
  void decoded(std::string_view text, std::size_t source, std::size_t source_size);
  /// Text that a reader sees and the source does not have.
  void made_up(std::string_view text);
  /// White space as HTML shows it: one space between words, none at the ends.
  void space(std::size_t source, std::size_t source_size);
  /// What is inserted before the next piece must stand behind the markup before that piece.
  void keep_behind_markup() { inner_ = true; }
  void open_closed();   ///< from here on verbatim; may be nested
  void close_closed();  ///< ends the innermost
  [[nodiscard]] bool empty() const { return located_.passage.text.empty(); }
  [[nodiscard]] bool ends_with_space() const;
  /// The passage without white space at its ends, with URLs closed; the builder is empty again.
  LocatedPassage take(Passage::Kind kind, Range outer);

 private:
  void append(std::string_view text);
  std::string_view flat_;
  LocatedPassage located_;
  std::vector<std::size_t> open_;
  bool inner_ = false;
};

/// Adds the ranges of URLs and mail addresses in `text` to `closed`, and sorts and joins it.
void close_addresses(std::string_view text, std::vector<Range>& closed);

/// Cuts the next line off `text`, without its line end.
std::string_view take_line(std::string_view& text);

/// The line end that the text uses first; "\n" when it has none.
std::string_view line_end_of(std::string_view text);

bool is_blank_line(std::string_view line);
bool ends_in(std::string_view name, std::string_view ending);  ///< ASCII case ignored

inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace signmark::container
