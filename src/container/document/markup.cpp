// SPDX-License-Identifier: Apache-2.0
// The tokeniser of HTML and XML.
#include "container/document/markup.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace signmark::container {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool ends_name(char c) { return is_space(c) || c == '/' || c == '>' || c == '=' || c == '<'; }

/// HTML 13.1.2: elements whose content is text up to their own end tag.
constexpr std::array<std::string_view, 8> kRawElements = {
    "script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"};
/// Of these the text holds character references all the same.
constexpr std::array<std::string_view, 2> kEscapableElements = {"textarea", "title"};

template <std::size_t N>
bool among(const std::array<std::string_view, N>& list, std::string_view name) {
  return std::any_of(list.begin(), list.end(),
                     [&](std::string_view entry) { return iequals(entry, name); });
}

/// Where a tag ends, beyond quoted attribute values; npos when it does not.
std::size_t end_of_tag(std::string_view source, std::size_t at) {
  char quote = 0;
  bool value = false;  // quotes count only where a value may begin
  for (; at < source.size(); ++at) {
    const char c = source[at];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '>') {
      return at;
    } else if (value && (c == '"' || c == '\'')) {
      quote = c;
      value = false;
    } else if (!is_space(c)) {
      value = c == '=';
    }
  }
  return std::string_view::npos;
}

}  // namespace

bool MarkupReader::iequals_name(std::string_view a, std::string_view b) { return iequals(a, b); }

MarkupToken MarkupReader::text(std::size_t end, bool literal) {
  MarkupToken token;
  token.body = source_.substr(at_, end - at_);
  token.range = {at_, end - at_};
  token.literal = literal;
  at_ = end;
  return token;
}

std::optional<MarkupToken> MarkupReader::damaged(std::string_view why) {
  if (dialect_ == Dialect::html && at_ < source_.size()) return text(source_.size(), false);
  problem_ = why;
  return std::nullopt;
}

std::optional<MarkupToken> MarkupReader::enclosed(MarkupToken::Kind kind, std::string_view open,
                                                  std::string_view close) {
  const std::size_t begin = at_ + open.size();
  const std::size_t end = source_.find(close, begin);
  if (end == std::string_view::npos) return damaged("markup that is not closed");
  MarkupToken token;
  token.kind = kind;
  token.body = source_.substr(begin, end - begin);
  token.range = {at_, end + close.size() - at_};
  token.literal = true;
  at_ = token.range.end();
  return token;
}

std::optional<MarkupToken> MarkupReader::declaration() {
  using Kind = MarkupToken::Kind;
  if (rest().starts_with("<!--")) return enclosed(Kind::comment, "<!--", "-->");
  if (rest().starts_with("<![CDATA[") && dialect_ == Dialect::xml)
    return enclosed(Kind::text, "<![CDATA[", "]]>");
  if (rest().starts_with("<?"))
    return enclosed(Kind::instruction, "<?", dialect_ == Dialect::xml ? "?>" : ">");
  auto token = enclosed(Kind::doctype, "<!", ">");
  // Own entities could grow without bound, and elements could hide in them.
  if (token && dialect_ == Dialect::xml && token->body.find('[') != std::string_view::npos) {
    at_ = token->range.offset;
    return damaged("a document type with declarations of its own");
  }
  return token;
}

std::optional<MarkupToken> MarkupReader::tag() {
  MarkupToken token;
  const bool end = rest().starts_with("</");
  token.kind = end ? MarkupToken::Kind::end : MarkupToken::Kind::start;
  const std::size_t name = at_ + (end ? 2 : 1);
  const std::size_t close = end_of_tag(source_, name);
  if (close == std::string_view::npos) return damaged("a tag that is not closed");
  std::size_t name_end = name;
  while (name_end < close && !ends_name(source_[name_end])) ++name_end;
  token.name = source_.substr(name, name_end - name);
  token.body = source_.substr(name_end, close - name_end);
  token.empty_element = token.body.ends_with('/');
  token.range = {at_, close + 1 - at_};
  at_ = close + 1;
  if (!end && dialect_ == Dialect::html && among(kRawElements, token.name)) raw_until_ = token.name;
  return token;
}

