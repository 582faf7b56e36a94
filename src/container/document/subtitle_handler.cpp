// SPDX-License-Identifier: Apache-2.0
// Subtitles: SRT, which has no place for metadata, and WebVTT, whose NOTE blocks hold the record
// and the manifest (C2PA 2.5, A.9).
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "container/document/manifest_line.hpp"
#include "container/document/markup.hpp"

namespace signmark::container {
namespace {

constexpr std::string_view kArrow = "-->";
constexpr std::string_view kNote = "NOTE AIGC";
/// Long enough to be read (GB 45438-2025 5.4 asks for 2 s).
constexpr std::uint64_t kLabelMs = 3000;

/// Lines between blank ones.
struct CueBlock {
  Range range;           ///< with the last line end
  Range timing;          ///< the line with the arrow; empty when there is none
  std::size_t text = 0;  ///< where the lines behind it begin
};

std::vector<CueBlock> blocks_of(std::string_view whole) {
  std::vector<CueBlock> blocks;
  std::string_view rest = whole;
  if (rest.starts_with(kByteOrderMark)) rest.remove_prefix(kByteOrderMark.size());
  bool open = false;
  while (!rest.empty()) {
    const std::size_t begin = whole.size() - rest.size();
    const std::string_view line = take_line(rest);
    const std::size_t end = whole.size() - rest.size();
    if (is_blank_line(line)) {
      open = false;
      continue;
    }
    if (!open) blocks.push_back({{begin, 0}, {}, begin});
    open = true;
    CueBlock& block = blocks.back();
    block.range.size = end - block.range.offset;
    if (block.timing.size > 0 || line.find(kArrow) == std::string_view::npos) continue;
    block.timing = {begin, line.size()};
    block.text = end;
  }
  return blocks;
}

/// "1:02:03,004" or "02:03.004" as milliseconds.
std::optional<std::uint64_t> read_time(std::string_view text) {
  std::uint64_t total = 0, number = 0;
  std::size_t digits = 0;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      if (++digits > 6) return std::nullopt;
      number = number * 10 + static_cast<std::uint64_t>(c - '0');
    } else if (c == ':' || c == ',' || c == '.') {
      total = (total + number) * (c == ':' ? 60 : 1000);
      number = digits = 0;
    } else {
      break;
    }
  }
  return total + number;
}

std::string write_time(std::uint64_t ms, char point) {
  return fmt::format("{:02}:{:02}:{:02}{}{:03}", ms / 3'600'000, ms / 60'000 % 60, ms / 1000 % 60,
                     point, ms % 1000);
}

bool is_number(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(" \t"), end = line.find_last_not_of(" \t");
  return begin != std::string_view::npos &&
         line.substr(begin, end + 1 - begin).find_first_not_of("0123456789") ==
             std::string_view::npos;
}

class SubtitleHandler : public DocumentHandler {
 public:
  SubtitleHandler(const FormatInfo& info, char point) : info_(info), point_(point) {}
  const FormatInfo& info() const override { return info_; }

  Result<DocumentText> read_text(const Context& context, ByteView file, const Inventory&,
                                 const TextOptions&) const override {
    const std::string_view whole = as_text(file);
    if (!is_utf8(whole))
      return format_error(info_.format, "text", "the subtitles are not UTF-8 text", {},
                          "convert them first: iconv -f GB18030 -t UTF-8");
    DocumentText document = flat_document(file);
    for (const CueBlock& block : blocks_of(whole)) {
      if (block.timing.size == 0) continue;
      PassageBuilder builder(whole);
      read_cue(whole.substr(0, block.range.end()), block.text, builder);
      if (builder.empty()) continue;
      LocatedPassage located = builder.take(Passage::Kind::prose, block.range);
      located.frame = whole.substr(block.timing.offset, block.timing.size);
      document.passages.push_back(std::move(located));
      SIGNMARK_TRY(check_passages(context, info_.format, document.passages.size()));
    }
    return document;
  }

