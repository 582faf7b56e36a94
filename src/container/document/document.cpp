// SPDX-License-Identifier: Apache-2.0
// Text of documents: the public functions, and what all document formats share.
#include "container/document/document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace signmark::container {
namespace {

/// A table of one million cells is a document; a hundred million passages are an attack.
constexpr std::uint64_t kPassagesPerBlock = 50;

Result<DocumentText> read(const Context& context, ByteView file, const Inventory& inventory,
                          const TextOptions& options) {
  const Handler* handler = handler_of(inventory.format);
  if (handler == nullptr || handler->document() == nullptr)
    return format_error(inventory.format, "text", "this format has no text that could be read");
  if (!inventory.complete) {
    const Error why = inventory.problems.empty() ? Error{} : inventory.problems.front();
    return format_error(inventory.format, "text", "the file is damaged: " + why.message, why.where,
                        "repair or re-export the file first");
  }
  SIGNMARK_TRY(check_text_size(context, inventory.format, file.size()));
  return handler->document()->read_text(context, file, inventory, options);
}

tl::unexpected<Error> bad_insertion(const Insertion& insertion, std::string message) {
  return fail("container.edits.passage", std::move(message),
              fmt::format("passage {}, byte {}", insertion.passage, insertion.offset));
}

Status check_insertion(const DocumentText& document, const Insertion& insertion) {
  if (insertion.passage >= document.passages.size())
    return bad_insertion(insertion, "there is no such passage");
  const Passage& passage = document.passages[insertion.passage].passage;
  if (passage.kind != Passage::Kind::prose)
    return bad_insertion(insertion, "nothing is inserted into headings and verbatim text");
  const std::size_t offset = insertion.offset;
  if (offset > passage.text.size() ||
      (offset < passage.text.size() && (static_cast<Byte>(passage.text[offset]) & 0xC0) == 0x80))
    return bad_insertion(insertion, "the offset is not between two characters");
  for (const Range& closed : passage.closed)
    if (offset >= closed.offset && offset <= closed.end())
      return bad_insertion(insertion, "the place lies in or beside verbatim text");
  return {};
}

/// Behind the character that precedes the offset, so that an insertion shares its style. Beside a
/// character that the source has no text for (a tab in DOCX) the nearest text takes it.
std::optional<std::size_t> source_of(const LocatedPassage& located, std::size_t offset) {
  const auto next =
      std::partition_point(located.map.begin(), located.map.end(),
                           [&](const Segment& segment) { return segment.text < offset; });
  const bool at_next = next != located.map.end() && next->text == offset;
  if (at_next && (next == located.map.begin() || next->inner)) return next->source;
  if (next == located.map.begin()) return std::nullopt;
  const Segment& segment = *std::prev(next);
  if (at_next && segment.text + segment.text_size < offset) return next->source;
  if (offset >= segment.text + segment.text_size) return segment.source + segment.source_size;
  if (segment.text_size != segment.source_size) return std::nullopt;
  return segment.source + (offset - segment.text);
}

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// Takes `count` bytes off the end of the text and of its map.
void trim_end(LocatedPassage& located, std::size_t count) {
  const std::size_t size = located.passage.text.size() - count;
  PassageText& text = located.passage.text;
  if (text.is_view())
    text = PassageText::viewing(text.view().substr(0, size));
  else
    text.own().resize(size);
  auto& map = located.map;
  while (!map.empty() && map.back().text >= size) map.pop_back();
  if (map.empty()) return;
  Segment& last = map.back();
  if (last.text + last.text_size > size && last.text_size == last.source_size)
    last.source_size = last.text_size = size - last.text;
}

}  // namespace

// ---------------------------------------------------------------------------------------------
// Public functions

Result<std::vector<Passage>> passages(const Context& context, ByteView file,
                                      const Inventory& inventory, const TextOptions& options) {
  SIGNMARK_ASSIGN(DocumentText document, read(context, file, inventory, options));
  std::vector<Passage> result;
  result.reserve(document.passages.size());
  for (LocatedPassage& located : document.passages) {
    if (!document.parts[located.part].owned.empty()) located.passage.text.own();  // outlives them
    result.push_back(std::move(located.passage));
  }
  return result;
}

