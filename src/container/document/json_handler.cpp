// SPDX-License-Identifier: Apache-2.0
// JSON and JSONL outputs of models: the record is an object `aigc` and the label a string `label`
// beside the text, which is read as Markdown, since models write that.
#include <algorithm>
#include <array>
#include <unordered_set>

#include "base/text.hpp"
#include "container/document/json_scan.hpp"
#include "container/document/markdown_text.hpp"

namespace signmark::container {
namespace {

/// Where model outputs have their text; the first that occurs counts. OpenAI (chat, completions,
/// responses), Anthropic, Gemini, Ollama, Hugging Face, then what is common.
constexpr std::array<std::string_view, 18> kUsualFields = {"choices[].message.content",
                                                           "choices[].text",
                                                           "choices[].delta.content",
                                                           "output_text",
                                                           "output[].content[].text",
                                                           "candidates[].content.parts[].text",
                                                           "content[].text",
                                                           "message.content",
                                                           "messages[].content",
                                                           "content",
                                                           "text",
                                                           "response",
                                                           "answer",
                                                           "completion",
                                                           "generated_text",
                                                           "[].generated_text",
                                                           "output",
                                                           "[].content"};

/// Whether the path of a value is `field`: keys joined by dots, arrays as [].
bool is_at(const std::vector<JsonLevel>& path, std::string_view field) {
  bool first = true;
  for (const JsonLevel& level : path) {
    if (level.object && !first) {
      if (!field.starts_with('.')) return false;
      field.remove_prefix(1);
    }
    const std::string_view step = level.object ? level.key : std::string_view("[]");
    if (step.empty() || !field.starts_with(step)) return false;
    field.remove_prefix(step.size());
    first = false;
  }
  return field.empty();
}

/// A text, or where one could be.
struct FoundText {
  std::size_t field = 0;   ///< which of the fields
  Range inner;             ///< without quotes
  bool in_object = false;  ///< else an array's element
  std::size_t object = 0;  ///< where the object around it begins
};

class Finder final : public JsonVisitor {
 public:
  explicit Finder(std::string_view field) {
    if (field.empty())
      fields_.assign(kUsualFields.begin(), kUsualFields.end());
    else
      fields_.push_back(field);
  }

  void on_string(const std::vector<JsonLevel>& path, Range inner) override {
    for (std::size_t i = 0; i < std::min(fields_.size(), best_ + 1); ++i) {
      if (!is_at(path, fields_[i])) continue;
      if (i < best_) texts_.clear();
      best_ = i;
      const bool in_object = !path.empty() && path.back().object;
      texts_.push_back({i, inner, in_object, in_object ? path.back().begin : 0});
    }
  }
  void on_key(const std::vector<JsonLevel>& path) override {
    if (path.back().key == "label") labelled_.insert(path.back().begin);
  }
  void on_end(const std::vector<JsonLevel>& path, std::size_t end) override {
    const JsonLevel& level = path.back();
    if (level.object && !first_object_) first_object_ = level.begin;
    if (level.object && path.size() <= 2) first_object_ = std::min(*first_object_, level.begin);
    if (path.size() < 2 || !level.object) return;
    const JsonLevel& parent = path[path.size() - 2];
    if (parent.object && iequals(parent.key, "aigc"))
      records_.push_back({level.begin, end - level.begin});
  }

  [[nodiscard]] const std::vector<FoundText>& texts() const { return texts_; }
  [[nodiscard]] const std::vector<Range>& records() const { return records_; }
  [[nodiscard]] bool is_labelled(const FoundText& text) const {
    return labelled_.contains(text.object);
  }
  [[nodiscard]] std::optional<std::size_t> first_object() const { return first_object_; }

