// SPDX-License-Identifier: Apache-2.0
// Markdown: the record as a mapping in YAML front matter (text guide 6.5), the manifest as a
// comment line (C2PA 2.5, A.9). The label room reads the YAML.
#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"
#include "container/document/manifest_line.hpp"
#include "container/document/markdown_text.hpp"

namespace signmark::container {
namespace {

/// A title line and a blank may stand before the front matter (seen in the wild).
constexpr int kLinesBefore = 2;

std::string_view trim_end(std::string_view line) {
  return line.substr(0, line.find_last_not_of(" \t") + 1);
}

bool is_opening(std::string_view line) { return trim_end(line) == "---"; }
bool is_closing(std::string_view line) { return is_opening(line) || trim_end(line) == "..."; }
bool is_heading(std::string_view line) { return line.starts_with('#'); }

/// The key of a top entry `key: value`, without quotes; empty when the line is none.
std::string_view top_key(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || line.starts_with(' ') || line.starts_with('\t')) return {};
  std::string_view key = trim_end(line.substr(0, colon));
  const bool quoted =
      key.size() >= 2 && key.front() == key.back() && (key.front() == '"' || key.front() == '\'');
  return quoted ? key.substr(1, key.size() - 2) : key;
}

/// Where the front matter stands; `text` is what lies between its markers.
struct FrontMatter {
  Range range;
  std::string_view text;
  bool closed = false;
};

/// The opening marker: nothing when the text begins with something else.
std::optional<std::size_t> find_opening(std::string_view whole) {
  std::string_view rest = whole;
  if (rest.starts_with(kByteOrderMark)) rest.remove_prefix(kByteOrderMark.size());
  for (int before = 0; before <= kLinesBefore && !rest.empty(); ++before) {
    const std::size_t start = whole.size() - rest.size();
    const std::string_view line = take_line(rest);
    if (is_opening(line)) return start;
    if (!is_blank_line(line) && !is_heading(line)) break;
  }
  return std::nullopt;
}

std::optional<FrontMatter> find_front_matter(std::string_view whole) {
  const auto start = find_opening(whole);
  if (!start) return std::nullopt;
  std::string_view rest = whole.substr(*start);
  take_line(rest);
  const std::size_t inner = whole.size() - rest.size();
  FrontMatter found{{*start, whole.size() - *start}, whole.substr(inner), false};
  while (!rest.empty() && !found.closed) {
    const std::size_t line_start = whole.size() - rest.size();
    if (!is_closing(take_line(rest))) continue;
    found.range.size = whole.size() - rest.size() - *start;
    found.text = whole.substr(inner, line_start - inner);
    found.closed = true;
  }
  return found;
}

/// Whether a line has the key; only lines are looked at, since other keys may be any YAML.
template <class Predicate>
bool any_key(std::string_view text, Predicate wanted) {
  while (!text.empty())
    if (const std::string_view key = top_key(take_line(text)); !key.empty() && wanted(key))
      return true;
  return false;
}

bool is_text(std::string_view text) {
  return text.find('\0') == std::string_view::npos && is_utf8(text);
}

// ---------------------------------------------------------------------------------------------
// Writing the record

/// The record as a YAML mapping: a JSON string is a double-quoted YAML scalar.
Result<std::string> yaml_mapping(ByteView json, std::string_view line_end, const Limits& limits) {
  SIGNMARK_ASSIGN(const Json record, parse_json(as_text(json), {.max_depth = limits.json_depth}));
  if (!record.is_object()) return fail("container.markdown.record", "the record is no JSON object");
  std::string yaml = "AIGC:" + std::string(line_end);
  for (const auto& [key, value] : record.items())
    yaml += "  " + key + ": " + dump_json(value) + std::string(line_end);
  return yaml;
}

/// The lines of the AIGC entry within the front matter: its key and what is indented below it.
std::optional<Range> find_entry(const FrontMatter& front) {
  std::string_view rest = front.text;
  std::optional<Range> entry;
  while (!rest.empty()) {
    const std::size_t start = front.text.size() - rest.size();
    const std::string_view line = take_line(rest);
    const bool deeper = is_blank_line(line) || line.starts_with(' ') || line.starts_with('\t');
    if (entry && !deeper) break;
    if (!entry && iequals(top_key(line), "AIGC")) entry = {start, 0};
    if (entry && !is_blank_line(line))
      entry->size = front.text.size() - rest.size() - entry->offset;
  }
  return entry;
}

class MarkdownHandler final : public DocumentHandler {
 public:
  const FormatInfo& info() const override {
    static constexpr FormatInfo kInfo{.format = Format::markdown,
                                      .name = "Markdown",
                                      .mime = "text/markdown",
                                      .extension = "md",
                                      .writes_metadata = true,
                                      .document = true,
                                      .native_aigc = true};
    return kInfo;
  }
  /// A rule `---` also begins plain texts: only one with keys behind it is front matter.
  bool matches(ByteView file) const override {
    const auto front = find_front_matter(as_text(file));
    return front && any_key(front->text, [](std::string_view) { return true; });
  }
  Status inspect(const Context& context, ByteView file, Inventory& inventory) const override {
    const auto front = find_front_matter(as_text(file));
    if (front && matches(file)) SIGNMARK_TRY(inspect_front(context, *front, inventory));
    return inspect_manifest_lines(context, file, inventory, front ? front->range : Range());
  }
  Result<Plan> plan(const Context& context, ByteView file, const Inventory& inventory,
                    const Edits& edits) const override;

  Result<DocumentText> read_text(const Context& context, ByteView file, const Inventory& inventory,
                                 const TextOptions&) const override {
    if (!is_text(as_text(file)))
      return format_error(Format::markdown, "text", "the file is not UTF-8 text");
    DocumentText document = flat_document(file);
    SIGNMARK_ASSIGN(document.passages, read_markdown(context, as_text(file), body_of(inventory)));
    return document;
  }