std::optional<MarkupToken> MarkupReader::next() {
  if (at_ >= source_.size() || !problem_.empty()) return std::nullopt;
  if (!raw_until_.empty()) {
    const std::string_view name = std::exchange(raw_until_, {});
    std::size_t end = at_;
    while ((end = source_.find("</", end)) != std::string_view::npos &&
           !iequals(source_.substr(end + 2, name.size()), name))
      ++end;
    end = std::min(end, source_.size());
    if (end > at_) return text(end, !among(kEscapableElements, name));
  }
  if (source_[at_] != '<') return text(std::min(source_.find('<', at_), source_.size()), false);
  const char mark = at_ + 1 < source_.size() ? source_[at_ + 1] : '\0';
  if (mark == '!' || mark == '?') return declaration();
  const char letter = mark == '/' && at_ + 2 < source_.size() ? source_[at_ + 2] : mark;
  if (is_letter(letter)) return tag();
  if (dialect_ == Dialect::xml) return damaged("a '<' that begins no tag");
  return text(std::min(source_.find('<', at_ + 1), source_.size()), false);
}

// ---------------------------------------------------------------------------------------------
// Attributes

std::vector<MarkupAttribute> attributes_of(const MarkupToken& tag) {
  std::vector<MarkupAttribute> result;
  const std::string_view body = tag.body;
  std::size_t at = 0;
  const auto skip_space = [&] {
    while (at < body.size() && (is_space(body[at]) || body[at] == '/')) ++at;
  };
  for (skip_space(); at < body.size(); skip_space()) {
    const std::size_t name = at++;
    while (at < body.size() && !ends_name(body[at])) ++at;
    MarkupAttribute found{body.substr(name, at - name), {}};
    while (at < body.size() && is_space(body[at])) ++at;
    if (at < body.size() && body[at] == '=') {
      for (++at; at < body.size() && is_space(body[at]); ++at) {
      }
      const bool quoted = at < body.size() && (body[at] == '"' || body[at] == '\'');
      const std::size_t begin = quoted ? at + 1 : at;
      std::size_t end = begin;
      while (end < body.size() && (quoted ? body[end] != body[at] : !is_space(body[end]))) ++end;
      found.raw = body.substr(std::min(begin, body.size()), end - begin);
      at = quoted ? end + 1 : end;
    }
    result.push_back(found);
  }
  return result;
}

std::optional<std::string> attribute(const MarkupToken& tag, std::string_view name,
                                     Dialect dialect) {
  for (const MarkupAttribute& found : attributes_of(tag))
    if (dialect == Dialect::html ? iequals(found.name, name) : found.name == name)
      return decode_references(found.raw, dialect);
  return std::nullopt;
}

// ---------------------------------------------------------------------------------------------
// References

