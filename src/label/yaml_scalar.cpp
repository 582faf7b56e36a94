// SPDX-License-Identifier: Apache-2.0
// YAML scalars: plain, single-quoted, double-quoted, literal and folded blocks.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "label/yaml_record.hpp"

namespace signmark::label {
namespace {

tl::unexpected<Error> syntax(std::string message) {
  return fail("label.aigc.syntax", std::move(message));
}

tl::unexpected<Error> bad_escape() {
  return fail("label.aigc.escape", "malformed escape in a quoted YAML string");
}

/// Takes `digits` hex digits off the front.
std::optional<char32_t> take_hex(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  char32_t value = 0;
  for (const char c : text.substr(0, digits)) {
    const std::size_t digit = std::string_view("0123456789abcdef").find(c | (c >= 'A' ? 0x20 : 0));
    if (digit == std::string_view::npos) return std::nullopt;
    value = value * 16 + static_cast<char32_t>(digit);
  }
  text.remove_prefix(digits);
  return value;
}

bool is_surrogate(char32_t c) { return c >= 0xD800 && c <= 0xDFFF; }

/// `\x41`, `\u4eba`, `\U0001f600`, and JSON's surrogate pairs. `text` stands behind the letter.
Result<std::string> numeric_escape(char letter, std::string_view& text) {
  const std::size_t digits = letter == 'x' ? 2 : letter == 'u' ? 4 : 8;
  auto code = take_hex(text, digits);
  if (!code) return bad_escape();
  if (*code >= 0xD800 && *code <= 0xDBFF && text.starts_with("\\u")) {
    text.remove_prefix(2);
    const auto low = take_hex(text, 4);
    if (!low || *low < 0xDC00 || *low > 0xDFFF) return bad_escape();
    code = 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00);
  }
  if (is_surrogate(*code) || *code > 0x10FFFF) return bad_escape();
  return encode_utf8(std::u32string_view(&*code, 1));
}

Result<std::string> escape(std::string_view& text) {
  constexpr std::string_view kLetters = "0abtnvfre\"/\\ ";
  constexpr std::string_view kMeaning("\0\a\b\t\n\v\f\r\x1b\"/\\ ", 13);
  if (text.empty()) return bad_escape();
  const char letter = text.front();
  text.remove_prefix(1);
  if (letter == 'x' || letter == 'u' || letter == 'U') return numeric_escape(letter, text);
  const std::size_t index = kLetters.find(letter);
  if (index == std::string_view::npos) return bad_escape();
  return std::string(1, kMeaning[index]);
}

Result<std::string> single_quoted(std::string_view& text) {
  std::string out;
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c == '\'' && !text.starts_with('\'')) return out;
    if (c == '\'') text.remove_prefix(1);
    out.push_back(c);
  }
  return syntax("a single-quoted YAML string does not end");
}

Result<std::string> double_quoted(std::string_view& text) {
  std::string out;
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c == '"') return out;
    if (c != '\\') {
      out.push_back(c);
      continue;
    }
    SIGNMARK_ASSIGN(const std::string decoded, escape(text));
    out += decoded;
  }
  return syntax("a double-quoted YAML string does not end");
}

bool is_blank_or_comment(std::string_view rest) {
  const std::size_t first = rest.find_first_not_of(" \t");
  return first == std::string_view::npos || rest[first] == '#';
}

/// The text of a literal (`|`) or folded (`>`) block. Trailing line ends are dropped: no field of a
/// record can hold one.
std::string block_scalar(const YamlEntry& entry) {
  std::size_t base = SIZE_MAX;
  for (const YamlLine& line : entry.follow)
    if (!line.body.empty()) base = std::min(base, line.indent);
  std::string out;
  const char joint = entry.value.front() == '|' ? '\n' : ' ';
  for (const YamlLine& line : entry.follow) {
    if (!out.empty()) out.push_back(joint);
    if (!line.body.empty()) out.append(line.indent - base, ' ').append(line.body);
  }
  while (!out.empty() && (out.back() == '\n' || out.back() == ' ')) out.pop_back();
  return out;
}

std::string_view without_comment(std::string_view text) {
  const std::size_t mark = text.find(" #");
  if (mark != std::string_view::npos) text = text.substr(0, mark);
  const std::size_t last = text.find_last_not_of(" \t");
  return last == std::string_view::npos ? std::string_view() : text.substr(0, last + 1);
}

bool is_nested_block(const YamlEntry& entry) {
  for (const YamlLine& line : entry.follow)
    if (!line.body.empty() && !line.body.starts_with('#'))
      return line.body.starts_with("- ") || yaml_entry(line.body).has_value();
  return false;
}

}  // namespace

RawKind yaml_plain_kind(std::string_view text) {
  if (text.empty() || text == "~" || text == "null") return RawKind::null;
  if (text == "true" || text == "false") return RawKind::boolean;
  const std::string_view digits = text.substr(text.front() == '-' || text.front() == '+' ? 1 : 0);
  const bool number =
      !digits.empty() && digits.find_first_not_of("0123456789.") == std::string_view::npos;
  return number && std::count(digits.begin(), digits.end(), '.') <= 1 ? RawKind::number
                                                                      : RawKind::string;
}

Result<std::string> yaml_quoted(std::string_view& text) {
  const char quote = text.front();
  text.remove_prefix(1);
  return quote == '\'' ? single_quoted(text) : double_quoted(text);
}

std::string yaml_folded(const YamlEntry& entry) {
  std::string out(entry.value);
  for (const YamlLine& line : entry.follow) {
    if (line.body.empty()) continue;
    if (!out.empty()) out.push_back(' ');
    out += line.body;
  }
  return out;
}

Result<RawField> yaml_scalar(const YamlEntry& entry) {
  const char first = entry.value.empty() ? '\0' : entry.value.front();
  if (first == '|' || first == '>')
    return RawField{entry.key, block_scalar(entry), RawKind::string};
  if (std::string_view("&*!%@`").find(first) != std::string_view::npos && first != '\0')
    return syntax(fmt::format("{} uses a YAML anchor, alias or tag", printable(entry.key)));
  const std::string text = yaml_folded(entry);
  if (first == '{' || first == '[' || (first == '\0' && is_nested_block(entry)))
    return RawField{entry.key, text, RawKind::nested};
  if (first == '\'' || first == '"') {
    std::string_view rest = text;
    SIGNMARK_ASSIGN(std::string value, yaml_quoted(rest));
    if (!is_blank_or_comment(rest)) return syntax("text behind a quoted YAML string");
    return RawField{entry.key, std::move(value), RawKind::string};
  }
  const std::string_view plain = first == '#' ? std::string_view() : without_comment(text);
  const RawKind kind = yaml_plain_kind(plain);
  return RawField{entry.key, kind == RawKind::null ? std::string() : std::string(plain), kind};
}

}  // namespace signmark::label
