// SPDX-License-Identifier: Apache-2.0
// Code points: strict UTF-8, the classes that canonical text and units are made of, selectors.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace signmark::text {

struct Decoded {
  char32_t c = 0;
  unsigned size = 0;  ///< bytes; 0 when they are no UTF-8
};

/// The code point at `i`, which must lie within the text. Strict: no surrogates, no long forms.
Decoded decode_long(std::string_view text, std::size_t i);
inline Decoded decode_at(std::string_view text, std::size_t i) {
  const auto lead = static_cast<unsigned char>(text[i]);
  if (lead < 0x80) return {lead, 1};
  return decode_long(text, i);
}
/// The error for bytes that are no UTF-8.
tl::unexpected<Error> bad_utf8(std::size_t passage, std::size_t byte);

void append_long_utf8(std::string& out, char32_t c);
inline void append_utf8(std::string& out, char32_t c) {
  if (c < 0x80)
    out.push_back(static_cast<char>(c));
  else
    append_long_utf8(out, c);
}

// C2PA A.8: 00..0F are U+FE00..FE0F, 10..FF are U+E0100..E01EF.
inline bool is_selector(char32_t c) {
  return (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0100 && c <= 0xE01EF);
}
inline Byte selector_byte(char32_t c) {
  return static_cast<Byte>(c < 0xE0100 ? c - 0xFE00 : c - 0xE0100 + 16);
}
inline char32_t selector_of(Byte b) { return b < 16 ? 0xFE00U + b : 0xE0100U + b - 16U; }
inline unsigned selector_size(Byte b) { return b < 16 ? 3 : 4; }  ///< in UTF-8

inline constexpr char32_t kGuard = 0x2060;  ///< word joiner
inline constexpr char32_t kZwnj = 0x200C, kZwj = 0x200D, kBom = 0xFEFF;
inline constexpr char32_t kIdeographicStop = 0x3002, kEllipsis = 0x2026;
inline constexpr char32_t kBlackFlag = 0x1F3F4;  ///< begins flags that are spelt in tags

inline bool is_han(char32_t c) { return c >= 0x4E00 && c <= 0x9FFF; }  ///< the common block only
bool is_rare_cjk(char32_t c);
/// Han, kana, bopomofo and their punctuation; not Hangul.
inline bool is_cjk(char32_t c) { return is_han(c) || (c >= 0x2E80 && is_rare_cjk(c)); }
bool is_wide(char32_t c);  ///< is_cjk or Hangul: what carries about a syllable
bool is_wide_white(char32_t c);
inline bool is_white(char32_t c) {
  return c < 0x80 ? c == ' ' || (c >= 9 && c <= 13) : !is_han(c) && is_wide_white(c);
}
bool is_line_end(char32_t c);
/// Default-ignorable code points of Unicode 15, as a fixed list: canon-1 must not move with ICU.
bool is_rare_ignorable(char32_t c);
inline bool is_ignorable(char32_t c) { return c >= 0xAD && !is_han(c) && is_rare_ignorable(c); }
bool is_bidi_format(char32_t c);  ///< embeddings, overrides, isolates: 202A..E, 2066..9
bool is_tag(char32_t c);          ///< U+E0020..E007F
bool is_emoji(char32_t c);        ///< property Emoji, which digits have too
bool is_pictograph(char32_t c);   ///< what an emoji sequence can be joined from
/// Whether a joiner behind this character shapes text: Arabic and its kin, a virama.
bool takes_joiner(char32_t c);
/// Whether an ignorable character belongs to the text: within emoji and joining scripts.
/// `before` is the code point directly in front of it, 0 for none.
bool belongs(char32_t c, char32_t before);

/// Width, quotes and dashes folded (section 4.2, steps 5 and 6).
char32_t folded(char32_t c);
bool is_ascii_punctuation(char32_t c);
/// Closing quotes and brackets that go with the sentence before them; `raw` is not folded.
bool is_closer(char32_t raw);

}  // namespace signmark::text