Result<Rope> insert_text(const Context& context, ByteView file, const Inventory& inventory,
                         std::vector<Insertion> insertions,
                         const std::vector<NewParagraph>& paragraphs, const TextOptions& options) {
  SIGNMARK_ASSIGN(const DocumentText document, read(context, file, inventory, options));
  const DocumentHandler& handler = *handler_of(inventory.format)->document();
  std::vector<PartSplice> changes;
  for (const NewParagraph& paragraph : paragraphs) {
    if (paragraph.text.find_first_of("\r\n") != std::string::npos || !is_utf8(paragraph.text))
      return fail("container.edits.passage", "a new paragraph is one line of UTF-8 text");
    SIGNMARK_ASSIGN(auto news, handler.paragraph(document, paragraph));
    std::move(news.begin(), news.end(), std::back_inserter(changes));
  }
  constexpr std::size_t kReportEvery = 1024;  // insertions
  changes.reserve(changes.size() + insertions.size());
  for (Insertion& insertion : insertions) {
    if (changes.size() % kReportEvery == 0)
      SIGNMARK_TRY(context.report("insert", changes.size(), insertions.size()));
    SIGNMARK_TRY(check_insertion(document, insertion));
    const LocatedPassage& located = document.passages[insertion.passage];
    const auto source = source_of(located, insertion.offset);
    if (!source) return bad_insertion(insertion, "the place lies within one escaped character");
    const std::string text = handler.escape(std::exchange(insertion.text, {}));
    changes.push_back({located.part, {{*source, 0}, {text.begin(), text.end()}}});
  }
  return handler.assemble(context, file, document, std::move(changes));
}

// ---------------------------------------------------------------------------------------------
// Shared

std::string DocumentHandler::escape(std::string_view text) const { return std::string(text); }

Result<Rope> DocumentHandler::assemble(const Context&, ByteView file, const DocumentText&,
                                       std::vector<PartSplice> changes) const {
  std::vector<Splice> splices;
  splices.reserve(changes.size());
  for (PartSplice& change : changes) splices.push_back(std::move(change.splice));
  return splice(file, std::move(splices));
}

DocumentText flat_document(ByteView file) {
  DocumentText document;
  document.parts.push_back({{}, {}, file});
  return document;
}

Status check_text_size(const Context& context, Format format, std::uint64_t size) {
  return check_limit(code_name(format), "document-text", size, context.limits.document_text,
                     "text of the document");
}

Status check_passages(const Context& context, Format format, std::size_t count) {
  return check_limit(code_name(format), "blocks", count / kPassagesPerBlock, context.limits.blocks,
                     fmt::format("passages, {} of which count as a block", kPassagesPerBlock));
}

Spot spot_of(const DocumentText& document, const NewParagraph& paragraph) {
  if (document.passages.empty()) return {};
  if (paragraph.before < document.passages.size())
    return {&document.passages[paragraph.before], false};
  return {&document.passages.back(), true};
}

void PassageBuilder::copy(std::string_view text, std::size_t source) {
  if (text.empty()) return;
  auto& map = located_.map;
  PassageText& all = located_.passage.text;
  const std::size_t at = all.size();
  const bool in_file = source < flat_.size() && flat_.substr(source, text.size()) == text;
  const bool follows =
      in_file && (all.empty() || (all.is_view() && all.view().data() + at == &flat_[source]));
  if (follows)
    all = PassageText::viewing(flat_.substr(source - at, at + text.size()));
  else
    append(text);
  const bool goes_on = !inner_ && !map.empty() && map.back().text_size == map.back().source_size &&
                       map.back().text + map.back().text_size == at &&
                       map.back().source + map.back().source_size == source;
  if (!goes_on) map.push_back({at, 0, source, 0, std::exchange(inner_, false)});
  map.back().text_size += text.size();
  map.back().source_size += text.size();
}

