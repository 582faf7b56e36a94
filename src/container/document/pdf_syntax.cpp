// SPDX-License-Identifier: Apache-2.0
// Tokens, values and strings of PDF.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "container/document/pdf_file.hpp"

namespace signmark::container {
namespace {

constexpr std::string_view kSpaces("\0\t\n\f\r ", 6);
constexpr std::string_view kDelimiters = "()<>[]{}/%";

bool is_space(char c) { return kSpaces.find(c) != std::string_view::npos; }
bool is_regular(char c) { return !is_space(c) && kDelimiters.find(c) == std::string_view::npos; }

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && (is_space(text[at]) || text[at] == '%')) {
    if (text[at] == '%')
      at = std::min(text.find_first_of("\r\n", at), text.size());
    else
      ++at;
  }
  return at;
}

/// The end of a string in parentheses (7.3.4.2), which may be nested.
std::size_t end_of_literal(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  for (; at < text.size(); ++at) {
    if (text[at] == '\\')
      ++at;
    else if (text[at] == '(')
      ++depth;
    else if (text[at] == ')' && --depth == 0)
      return at + 1;
  }
  return text.size();
}

bool is_number(std::string_view token) {
  return !token.empty() && token.find_first_not_of("0123456789") == std::string_view::npos;
}

/// The bytes of a literal string.
std::string unescape(std::string_view inner) {
  std::string result;
  for (std::size_t at = 0; at < inner.size(); ++at) {
    if (inner[at] != '\\' || at + 1 >= inner.size()) {
      result += inner[at];
      continue;
    }
    const char c = inner[++at];
    constexpr std::string_view kLetters = "nrtbf", kMeanings = "\n\r\t\b\f";
    if (const std::size_t letter = kLetters.find(c); letter != std::string_view::npos) {
      result += kMeanings[letter];
    } else if (c >= '0' && c <= '7') {
      unsigned code = 0;
      const std::size_t end = std::min(at + 3, inner.size());
      for (; at < end && inner[at] >= '0' && inner[at] <= '7'; ++at)
        code = code * 8 + static_cast<unsigned>(inner[at] - '0');
      --at;
      result += static_cast<char>(code);
    } else if (c != '\n' && c != '\r') {
      result += c;
    }
  }
  return result;
}

std::string from_hex(std::string_view inner) {
  std::string digits;
  for (const char c : inner)
    if (!is_space(c)) digits += c;
  if (digits.size() % 2 != 0) digits += '0';
  const auto bytes = unhex(digits);
  return bytes ? std::string(as_text(*bytes)) : std::string();
}

std::string from_utf16(std::string_view bytes) {
  std::u32string text;
  for (std::size_t at = 2; at + 1 < bytes.size(); at += 2) {
    const char32_t unit = static_cast<Byte>(bytes[at]) * 256U + static_cast<Byte>(bytes[at + 1]);
    const bool low = unit >= 0xDC00 && unit < 0xE000;
    if (low && !text.empty() && text.back() >= 0xD800 && text.back() < 0xDC00)
      text.back() = 0x10000 + ((text.back() - 0xD800) << 10U) + (unit - 0xDC00);
    else
      text += unit;
  }
  for (char32_t& c : text)
    if (c >= 0xD800 && c < 0xE000) c = 0xFFFD;
  return encode_utf8(text);
}

}  // namespace

std::string_view pdf_token(std::string_view text, std::size_t& at) {
  at = skip_space(text, at);
  if (at >= text.size()) return {};
  const std::size_t begin = at;
  const char c = text[at];
  if (c == '(')
    at = end_of_literal(text, at);
  else if (text.substr(at).starts_with("<<") || text.substr(at).starts_with(">>"))
    at += 2;
  else if (c == '<')
    at = std::min(text.find('>', at), text.size() - 1) + 1;
  else if (c != '/' && !is_regular(c))
    ++at;
  else
    for (++at; at < text.size() && is_regular(text[at]);) ++at;
  return text.substr(begin, at - begin);
}

