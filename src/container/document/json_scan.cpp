// SPDX-License-Identifier: Apache-2.0
// A validating JSON scanner without recursion.
#include "container/document/json_scan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace signmark::container {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";

class Scanner {
 public:
  Scanner(std::string_view text, std::size_t at, std::uint64_t max_depth, JsonVisitor& visitor)
      : text_(text), at_(at), max_depth_(max_depth), visitor_(visitor) {}

  Result<std::size_t> scan() {
    do {
      SIGNMARK_TRY(path_.empty() ? value() : member());
    } while (!path_.empty());
    skip_space();
    return at_;
  }

 private:
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_space() { at_ = std::min(text_.find_first_not_of(kSpaces, at_), text_.size()); }

  [[nodiscard]] tl::unexpected<Error> syntax() const {
    return fail("container.json.syntax", "not well-formed JSON", at_byte(at_));
  }

  Status value() {
    skip_space();
    switch (peek()) {
      case '{':
      case '[':
        return open();
      case '"': {
        SIGNMARK_ASSIGN(const Range inner, string());
        visitor_.on_string(path_, inner);
        return {};
      }
      default:
        return scalar();
    }
  }

  Status open() {
    if (path_.size() >= max_depth_)
      return check_limit("json", "json-depth", path_.size() + 1, max_depth_, at_byte(at_));
    path_.push_back({peek() == '{', at_, {}, 0});
    ++at_;
    return {};
  }

  /// The next member of the innermost object or array, or its end.
  Status member() {
    JsonLevel& level = path_.back();
    skip_space();
    if (peek() == (level.object ? '}' : ']')) {
      visitor_.on_end(path_, ++at_);
      path_.pop_back();
      return {};
    }
    if (level.members++ > 0) {
      if (peek() != ',') return syntax();
      ++at_;
      skip_space();
    }
    if (level.object) {
      if (peek() != '"') return syntax();
      SIGNMARK_ASSIGN(const Range key, string());
      level.key = text_.substr(key.offset, key.size);
      visitor_.on_key(path_);
      skip_space();
      if (peek() != ':') return syntax();
      ++at_;
    }
    return value();
  }

  Result<Range> string() {
    const std::size_t begin = ++at_;
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (static_cast<unsigned char>(text_[at_]) < 0x20) return syntax();
      if (text_[at_] == '\\') SIGNMARK_TRY(escape());
    }
    if (at_ >= text_.size()) return syntax();
    return Range{begin, at_++ - begin};
  }

  Status escape() {
    ++at_;
    if (peek() == 'u') {
      for (int i = 0; i < 4; ++i)
        if (++at_ >= text_.size() || std::isxdigit(static_cast<unsigned char>(text_[at_])) == 0)
          return syntax();
      return {};
    }
    const bool known =
        peek() != '\0' && std::string_view("\"\\/bfnrt").find(peek()) != std::string_view::npos;
    return known ? Status() : syntax();
  }

  Status scalar() {
    for (const std::string_view word : {"true", "false", "null"})
      if (text_.substr(at_).starts_with(word)) {
        at_ += word.size();
        return {};
      }
    if (peek() == '-') ++at_;
    const std::size_t digits = at_;
    if (!take_digits() || (text_[digits] == '0' && at_ - digits > 1)) return syntax();
    if (peek() == '.') {
      ++at_;
      if (!take_digits()) return syntax();
    }
    if (peek() != 'e' && peek() != 'E') return {};
    ++at_;
    if (peek() == '+' || peek() == '-') ++at_;
    return take_digits() ? Status() : syntax();
  }

  bool take_digits() {
    const std::size_t begin = at_;
    at_ = std::min(text_.find_first_not_of("0123456789", at_), text_.size());
    return at_ > begin;
  }

  std::string_view text_;
  std::size_t at_;
  std::uint64_t max_depth_;
  JsonVisitor& visitor_;
  std::vector<JsonLevel> path_;
};

char32_t hex4(std::string_view digits) {
  char32_t value = 0;
  for (const char c : digits)
    value = value * 16 + static_cast<char32_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  return value;
}

struct Escape {
  std::string text;
  std::size_t size = 0;
};

/// A \u escape, with the second half of a surrogate pair; half a pair is U+FFFD.
Escape unicode_escape(std::string_view text) {
  constexpr std::size_t kSize = 6;
  char32_t code = hex4(text.substr(2, 4));
  std::size_t size = kSize;
  if (code >= 0xD800 && code < 0xDC00 && text.substr(kSize).starts_with("\\u")) {
    const char32_t low = hex4(text.substr(kSize + 2, 4));
    if (low >= 0xDC00 && low < 0xE000) {
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      size = 2 * kSize;
    }
  }
  if (code >= 0xD800 && code < 0xE000) code = 0xFFFD;
  return {encode_utf8(std::u32string(1, code)), size};
}

/// The escape at the beginning of `text`, which is known to be well-formed.
Escape read_escape(std::string_view text) {
  if (text[1] == 'u') return unicode_escape(text);
  constexpr std::string_view kLetters = "bfnrt", kMeanings = "\b\f\n\r\t";
  const std::size_t letter = kLetters.find(text[1]);
  return {std::string(1, letter == std::string_view::npos ? text[1] : kMeanings[letter]), 2};
}

}  // namespace

Status scan_json(std::string_view text, std::size_t& at, std::uint64_t max_depth,
                 JsonVisitor& visitor) {
  SIGNMARK_ASSIGN(at, Scanner(text, at, max_depth, visitor).scan());
  return {};
}

JsonString read_json_string(std::string_view file, Range inner) {
  const std::string_view whole = file.substr(0, inner.end());  // nothing is looked for behind it
  JsonString result;
  std::size_t at = inner.offset;
  while (at < inner.end()) {
    const std::size_t plain = std::min<std::size_t>(whole.find('\\', at), inner.end());
    if (plain > at) result.map.push_back({result.text.size(), plain - at, at, plain - at, false});
    result.text += whole.substr(at, plain - at);
    at = plain;
    if (at >= inner.end()) break;
    const Escape escape = read_escape(whole.substr(at, inner.end() - at));
    result.map.push_back({result.text.size(), escape.text.size(), at, escape.size, false});
    result.text += escape.text;
    at += escape.size;
  }
  return result;
}

std::string escape_json(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '"' || c == '\\')
      result += {'\\', c};
    else if (c == '\n')
      result += "\\n";
    else if (static_cast<unsigned char>(c) < 0x20)
      result += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else
      result += c;
  }
  return result;
}

}  // namespace signmark::container