namespace {

struct NamedReference {
  std::string_view name;
  char32_t code;
};

constexpr std::array kXmlNames = {NamedReference{"amp", '&'}, NamedReference{"lt", '<'},
                                  NamedReference{"gt", '>'}, NamedReference{"quot", '"'},
                                  NamedReference{"apos", '\''}};

/// The names that prose uses; others stay as they are written, which loses nothing.
constexpr std::array kHtmlNames = {
    NamedReference{"nbsp", 0xA0},     NamedReference{"iexcl", 0xA1},
    NamedReference{"cent", 0xA2},     NamedReference{"pound", 0xA3},
    NamedReference{"yen", 0xA5},      NamedReference{"sect", 0xA7},
    NamedReference{"copy", 0xA9},     NamedReference{"laquo", 0xAB},
    NamedReference{"shy", 0xAD},      NamedReference{"reg", 0xAE},
    NamedReference{"deg", 0xB0},      NamedReference{"plusmn", 0xB1},
    NamedReference{"sup2", 0xB2},     NamedReference{"sup3", 0xB3},
    NamedReference{"acute", 0xB4},    NamedReference{"micro", 0xB5},
    NamedReference{"para", 0xB6},     NamedReference{"middot", 0xB7},
    NamedReference{"raquo", 0xBB},    NamedReference{"frac14", 0xBC},
    NamedReference{"frac12", 0xBD},   NamedReference{"frac34", 0xBE},
    NamedReference{"iquest", 0xBF},   NamedReference{"times", 0xD7},
    NamedReference{"divide", 0xF7},   NamedReference{"Agrave", 0xC0},
    NamedReference{"Aacute", 0xC1},   NamedReference{"Acirc", 0xC2},
    NamedReference{"Atilde", 0xC3},   NamedReference{"Auml", 0xC4},
    NamedReference{"Aring", 0xC5},    NamedReference{"AElig", 0xC6},
    NamedReference{"Ccedil", 0xC7},   NamedReference{"Egrave", 0xC8},
    NamedReference{"Eacute", 0xC9},   NamedReference{"Ecirc", 0xCA},
    NamedReference{"Euml", 0xCB},     NamedReference{"Ntilde", 0xD1},
    NamedReference{"Ouml", 0xD6},     NamedReference{"Oslash", 0xD8},
    NamedReference{"Uuml", 0xDC},     NamedReference{"szlig", 0xDF},
    NamedReference{"agrave", 0xE0},   NamedReference{"aacute", 0xE1},
    NamedReference{"acirc", 0xE2},    NamedReference{"atilde", 0xE3},
    NamedReference{"auml", 0xE4},     NamedReference{"aring", 0xE5},
    NamedReference{"aelig", 0xE6},    NamedReference{"ccedil", 0xE7},
    NamedReference{"egrave", 0xE8},   NamedReference{"eacute", 0xE9},
    NamedReference{"ecirc", 0xEA},    NamedReference{"euml", 0xEB},
    NamedReference{"igrave", 0xEC},   NamedReference{"iacute", 0xED},
    NamedReference{"icirc", 0xEE},    NamedReference{"iuml", 0xEF},
    NamedReference{"ntilde", 0xF1},   NamedReference{"ograve", 0xF2},
    NamedReference{"oacute", 0xF3},   NamedReference{"ocirc", 0xF4},
    NamedReference{"otilde", 0xF5},   NamedReference{"ouml", 0xF6},
    NamedReference{"oslash", 0xF8},   NamedReference{"ugrave", 0xF9},
    NamedReference{"uacute", 0xFA},   NamedReference{"ucirc", 0xFB},
    NamedReference{"uuml", 0xFC},     NamedReference{"yacute", 0xFD},
    NamedReference{"OElig", 0x152},   NamedReference{"oelig", 0x153},
    NamedReference{"Scaron", 0x160},  NamedReference{"scaron", 0x161},
    NamedReference{"ensp", 0x2002},   NamedReference{"emsp", 0x2003},
    NamedReference{"thinsp", 0x2009}, NamedReference{"zwnj", 0x200C},
    NamedReference{"zwj", 0x200D},    NamedReference{"ndash", 0x2013},
    NamedReference{"mdash", 0x2014},  NamedReference{"lsquo", 0x2018},
    NamedReference{"rsquo", 0x2019},  NamedReference{"sbquo", 0x201A},
    NamedReference{"ldquo", 0x201C},  NamedReference{"rdquo", 0x201D},
    NamedReference{"bdquo", 0x201E},  NamedReference{"dagger", 0x2020},
    NamedReference{"bull", 0x2022},   NamedReference{"hellip", 0x2026},
    NamedReference{"permil", 0x2030}, NamedReference{"prime", 0x2032},
    NamedReference{"lsaquo", 0x2039}, NamedReference{"rsaquo", 0x203A},
    NamedReference{"euro", 0x20AC},   NamedReference{"trade", 0x2122},
    NamedReference{"larr", 0x2190},   NamedReference{"uarr", 0x2191},
    NamedReference{"rarr", 0x2192},   NamedReference{"darr", 0x2193},
    NamedReference{"minus", 0x2212},  NamedReference{"infin", 0x221E},
    NamedReference{"asymp", 0x2248},  NamedReference{"ne", 0x2260},
    NamedReference{"le", 0x2264},     NamedReference{"ge", 0x2265}};

template <std::size_t N>
std::optional<char32_t> code_of(const std::array<NamedReference, N>& table, std::string_view name) {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const auto& entry) { return entry.name == name; });
  if (found == table.end()) return std::nullopt;
  return found->code;
}

