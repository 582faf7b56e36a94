// SPDX-License-Identifier: Apache-2.0
// A scanner for well-formed XML text and the edits made with its answers.
#include "label/xmp_text.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace signmark::label {
namespace {

constexpr std::string_view kBlank = " \t\r\n";
constexpr std::size_t kNone = std::string_view::npos;

struct Bracket {
  std::string_view open, close;
};
/// What may hold `<` and `>` without being a tag.
constexpr std::array<Bracket, 3> kOpaque{{{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}}};

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  /// Reads a start tag whose name stands at `at`; false when it does not end. `out.inner.offset`
  /// is then behind the tag.
  bool start_tag(std::size_t at, ElementText& out) const {
    out.whole.offset = at - 1;
    at = text_.find_first_of(" \t\r\n/>", at);
    while (at != kNone) {
      at = text_.find_first_not_of(kBlank, at);
      if (at == kNone) return false;
      if (text_[at] == '>' || text_.substr(at, 2) == "/>") {
        out.self_closing = text_[at] == '/';
        out.inner.offset = at + (out.self_closing ? 2 : 1);
        return true;
      }
      at = attribute(at, out);
    }
    return false;
  }

  /// Where the closing tag that belongs to depth 1 begins, and where it ends.
  [[nodiscard]] std::optional<Range> closing_tag(std::size_t at) const {
    std::size_t depth = 1;
    for (at = text_.find('<', at); at != kNone; at = text_.find('<', at)) {
      const std::size_t opaque = skip_opaque(at);
      if (opaque != at) {
        at = opaque;
        continue;
      }
      const std::size_t end = tag_end(at);
      if (end == kNone) return std::nullopt;
      const bool closes = text_.substr(at, 2) == "</";
      if (closes && --depth == 0) return Range{at, end - at};
      if (!closes && text_[end - 2] != '/') ++depth;
      at = end;
    }
    return std::nullopt;
  }

 private:
  std::size_t attribute(std::size_t name, ElementText& out) const {
    const std::size_t equals = text_.find('=', name);
    if (equals == kNone) return kNone;
    const std::size_t open = text_.find_first_not_of(kBlank, equals + 1);
    if (open == kNone || (text_[open] != '"' && text_[open] != '\'')) return kNone;
    const std::size_t close = text_.find(text_[open], open + 1);
    if (close == kNone) return kNone;
    out.attributes.push_back({{name, close + 1 - name}, {open + 1, close - open - 1}});
    return close + 1;
  }

  /// Behind a comment, CDATA section or instruction that begins at `at`; else `at`.
  [[nodiscard]] std::size_t skip_opaque(std::size_t at) const {
    for (const Bracket& bracket : kOpaque) {
      if (!text_.substr(at).starts_with(bracket.open)) continue;
      const std::size_t close = text_.find(bracket.close, at + bracket.open.size());
      return close == kNone ? text_.size() : close + bracket.close.size();
    }
    return at;
  }

  /// Behind the `>` of a tag, quoted ones skipped.
  [[nodiscard]] std::size_t tag_end(std::size_t at) const {
    for (at = text_.find_first_of("\"'>", at); at != kNone; at = text_.find_first_of("\"'>", at)) {
      if (text_[at] == '>') return at + 1;
      at = text_.find(text_[at], at + 1);
      if (at != kNone) ++at;
    }
    return kNone;
  }

  std::string_view text_;
};

}  // namespace

std::optional<ElementText> locate_element(std::string_view text, std::size_t name_offset) {
  if (name_offset == 0 || name_offset >= text.size() || text[name_offset - 1] != '<')
    return std::nullopt;
  const Scanner scanner(text);
  ElementText out;
  if (!scanner.start_tag(name_offset, out)) return std::nullopt;
  std::uint64_t end = out.inner.offset;
  if (!out.self_closing) {
    const auto closing = scanner.closing_tag(out.inner.offset);
    if (!closing) return std::nullopt;
    out.inner.size = closing->offset - out.inner.offset;
    end = closing->end();
  }
  out.whole.size = end - out.whole.offset;
  return out;
}

std::string escape_xml(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 2);
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '\t':
        out += "&#9;";
        break;
      case '\n':
        out += "&#10;";
        break;
      case '\r':
        out += "&#13;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

bool is_xml_text(std::string_view text) {
  const auto code_points = decode_utf8(text);
  return code_points && std::all_of(code_points->begin(), code_points->end(), [](char32_t c) {
           return c >= 0x20 ? c != 0xFFFE && c != 0xFFFF : c == '\t' || c == '\n' || c == '\r';
         });
}

std::string apply_edits(std::string_view text, std::vector<TextEdit> edits) {
  std::stable_sort(edits.begin(), edits.end(), [](const TextEdit& a, const TextEdit& b) {
    return a.range.offset < b.range.offset;
  });
  std::string out;
  std::size_t copied = 0;
  for (const TextEdit& edit : edits) {
    out += text.substr(copied, edit.range.offset - copied);
    out += edit.with;
    copied = edit.range.end();
  }
  out += text.substr(copied);
  return out;
}

}  // namespace signmark::label