  std::string escape(std::string_view text) const override { return escape_markdown(text); }

  /// A quoted line between blank lines.
  Result<std::vector<PartSplice>> paragraph(const DocumentText& document,
                                            const NewParagraph& paragraph) const override {
    const std::string_view whole = as_text(document.parts[0].bytes);
    const std::string end(line_end_of(whole));
    const Spot spot = spot_of(document, paragraph);
    const std::uint64_t offset = spot.neighbour != nullptr ? spot.offset() : whole.size();
    const std::string_view before = whole.substr(0, offset);
    std::string bytes = "> " + escape(paragraph.text) + end;
    if (!spot.behind) bytes += end;
    const std::size_t last = before.rfind('\n', before.size() - 2);
    const bool blank =
        before.empty() || is_blank_line(before.substr(last == before.npos ? 0 : last));
    if (!blank) bytes = end + bytes;
    if (!before.empty() && !before.ends_with('\n')) bytes = end + bytes;
    return std::vector<PartSplice>{{0, {{offset, 0}, {bytes.begin(), bytes.end()}}}};
  }

 private:
  static Status inspect_front(const Context& context, const FrontMatter& front,
                              Inventory& inventory) {
    const std::string where = at_byte(front.range.offset);
    if (!front.closed)
      mark_damaged(inventory, format_error(Format::markdown, "truncated",
                                           "the front matter is not closed", where)
                                  .value());
    else if (!is_text(front.text))
      mark_damaged(inventory, format_error(Format::markdown, "syntax",
                                           "the front matter is not UTF-8 text", where)
                                  .value());
    const bool aigc =
        any_key(front.text, [](std::string_view key) { return iequals(key, "AIGC"); });
    const ByteView text = as_bytes(front.text);
    return add_block(context, inventory,
                     {aigc ? BlockKind::aigc : BlockKind::text,
                      "Markdown front matter",
                      aigc ? "AIGC" : "front matter",
                      front.range,
                      {text.begin(), text.end()}});
  }

  /// Where the text begins, behind the front matter.
  static std::size_t body_of(const Inventory& inventory) {
    for (const Block& block : inventory.blocks)
      if (block.place == "Markdown front matter") return block.range.end();
    return 0;
  }
};

/// The splice that writes a new record: over the old one, else at the front matter's end, else in a
/// new one at the file's head.
Result<Splice> record_splice(ByteView file, ByteView json, const Limits& limits) {
  const std::string_view whole = as_text(file);
  const std::string_view end = line_end_of(whole);
  SIGNMARK_ASSIGN(std::string yaml, yaml_mapping(json, end, limits));
  const auto front = find_front_matter(whole);
  if (front && front->closed && any_key(front->text, [](std::string_view) { return true; })) {
    const auto inner = static_cast<std::size_t>(front->text.data() - whole.data());
    const Range entry = find_entry(*front).value_or(Range{front->text.size(), 0});
    return Splice{{inner + entry.offset, entry.size}, {yaml.begin(), yaml.end()}};
  }
  yaml = "---" + std::string(end) + yaml + "---" + std::string(end) + std::string(end);
  const std::size_t head = whole.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  return Splice{{head, 0}, {yaml.begin(), yaml.end()}};
}

Result<Plan> MarkdownHandler::plan(const Context& context, ByteView file,
                                   const Inventory& inventory, const Edits& edits) const {
  const std::string_view whole = as_text(file);
  const auto front = find_front_matter(whole);
  const auto rewrite = [&](const Block& block, Bytes payload) -> Result<Bytes> {
    if (block.place != "Markdown front matter" || !front)
      return fail("container.edits.block", "this block cannot be replaced", block.place);
    if (edits.aigc && block.kind == BlockKind::aigc) {  // not a whole front matter but a record
      SIGNMARK_ASSIGN(Splice record, record_splice(file, payload, context.limits));
      record.range.offset -= block.range.offset;
      std::vector<Splice> change;
      change.push_back(std::move(record));
      SIGNMARK_ASSIGN(const Rope changed, splice(file.subspan(block.range.offset, block.range.size),
                                                 std::move(change)));
      return changed.flatten();
    }
    const auto inner = static_cast<std::size_t>(front->text.data() - whole.data());
    ByteWriter out;
    out.bytes(file.subspan(block.range.offset, inner - block.range.offset)).bytes(payload);
    if (!as_text(payload).ends_with('\n')) out.text("\n");
    const std::size_t inner_end = inner + front->text.size();
    out.bytes(file.subspan(inner_end, block.range.end() - inner_end));
    return out.take();
  };
  SIGNMARK_ASSIGN(auto splices, common_splices(inventory, edits, context.limits, rewrite));
  if (edits.aigc && inventory.find(BlockKind::aigc) == nullptr) {
    SIGNMARK_ASSIGN(Splice record, record_splice(file, *edits.aigc, context.limits));
    splices.push_back(std::move(record));
  }
  if (!edits.manifest) return splice_plan(file, std::move(splices));
  // A.9: the first line, but front matter reserves that; then the last.
  if (front || edits.aigc) {
    append_manifest_line(splices, file, inventory, manifest_line(*edits.manifest, "<!-- ", " -->"));
  } else {
    const std::string line =
        manifest_line(*edits.manifest, "<!-- ", " -->") + std::string(line_end_of(whole));
    const std::size_t head = whole.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
    splices.push_back({{head, 0}, {line.begin(), line.end()}, true});
  }
  return splice_plan(file, std::move(splices));
}

}  // namespace

const Handler& markdown_handler() {
  static const MarkdownHandler handler;
  return handler;
}

}  // namespace signmark::container