std::string_view pdf_value(std::string_view text, std::size_t& at) {
  const std::string_view first = pdf_token(text, at);
  if (first.empty()) return {};
  const auto begin = static_cast<std::size_t>(first.data() - text.data());
  if (is_number(first)) {  // perhaps a reference
    std::size_t ahead = at;
    if (is_number(pdf_token(text, ahead)) && pdf_token(text, ahead) == "R") at = ahead;
    return text.substr(begin, at - begin);
  }
  std::size_t depth = first == "<<" || first == "[" ? 1 : 0;
  while (depth > 0) {
    const std::string_view token = pdf_token(text, at);
    if (token.empty()) break;
    if (token == "<<" || token == "[") ++depth;
    if (token == ">>" || token == "]") --depth;
  }
  return text.substr(begin, at - begin);
}

std::string_view pdf_entry(std::string_view dictionary, std::string_view key) {
  std::size_t at = 0;
  if (pdf_token(dictionary, at) != "<<") return {};
  while (true) {
    const std::string_view name = pdf_token(dictionary, at);
    if (name.empty() || name[0] != '/') return {};
    const std::string_view value = pdf_value(dictionary, at);
    if (name == key) return value;
  }
}

Result<std::string> pdf_with(std::string_view dictionary, std::string_view key,
                             std::string_view value) {
  std::string result(dictionary);
  const std::string spaced = fmt::format(" {} ", value);
  if (const std::string_view old = pdf_entry(dictionary, key); !old.empty())
    result.replace(static_cast<std::size_t>(old.data() - dictionary.data()), old.size(), spaced);
  else if (const std::size_t end = result.rfind(">>"); end != std::string::npos)
    result.insert(end, fmt::format(" {}{}", key, spaced));
  if (pdf_entry(result, key) == value) return result;
  return fail("container.pdf.damaged", "a dictionary is not well-formed", std::string(key));
}

std::vector<std::string_view> pdf_items(std::string_view array) {
  std::vector<std::string_view> items;
  std::size_t at = 0;
  if (pdf_token(array, at) != "[") return items;
  while (true) {
    const std::string_view item = pdf_value(array, at);
    if (item.empty() || item == "]") return items;
    items.push_back(item);
  }
}

std::string pdf_text(std::string_view string) {
  if (string.size() < 2) return {};
  const std::string_view inner = string.substr(1, string.size() - 2);
  const std::string bytes = string[0] == '(' ? unescape(inner) : from_hex(inner);
  if (bytes.starts_with("\xFE\xFF")) return from_utf16(bytes);
  return bytes.starts_with(kByteOrderMark) ? bytes.substr(kByteOrderMark.size()) : bytes;
}

std::string pdf_utf16(std::u32string_view text) {
  std::string result;
  for (const char32_t c : text) {
    if (c < 0x10000)
      result += fmt::format("{:04X}", static_cast<unsigned>(c));
    else
      result += fmt::format("{:04X}{:04X}", 0xD800 + ((static_cast<unsigned>(c) - 0x10000) >> 10U),
                            0xDC00 + ((static_cast<unsigned>(c) - 0x10000) & 0x3FFU));
  }
  return result;
}

Result<std::string> pdf_string(std::string_view utf8) {
  const bool ascii =
      std::all_of(utf8.begin(), utf8.end(), [](char c) { return c >= ' ' && c <= '~'; });
  std::string result = ascii ? "(" : "<FEFF";
  if (ascii) {
    for (const char c : utf8) {
      if (c == '(' || c == ')' || c == '\\') result += '\\';
      result += c;
    }
    return result + ")";
  }
  SIGNMARK_ASSIGN(const std::u32string text, decode_utf8(utf8));
  return result.append(pdf_utf16(text)).append(">");
}

std::string pdf_reference(std::uint32_t number) { return fmt::format("{} 0 R", number); }

std::uint32_t pdf_reference_number(std::string_view value) {
  std::size_t at = 0;
  const std::string_view number = pdf_token(value, at);
  std::uint32_t result = 0;
  if (!value.ends_with('R') || !is_number(number)) return 0;
  std::from_chars(number.data(), number.data() + number.size(), result);
  return result;
}

}  // namespace signmark::container