 private:
  std::vector<std::string_view> fields_;
  std::size_t best_ = static_cast<std::size_t>(-2);
  std::vector<FoundText> texts_;
  std::vector<Range> records_;
  std::unordered_set<std::size_t> labelled_;
  std::optional<std::size_t> first_object_;
};

/// All values of the file: one, or one a line.
Status scan_all(const Context& context, std::string_view text, JsonVisitor& visitor) {
  std::size_t at = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  do {
    SIGNMARK_TRY(scan_json(text, at, context.limits.json_depth, visitor));
  } while (at < text.size());
  return {};
}

/// The segments of a passage of the decoded string, as segments of the file.
std::vector<Segment> compose(const std::vector<Segment>& passage,
                             const std::vector<Segment>& string) {
  const auto around = [&](std::size_t at) {  // the segment that holds the character at `at`
    return std::prev(std::partition_point(string.begin(), string.end(),
                                          [&](const Segment& s) { return s.text <= at; }));
  };
  const auto place = [&](std::size_t at) {
    const Segment& segment = *around(at);
    return at == segment.text ? segment.source : segment.source + (at - segment.text);
  };
  std::vector<Segment> result;
  for (const Segment& segment : passage) {
    const std::size_t last = segment.source + segment.source_size;
    const Segment& tail = *around(std::max(last, std::size_t{1}) - 1);
    const std::size_t end =
        last == tail.text + tail.text_size ? tail.source + tail.source_size : place(last);
    if (segment.text_size != segment.source_size) {
      const std::size_t begin = place(segment.source);
      result.push_back({segment.text, segment.text_size, begin, end - begin, segment.inner});
      continue;
    }
    for (std::size_t at = segment.source; at < last;) {
      const Segment& piece = *around(at);
      const std::size_t size = std::min(last, piece.text + piece.text_size) - at;
      const bool plain = piece.text_size == piece.source_size;
      result.push_back({segment.text + (at - segment.source), size, place(at),
                        plain ? size : piece.source_size, segment.inner && at == segment.source});
      at += size;
    }
  }
  return result;
}

class JsonHandler : public DocumentHandler {
 public:
  explicit JsonHandler(const FormatInfo& info) : info_(info) {}
  const FormatInfo& info() const override { return info_; }

  Status inspect(const Context& context, ByteView file, Inventory& inventory) const override {
    Finder finder({});
    Status scanned = scan_all(context, as_text(file), finder);
    if (scanned && !is_utf8(as_text(file)))
      scanned = fail("container.json.encoding", "the file is not UTF-8");
    if (!scanned && scanned.error().code.ends_with(".limit")) return scanned;
    if (!scanned) mark_damaged(inventory, scanned.error());
    for (const Range& record : finder.records()) {
      const ByteView value = file.subspan(record.offset, record.size);
      SIGNMARK_TRY(add_block(
          context, inventory,
          {BlockKind::aigc, "JSON object aigc", "aigc", record, {value.begin(), value.end()}}));
    }
    return {};
  }

  Result<Plan> plan(const Context& context, ByteView file, const Inventory& inventory,
                    const Edits& edits) const override {
    const auto rewrite = [](const Block&, Bytes payload) -> Result<Bytes> { return payload; };
    SIGNMARK_ASSIGN(auto splices, common_splices(inventory, edits, context.limits, rewrite));
    if (edits.aigc && inventory.find(BlockKind::aigc) == nullptr) {
      SIGNMARK_ASSIGN(Splice record, new_record(context, file, as_text(*edits.aigc)));
      splices.push_back(std::move(record));
    }
    return splice_plan(file, std::move(splices));
  }

  Result<DocumentText> read_text(const Context& context, ByteView file, const Inventory&,
                                 const TextOptions& options) const override {
    Finder finder(options.field);
    SIGNMARK_TRY(scan_all(context, as_text(file), finder));
    if (finder.texts().empty())
      return format_error(info_.format, "text",
                          options.field.empty() ? "no field that usually holds a model's text"
                                                : "there is no text at " + options.field,
                          {}, "name it by its path, for example choices[].message.content");
    DocumentText document = flat_document(file);
    for (const FoundText& text : finder.texts())
      SIGNMARK_TRY(read_string(context, as_text(file), finder, text, document));
    return document;
  }

  std::string escape(std::string_view text) const override {
    return escape_json(escape_markdown(text));
  }

  Result<std::vector<PartSplice>> paragraph(const DocumentText& document,
                                            const NewParagraph& paragraph) const override {
    const Spot spot = spot_of(document, paragraph);
    if (spot.neighbour == nullptr)
      return format_error(info_.format, "unwritable", "there is no text to stand a label beside");
    if (!spot.neighbour->frame.empty())
      return format_error(info_.format, "unwritable", spot.neighbour->frame,
                          at_byte(spot.offset()));
    const std::string member = ",\"label\":\"" + escape_json(paragraph.text) + "\"";
    return std::vector<PartSplice>{
        {0, {{spot.neighbour->outer.end(), 0}, {member.begin(), member.end()}}}};
  }

