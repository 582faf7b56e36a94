// SPDX-License-Identifier: Apache-2.0
// Finds the AIGC mapping in YAML front matter and reads its block or flow form.
#include "label/yaml_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "label/aigc_fields.hpp"

namespace signmark::label {
namespace {

constexpr std::string_view kBlank = " \t";

tl::unexpected<Error> syntax(std::string message) {
  return fail("label.aigc.syntax", std::move(message));
}

std::string_view strip(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

bool is_marker(const YamlLine& line) {
  return line.indent == 0 && (line.body == "---" || line.body == "...");
}

/// Drops a heading and the opening `---`, and everything from the closing marker on.
std::span<const YamlLine> document(std::span<const YamlLine> lines) {
  constexpr std::size_t kHeading = 3;  // a title line and a blank may precede the front matter
  for (std::size_t i = 0; i < std::min(kHeading, lines.size()); ++i)
    if (is_marker(lines[i])) {
      lines = lines.subspan(i + 1);
      break;
    }
  const auto end = std::find_if(lines.begin(), lines.end(), is_marker);
  return lines.first(static_cast<std::size_t>(end - lines.begin()));
}

bool is_content(const YamlLine& line) { return !line.body.empty() && !line.body.starts_with('#'); }

/// The first line has lost its indentation when a value was trimmed: give it that of its siblings.
void restore_indent(std::vector<YamlLine>& lines) {
  if (lines.size() < 2 || lines.front().indent != 0) return;
  const auto entry = yaml_entry(lines.front().body);
  if (!entry || names_aigc(entry->key)) return;
  std::size_t least = SIZE_MAX;
  for (const YamlLine& line : std::span(lines).subspan(1))
    if (is_content(line)) least = std::min(least, line.indent);
  if (least != SIZE_MAX) lines.front().indent = least;
}

/// The `AIGC:` entry among the top keys. Other keys of the front matter may be any YAML, so lines
/// are looked at one by one. Errors: `label.aigc.duplicate`.
Result<std::optional<YamlEntry>> find_aigc(std::span<const YamlLine> lines) {
  std::optional<YamlEntry> found;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].indent != 0) continue;
    auto entry = yaml_entry(lines[i].body);
    if (!entry || !iequals(entry->key, "AIGC")) continue;
    if (found) return fail("label.aigc.duplicate", "the key \"AIGC\" stands twice");
    std::size_t end = i + 1;
    while (end < lines.size() && (lines[end].indent > 0 || !is_content(lines[end]))) ++end;
    entry->follow = lines.subspan(i + 1, end - i - 1);
    found = std::move(entry);
  }
  return found;
}

Result<RawObject> read_block(std::span<const YamlLine> lines) {
  SIGNMARK_ASSIGN(const std::vector<YamlEntry> entries, yaml_block(lines));
  RawObject object;
  std::set<std::string_view> seen;
  for (const YamlEntry& entry : entries) {
    if (!seen.insert(entry.key).second)
      return fail("label.aigc.duplicate",
                  fmt::format("the key \"{}\" stands twice", excerpt(entry.key)));
    SIGNMARK_ASSIGN(RawField field, yaml_scalar(entry));
    object.push_back(std::move(field));
  }
  return object;
}

/// The value of the `AIGC:` key: flow mapping, string with JSON, or block mapping.
Result<Shape> read_value(const YamlEntry& entry, const Limits& limits) {
  Shape shape;
  shape.keyed = true;
  if (entry.value.starts_with('{')) {
    shape.base = "yaml flow";
    const std::string flow = yaml_folded(entry);
    SIGNMARK_ASSIGN(shape.object, yaml_flow(flow, limits));
    return shape;
  }
  if (entry.value.empty() || entry.value.starts_with('#')) {
    shape.base = "yaml mapping";
    SIGNMARK_ASSIGN(shape.object, read_block(entry.follow));
    return shape;
  }
  SIGNMARK_ASSIGN(const RawField scalar, yaml_scalar(entry));
  const std::string_view text = trim_value(scalar.text);
  shape.base = "yaml string";
  if (text.empty()) return shape;
  if (!text.starts_with('{'))
    return fail("label.aigc.none", "the value of the AIGC key is neither a mapping nor JSON");
  SIGNMARK_ASSIGN(shape, read_json_shape(text, Place::aigc, limits));
  shape.base = "yaml string";
  shape.encoded_twice = true;
  return shape;
}

}  // namespace

std::vector<YamlLine> yaml_lines(std::string_view text) {
  std::vector<YamlLine> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::size_t indent = std::min(line.find_first_not_of(kBlank), line.size());
    out.push_back({indent, strip(line)});
  }
  return out;
}

std::optional<YamlEntry> yaml_entry(std::string_view body) {
  YamlEntry entry;
  if (body.starts_with('"') || body.starts_with('\'')) {
    auto key = yaml_quoted(body);
    if (!key || !body.starts_with(':')) return std::nullopt;
    entry.key = std::move(*key);
    entry.value = strip(body.substr(1));
    return entry;
  }
  std::size_t colon = body.find(':');
  while (colon != std::string_view::npos && colon + 1 < body.size() &&
         kBlank.find(body[colon + 1]) == std::string_view::npos)
    colon = body.find(':', colon + 1);
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  if (std::string_view("{[-#&*!|>%@`").find(body.front()) != std::string_view::npos)
    return std::nullopt;
  entry.key = std::string(strip(body.substr(0, colon)));
  entry.value = strip(body.substr(colon + 1));
  return entry;
}

Result<std::vector<YamlEntry>> yaml_block(std::span<const YamlLine> lines) {
  std::vector<YamlEntry> out;
  std::optional<std::size_t> base;
  for (std::size_t i = 0; i < lines.size();) {
    if (!is_content(lines[i])) {
      ++i;
      continue;
    }
    if (!base) base = lines[i].indent;
    auto entry = lines[i].indent == *base ? yaml_entry(lines[i].body) : std::nullopt;
    if (!entry) return syntax(fmt::format("line {} is no \"key: value\"", i + 1));
    std::size_t end = i + 1;
    while (end < lines.size() && (lines[end].indent > *base || lines[end].body.empty())) ++end;
    entry->follow = lines.subspan(i + 1, end - i - 1);
    out.push_back(std::move(*entry));
    i = end;
  }
  return out;
}

Result<Shape> read_yaml_shape(std::string_view text, Place place, const Limits& limits) {
  const tl::unexpected<Error> none = fail("label.aigc.none", "no AIGC record in this text");
  if (text.starts_with('{')) {
    Shape shape;
    shape.base = "yaml flow";
    shape.keyed = place == Place::aigc;
    SIGNMARK_ASSIGN(shape.object, yaml_flow(text, limits));
    return count_fields(shape.object) >= (shape.keyed ? 1U : 2U) ? Result<Shape>(shape) : none;
  }
  std::vector<YamlLine> all = yaml_lines(text);
  restore_indent(all);
  const auto lines = document(all);
  SIGNMARK_ASSIGN(const std::optional<YamlEntry> entry, find_aigc(lines));
  Shape shape;
  if (entry) {
    SIGNMARK_ASSIGN(shape, read_value(*entry, limits));
    return shape.object.empty() || count_fields(shape.object) > 0 ? Result<Shape>(shape) : none;
  }
  if (place == Place::generic) return none;
  auto object = read_block(lines);
  if (!object)
    return object.error().code == "label.aigc.syntax" ? none : tl::unexpected(object.error());
  if (count_fields(*object) == 0) return none;
  shape.object = std::move(*object);
  shape.base = "yaml mapping";
  shape.keyed = true;
  return shape;
}

}  // namespace signmark::label