/// The digits between "&#" and ";".
std::optional<char32_t> numeric_code(std::string_view digits) {
  const bool hexadecimal = digits.starts_with('x') || digits.starts_with('X');
  if (hexadecimal) digits.remove_prefix(1);
  if (digits.empty() || digits.size() > 8) return std::nullopt;
  std::uint64_t code = 0;
  for (const char c : digits) {
    const bool letter = hexadecimal && ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'));
    if (!letter && (c < '0' || c > '9')) return std::nullopt;
    code = code * (hexadecimal ? 16 : 10) +
           static_cast<std::uint64_t>(letter ? (c | 0x20) - 'a' + 10 : c - '0');
  }
  if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return std::nullopt;
  return static_cast<char32_t>(code);
}

}  // namespace

std::optional<CharacterReference> character_reference(std::string_view text, Dialect dialect) {
  constexpr std::size_t kLongest = 12;
  const std::size_t end = text.substr(0, kLongest).find(';');
  if (!text.starts_with('&') || end == std::string_view::npos || end < 2) return std::nullopt;
  const std::string_view name = text.substr(1, end - 1);
  auto code = name.starts_with('#') ? numeric_code(name.substr(1)) : code_of(kXmlNames, name);
  if (!code && dialect == Dialect::html) code = code_of(kHtmlNames, name);
  if (!code) return std::nullopt;
  return CharacterReference{encode_utf8(std::u32string(1, *code)), end + 1};
}

std::string decode_references(std::string_view text, Dialect dialect) {
  std::string result;
  while (!text.empty()) {
    const std::size_t plain = std::min(text.find('&'), text.size());
    result += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const auto reference = character_reference(text, dialect);
    result += reference ? reference->text : "&";
    text.remove_prefix(reference ? reference->size : 1);
  }
  return result;
}

std::string escape_markup(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (const char c : text) {
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else if (c == '"')
      result += "&quot;";
    else
      result += c;
  }
  return result;
}

std::string_view local_name(std::string_view name) {
  const std::size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

void add_text(PassageBuilder& builder, const MarkupToken& token, Dialect dialect, Spaces spaces) {
  constexpr std::string_view kCdata = "<![CDATA[";
  const bool cdata = token.range.size > token.body.size();
  const std::size_t base = token.range.offset + (cdata ? kCdata.size() : 0);
  const std::string_view text = token.body;
  const auto stops = [&](char c) {
    return (c == '&' && !token.literal) || (spaces == Spaces::collapse && is_space(c));
  };
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && !stops(text[end])) ++end;
    builder.copy(text.substr(at, end - at), base + at);
    at = end;
    while (end < text.size() && spaces == Spaces::collapse && is_space(text[end])) ++end;
    if (end > at) builder.space(base + at, end - at);
    at = end;
    if (at >= text.size() || text[at] != '&' || token.literal) continue;
    if (const auto reference = character_reference(text.substr(at), dialect)) {
      builder.decoded(reference->text, base + at, reference->size);
      at += reference->size;
    } else {
      builder.open_closed();  // an entity that only a document type could explain
      builder.copy("&", base + at++);
      while (at < text.size() && is_letter(text[at]))
        builder.copy(text.substr(at, 1), base + at), ++at;
      builder.close_closed();
    }
  }
}

}  // namespace signmark::container