 private:
  Status read_string(const Context& context, std::string_view whole, const Finder& finder,
                     const FoundText& text, DocumentText& document) const {
    const JsonString string = read_json_string(whole, text.inner);
    SIGNMARK_ASSIGN(auto passages, read_markdown(context, string.text, 0));
    for (LocatedPassage& located : passages) {
      located.passage.text.own();  // the unescaped string ends here
      located.map = compose(located.map, string.map);
      located.outer = {text.inner.offset - 1, text.inner.size + 2};
      if (!text.in_object)
        located.frame = "the text stands in an array, where no label has a place";
      if (finder.is_labelled(text)) located.frame = "there is a field label already";
      document.passages.push_back(std::move(located));
    }
    return check_passages(context, info_.format, document.passages.size());
  }

  /// Beside the text, or first in the outermost object when no usual field is there.
  Result<Splice> new_record(const Context& context, ByteView file, std::string_view json) const {
    Finder finder({});
    SIGNMARK_TRY(scan_all(context, as_text(file), finder));
    std::string member = "\"aigc\":" + std::string(json);
    const auto& texts = finder.texts();
    if (!texts.empty() && texts.front().in_object) {
      member = "," + member;
      return Splice{{texts.front().inner.end() + 1, 0}, {member.begin(), member.end()}};
    }
    if (!finder.first_object())
      return format_error(info_.format, "unwritable",
                          "there is no object that could hold the record", {},
                          "write a sidecar manifest beside the file");
    const std::size_t inner = *finder.first_object() + 1;
    const std::size_t next = as_text(file).find_first_not_of(" \t\r\n", inner);
    if (as_text(file)[next] != '}') member += ",";
    return Splice{{inner, 0}, {member.begin(), member.end()}};
  }

  FormatInfo info_;
};

constexpr FormatInfo kJson{.format = Format::json,
                           .name = "JSON",
                           .mime = "application/json",
                           .extension = "json",
                           .writes_metadata = true,
                           .document = true,
                           .native_aigc = true,
                           .sidecar_only = true};
constexpr FormatInfo kJsonLines{.format = Format::jsonl,
                                .name = "JSONL",
                                .mime = "application/jsonl",
                                .extension = "jsonl",
                                .writes_metadata = true,
                                .document = true,
                                .native_aigc = true,
                                .sidecar_only = true};

class NoVisitor final : public JsonVisitor {
  void on_string(const std::vector<JsonLevel>&, Range) override {}
  void on_key(const std::vector<JsonLevel>&) override {}
  void on_end(const std::vector<JsonLevel>&, std::size_t) override {}
};

/// The text without mark and white space, if it begins as an object or an array of such does; prose
/// that begins so must be very strange.
std::string_view json_head(ByteView file) {
  std::string_view text = as_text(file);
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const auto skip = [&] {
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  };
  skip();
  const std::string_view begin = text;
  const bool array = text.starts_with('[');
  if (array) text.remove_prefix(1);
  skip();
  if (!text.starts_with('{')) return {};
  text.remove_prefix(1);
  skip();
  return text.starts_with('"') || text.starts_with('}') ? begin : std::string_view();
}

/// Whether a first line is a whole value and more follows it.
bool has_lines(std::string_view text) {
  constexpr std::uint64_t kDepth = 1000;  // the limit is the business of whoever inspects
  const std::string_view first = text.substr(0, text.find('\n'));
  if (first.size() == text.size()) return false;
  NoVisitor visitor;
  std::size_t at = 0;
  return scan_json(first, at, kDepth, visitor) && at == first.size() &&
         text.find_first_of("{[", first.size()) != std::string_view::npos;
}

class SingleHandler final : public JsonHandler {
 public:
  SingleHandler() : JsonHandler(kJson) {}
  bool matches(ByteView file) const override {
    const std::string_view head = json_head(file);
    return !head.empty() && !has_lines(head);
  }
};

class LinesHandler final : public JsonHandler {
 public:
  LinesHandler() : JsonHandler(kJsonLines) {}
  bool matches(ByteView file) const override { return has_lines(json_head(file)); }
};

}  // namespace

const Handler& json_handler() {
  static const SingleHandler handler;
  return handler;
}

const Handler& jsonl_handler() {
  static const LinesHandler handler;
  return handler;
}

}  // namespace signmark::container
