// SPDX-License-Identifier: Apache-2.0
// Markdown with YAML front matter (text guide 6.5): read only. The label room reads the YAML.
#include <algorithm>

#include "base/text.hpp"
#include "container/handler.hpp"

namespace signmark::container {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
/// A title line and a blank may stand before the front matter (seen in the wild).
constexpr int kLinesBefore = 2;

/// Cuts the next line off `text`, without its line end.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string_view trim_end(std::string_view line) {
  return line.substr(0, line.find_last_not_of(" \t") + 1);
}

bool is_opening(std::string_view line) { return trim_end(line) == "---"; }
bool is_closing(std::string_view line) { return is_opening(line) || trim_end(line) == "..."; }
bool is_blank(std::string_view line) { return trim_end(line).empty(); }
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
    if (!is_blank(line) && !is_heading(line)) break;
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

class MarkdownHandler final : public Handler {
 public:
  const FormatInfo& info() const override {
    static constexpr FormatInfo kInfo{
        Format::markdown, "Markdown", "text/markdown", "md", false, false};
    return kInfo;
  }
  /// A rule `---` also begins plain texts: only one with keys behind it is front matter.
  bool matches(ByteView file) const override {
    const auto front = find_front_matter(as_text(file));
    return front && any_key(front->text, [](std::string_view) { return true; });
  }
  Status inspect(const Context& context, ByteView file, Inventory& inventory) const override {
    const auto front = find_front_matter(as_text(file));
    if (!front) return {};
    if (!front->closed)
      mark_damaged(inventory,
                   format_error(Format::markdown, "truncated", "the front matter is not closed",
                                at_byte(front->range.offset))
                       .value());
    else if (!is_text(front->text))
      mark_damaged(inventory,
                   format_error(Format::markdown, "syntax", "the front matter is not UTF-8 text",
                                at_byte(front->range.offset))
                       .value());
    const bool aigc =
        any_key(front->text, [](std::string_view key) { return iequals(key, "AIGC"); });
    const ByteView text = as_bytes(front->text);
    return add_block(context, inventory,
                     {aigc ? BlockKind::aigc : BlockKind::text,
                      "Markdown front matter",
                      aigc ? "AIGC" : "front matter",
                      front->range,
                      {text.begin(), text.end()}});
  }
};

}  // namespace

const Handler& markdown_handler() {
  static const MarkdownHandler handler;
  return handler;
}

}  // namespace signmark::container