  std::string escape(std::string_view text) const override {
    return info_.format == Format::vtt ? escape_markup(text) : std::string(text);
  }

  /// A cue of its own: at the very start, with the cue that it precedes, or behind the last one.
  Result<std::vector<PartSplice>> paragraph(const DocumentText& document,
                                            const NewParagraph& paragraph) const override {
    const std::string_view whole = as_text(document.parts[0].bytes);
    const std::string end(line_end_of(whole));
    const Spot spot = spot_of(document, paragraph);
    std::uint64_t start = 0, offset = whole.size();
    if (spot.neighbour != nullptr) {
      offset = spot.offset();
      const std::string_view timing = spot.neighbour->frame;
      const std::string_view behind = timing.substr(timing.find(kArrow) + kArrow.size());
      if (spot.behind)
        start = read_time(behind.substr(std::min(behind.find_first_not_of(" \t"), behind.size())))
                    .value_or(0);
      else if (spot.neighbour != &document.passages.front())
        start = read_time(timing.substr(std::min(timing.find_first_not_of(" \t"), timing.size())))
                    .value_or(0);
    }
    std::string cue = write_time(start, point_) + " --> " + write_time(start + kLabelMs, point_) +
                      end + escape(paragraph.text) + end;
    if (info_.format == Format::srt)
      cue = std::to_string(spot.behind || spot.neighbour == nullptr ? document.passages.size() + 1
                                                                    : 0) +
            end + cue;
    if (spot.neighbour == nullptr || spot.behind) {
      cue = end + cue;
      if (offset > 0 && whole[offset - 1] != '\n') cue = end + cue;
    } else {
      cue += end;
    }
    return std::vector<PartSplice>{{0, {{offset, 0}, {cue.begin(), cue.end()}}}};
  }

 private:
  /// Tags (`<i>`, `<v Anna>`, `<00:01.000>`, `{\an8}`) are not seen.
  void read_cue(std::string_view whole, std::size_t at, PassageBuilder& builder) const {
    while (at < whole.size()) {
      const std::size_t stop = std::min(whole.find_first_of("<{&\r\n", at), whole.size());
      builder.copy(whole.substr(at, stop - at), at);
      at = stop;
      if (at < whole.size()) at += read_special(whole, at, builder);
    }
  }

  std::size_t read_special(std::string_view whole, std::size_t at, PassageBuilder& builder) const {
    constexpr std::size_t kLongestTag = 256;
    const std::string_view rest = whole.substr(at);
    if (rest[0] == '\n' || rest.starts_with("\r\n")) {
      const std::size_t size = rest[0] == '\n' ? 1 : 2;
      if (!builder.empty()) builder.decoded("\n", at, size);
      return size;
    }
    const bool vtt = info_.format == Format::vtt;
    if (rest[0] == '<' || (rest.starts_with("{\\") && !vtt)) {
      const std::size_t end = rest.substr(0, kLongestTag).find(rest[0] == '<' ? '>' : '}');
      if (end != std::string_view::npos) return end + 1;
    }
    const auto reference =
        vtt && rest[0] == '&' ? character_reference(rest, Dialect::html) : std::nullopt;
    if (reference) {
      builder.decoded(reference->text, at, reference->size);
      return reference->size;
    }
    builder.copy(rest.substr(0, 1), at);
    return 1;
  }

  FormatInfo info_;
  char point_;
};

constexpr FormatInfo kSrt{.format = Format::srt,
                          .name = "SRT",
                          .mime = "application/x-subrip",
                          .extension = "srt",
                          .document = true,
                          .sidecar_only = true};
constexpr FormatInfo kVtt{.format = Format::vtt,
                          .name = "WebVTT",
                          .mime = "text/vtt",
                          .extension = "vtt",
                          .writes_metadata = true,
                          .document = true,
                          .native_aigc = true};