void PassageBuilder::decoded(std::string_view text, std::size_t source, std::size_t source_size) {
  located_.map.push_back({located_.passage.text.size(), text.size(), source, source_size,
                          std::exchange(inner_, false)});
  append(text);
}

void PassageBuilder::append(std::string_view text) { located_.passage.text.own() += text; }

void PassageBuilder::made_up(std::string_view text) { append(text); }

void PassageBuilder::space(std::size_t source, std::size_t source_size) {
  if (!empty() && !ends_with_space()) decoded(" ", source, source_size);
}

bool PassageBuilder::ends_with_space() const {
  return !empty() && is_space(located_.passage.text.view().back());
}

void PassageBuilder::open_closed() { open_.push_back(located_.passage.text.size()); }

void PassageBuilder::close_closed() {
  if (open_.empty()) return;
  const std::size_t begin = open_.back();
  open_.pop_back();
  const std::size_t size = located_.passage.text.size() - begin;
  if (open_.empty() && size > 0) located_.passage.closed.push_back({begin, size});
}

LocatedPassage PassageBuilder::take(Passage::Kind kind, Range outer) {
  while (!open_.empty()) close_closed();
  LocatedPassage result = std::move(located_);
  located_ = {};
  inner_ = false;
  const PassageText& text = result.passage.text;
  std::size_t spaces = 0;
  while (spaces < text.size() && is_space(text[text.size() - 1 - spaces])) ++spaces;
  trim_end(result, spaces);
  auto& closed = result.passage.closed;
  while (!closed.empty() && closed.back().offset >= text.size()) closed.pop_back();
  if (!closed.empty())
    closed.back().size = std::min(closed.back().end(), text.size()) - closed.back().offset;
  close_addresses(text, closed);
  result.passage.kind = kind;
  result.outer = outer;
  return result;
}

// ---------------------------------------------------------------------------------------------
// Addresses

namespace {

/// What may stand in an address; CJK text often follows one without a space.
bool is_address_char(char c) {
  return c > ' ' && c < 0x7F && std::string_view("<>\"`{}|\\^").find(c) == std::string_view::npos;
}

bool is_word_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '_' || c == '.' || c == '+';
}

/// The address around `core`, whose first byte is at `at` (the colon of "://", "www.", the "@").
Range address_around(std::string_view text, std::size_t at) {
  std::size_t begin = at, end = at;
  while (begin > 0 && is_word_char(text[begin - 1])) --begin;
  while (end < text.size() && is_address_char(text[end])) ++end;
  while (end > at && std::string_view(".,;:!?)'").find(text[end - 1]) != std::string_view::npos)
    --end;
  return {begin, end - begin};
}

}  // namespace

void close_addresses(std::string_view text, std::vector<Range>& closed) {
  for (const std::string_view core : {"://", "www.", "@"}) {
    std::size_t at = 0;
    while ((at = text.find(core, at)) != std::string_view::npos) {
      const Range range = address_around(text, at);
      const bool long_enough =
          range.end() > at + core.size() && (core == "www." || range.offset < at);
      if (long_enough) closed.push_back(range);
      at = std::max<std::size_t>(range.end(), at + core.size());
    }
  }
  std::sort(closed.begin(), closed.end(),
            [](const Range& a, const Range& b) { return a.offset < b.offset; });
  std::vector<Range> joined;
  for (const Range& range : closed) {
    if (joined.empty() || range.offset > joined.back().end())
      joined.push_back(range);
    else
      joined.back().size = std::max(joined.back().end(), range.end()) - joined.back().offset;
  }
  closed = std::move(joined);
}

// ---------------------------------------------------------------------------------------------
// Lines

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string_view line_end_of(std::string_view text) {
  const std::size_t end = text.find('\n');
  return end != std::string_view::npos && end > 0 && text[end - 1] == '\r' ? "\r\n" : "\n";
}

bool is_blank_line(std::string_view line) {
  return line.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos;
}

bool ends_in(std::string_view name, std::string_view ending) {
  return name.size() >= ending.size() && iequals(name.substr(name.size() - ending.size()), ending);
}

}  // namespace signmark::container
