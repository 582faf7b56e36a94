// SPDX-License-Identifier: Apache-2.0
// Classes of code points.
#include "text/characters.hpp"

#include <fmt/format.h>
#include <unicode/uchar.h>

#include <algorithm>

namespace signmark::text {
namespace {

struct Span {
  char32_t first, last;
};

template <std::size_t kCount>
bool within(const std::array<Span, kCount>& spans, char32_t c) {
  const auto after = std::upper_bound(spans.begin(), spans.end(), c,
                                      [](char32_t x, const Span& span) { return x < span.first; });
  return after != spans.begin() && c <= std::prev(after)->last;
}

constexpr std::array<Span, 17> kIgnorable{{{0xAD, 0xAD},
                                           {0x34F, 0x34F},
                                           {0x61C, 0x61C},
                                           {0x115F, 0x1160},
                                           {0x17B4, 0x17B5},
                                           {0x180B, 0x180F},
                                           {0x200B, 0x200F},
                                           {0x202A, 0x202E},
                                           {0x2060, 0x206F},
                                           {0x3164, 0x3164},
                                           {0xFE00, 0xFE0F},
                                           {0xFEFF, 0xFEFF},
                                           {0xFFA0, 0xFFA0},
                                           {0xFFF0, 0xFFF8},
                                           {0x1BCA0, 0x1BCA3},
                                           {0x1D173, 0x1D17A},
                                           {0xE0000, 0xE0FFF}}};

constexpr std::array<Span, 11> kCjk{{{0x2E80, 0x2FDF},
                                     {0x2FF0, 0x2FFF},
                                     {0x3001, 0x312F},
                                     {0x3190, 0x33FF},
                                     {0x3400, 0x4DBF},
                                     {0x4E00, 0x9FFF},
                                     {0xF900, 0xFAFF},
                                     {0xFE30, 0xFE4F},
                                     {0xFF5F, 0xFF9F},
                                     {0x1B000, 0x1B16F},
                                     {0x20000, 0x3FFFD}}};

}  // namespace

Decoded decode_long(std::string_view text, std::size_t i) {
  const auto byte = [&](std::size_t k) -> char32_t {
    return i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0U;
  };
  const auto tail = [&](std::size_t k) { return (byte(k) & 0xC0U) == 0x80U; };
  const char32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  if (lead >= 0xC2 && lead <= 0xDF && tail(1))
    return {((lead & 0x1FU) << 6) | (byte(1) & 0x3FU), 2};
  if ((lead & 0xF0U) == 0xE0 && tail(1) && tail(2)) {
    const char32_t c = ((lead & 0xFU) << 12) | ((byte(1) & 0x3FU) << 6) | (byte(2) & 0x3FU);
    if (c >= 0x800 && (c < 0xD800 || c > 0xDFFF)) return {c, 3};
  }
  if (lead >= 0xF0 && lead <= 0xF4 && tail(1) && tail(2) && tail(3)) {
    const char32_t c = ((lead & 7U) << 18) | ((byte(1) & 0x3FU) << 12) | ((byte(2) & 0x3FU) << 6) |
                       (byte(3) & 0x3FU);
    if (c >= 0x10000 && c <= 0x10FFFF) return {c, 4};
  }
  return {};
}

tl::unexpected<Error> bad_utf8(std::size_t passage, std::size_t byte) {
  return fail("text.utf8", "text is not valid UTF-8",
              fmt::format("passage {}, byte {}", passage, byte),
              "convert the text to UTF-8, for example with iconv");
}

void append_long_utf8(std::string& out, char32_t c) {
  const auto put = [&out](char32_t b) { out.push_back(static_cast<char>(b)); };
  if (c < 0x800) {
    put(0xC0U | (c >> 6));
  } else {
    if (c < 0x10000) {
      put(0xE0U | (c >> 12));
    } else {
      put(0xF0U | (c >> 18));
      put(0x80U | ((c >> 12) & 0x3FU));
    }
    put(0x80U | ((c >> 6) & 0x3FU));
  }
  put(0x80U | (c & 0x3FU));
}

bool is_rare_cjk(char32_t c) { return within(kCjk, c); }

bool is_wide(char32_t c) {
  return is_cjk(c) || (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0x3131 && c <= 0x318E);
}

bool is_wide_white(char32_t c) {
  return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool is_line_end(char32_t c) {
  return (c >= 10 && c <= 13) || c == 0x85 || c == 0x2028 || c == 0x2029;
}

bool is_rare_ignorable(char32_t c) {
  if (c >= 0xE0000) return c <= 0xE0FFF;
  return within(kIgnorable, c);
}

bool is_bidi_format(char32_t c) {
  return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

bool is_tag(char32_t c) { return c >= 0xE0020 && c <= 0xE007F; }

bool is_emoji(char32_t c) { return u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_EMOJI) != 0; }

bool is_pictograph(char32_t c) {
  return c == 0xFE0F || u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_EXTENDED_PICTOGRAPHIC) ||
         u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_EMOJI_MODIFIER);
}

bool takes_joiner(char32_t c) {
  if (c < 0x300 || is_han(c)) return false;
  const auto type = u_getIntPropertyValue(static_cast<UChar32>(c), UCHAR_JOINING_TYPE);
  constexpr int kVirama = 9;  // canonical combining class of every virama
  return type == U_JT_DUAL_JOINING || type == U_JT_LEFT_JOINING || type == U_JT_RIGHT_JOINING ||
         u_getCombiningClass(static_cast<UChar32>(c)) == kVirama;
}

bool belongs(char32_t c, char32_t before) {
  if (before == 0) return is_bidi_format(c);
  if (c == 0xFE0F || c == 0xFE0E) return is_emoji(before);
  if (c == kZwj) return is_pictograph(before) || takes_joiner(before);
  if (c == kZwnj) return takes_joiner(before);
  if (is_tag(c)) return before == kBlackFlag || is_tag(before);
  return is_bidi_format(c);
}

char32_t folded(char32_t c) {
  if (c < 0x2010) return c;
  if (c >= 0xFF01 && c <= 0xFF5E) return folded(c - 0xFEE0);
  if (c <= 0x2015) return '-';
  if (c >= 0x2018 && c <= 0x201B) return '\'';
  if (c >= 0x201C && c <= 0x201F) return '"';
  return c;
}

bool is_ascii_punctuation(char32_t c) {
  return (c >= 0x21 && c <= 0x2F) || (c >= 0x3A && c <= 0x40) || (c >= 0x5B && c <= 0x60) ||
         (c >= 0x7B && c <= 0x7E);
}

bool is_closer(char32_t raw) {
  constexpr std::u32string_view kClosers =
      U"\"')]}\u2019\u201D\u3009\u300B\u300D\u300F\u3011\u3015\u3017\uFF02\uFF07\uFF09\uFF3D\uFF5D";
  return kClosers.find(raw) != std::u32string_view::npos;
}

}  // namespace signmark::text