class SrtHandler final : public SubtitleHandler {
 public:
  SrtHandler() : SubtitleHandler(kSrt, ',') {}
  /// A number, then a line of times.
  bool matches(ByteView file) const override {
    constexpr std::size_t kHead = 512;
    std::string_view text = as_text(file).substr(0, kHead);
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    text.remove_prefix(std::min(text.find_first_not_of("\r\n"), text.size()));
    if (!is_number(take_line(text))) return false;
    const std::string_view times = take_line(text);
    return times.find(kArrow) != std::string_view::npos && times.find(':') < times.find(kArrow);
  }
  Status inspect(const Context&, ByteView, Inventory&) const override { return {}; }
};

class VttHandler final : public SubtitleHandler {
 public:
  VttHandler() : SubtitleHandler(kVtt, '.') {}
  bool matches(ByteView file) const override {
    std::string_view text = as_text(file);
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    constexpr std::string_view kMagic = "WEBVTT";
    if (!text.starts_with(kMagic)) return false;
    return text.size() == kMagic.size() || is_blank_line(text.substr(kMagic.size(), 1));
  }
  Status inspect(const Context& context, ByteView file, Inventory& inventory) const override {
    const std::string_view whole = as_text(file);
    for (const CueBlock& block : blocks_of(whole)) {
      const std::string_view text = whole.substr(block.range.offset, block.range.size);
      if (!text.starts_with(kNote) || !is_blank_line(text.substr(kNote.size(), 1))) continue;
      std::string_view value = text.substr(std::min(kNote.size() + 1, text.size()));
      value = value.substr(0, value.find_last_not_of(" \t\r\n") + 1);
      SIGNMARK_TRY(add_block(context, inventory,
                             {BlockKind::aigc,
                              "WebVTT NOTE AIGC",
                              "AIGC",
                              block.range,
                              {value.begin(), value.end()}}));
    }
    return inspect_manifest_lines(context, file, inventory);
  }
  Result<Plan> plan(const Context& context, ByteView file, const Inventory& inventory,
                    const Edits& edits) const override {
    const std::string_view whole = as_text(file);
    const std::string end(line_end_of(whole));
    const auto rewrite = [&](const Block&, const Bytes& payload) { return note(payload, end); };
    SIGNMARK_ASSIGN(auto splices, common_splices(inventory, edits, context.limits, rewrite));
    if (edits.aigc && inventory.find(BlockKind::aigc) == nullptr) {
      const std::vector<CueBlock> blocks = blocks_of(whole);  // the first is the header
      const std::size_t behind = blocks.front().range.end();
      SIGNMARK_ASSIGN(Bytes bytes, note(*edits.aigc, end));
      const std::string gap = whole[behind - 1] == '\n' ? end : end + end;
      bytes.insert(bytes.begin(), gap.begin(), gap.end());
      splices.push_back({{behind, 0}, std::move(bytes)});
    }
    if (edits.manifest)
      append_manifest_line(splices, file, inventory, manifest_line(*edits.manifest, "NOTE ", ""),
                           true);
    return splice_plan(file, std::move(splices));
  }

 private:
  /// A note must not hold the arrow, nor a blank line.
  static Result<Bytes> note(const Bytes& json, const std::string& end) {
    std::string text(as_text(json));
    for (std::size_t at = 0; (at = text.find(kArrow, at)) != std::string::npos;)
      text.replace(at + 2, 1, "\\u003e");
    if (text.find_first_of("\r\n") != std::string::npos)
      return fail("container.vtt.unwritable", "the record must be one line");
    text = std::string(kNote) + " " + text + end;
    return Bytes(text.begin(), text.end());
  }
};

}  // namespace

const Handler& srt_handler() {
  static const SrtHandler handler;
  return handler;
}

const Handler& vtt_handler() {
  static const VttHandler handler;
  return handler;
}

}  // namespace signmark::container
