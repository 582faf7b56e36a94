// SPDX-License-Identifier: Apache-2.0
// Character classes by the Unicode database of ICU.
#include "label/visible_script.hpp"

#include <fmt/format.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include "base/text.hpp"

namespace signmark::label {
namespace {

UScriptCode script_of(char32_t character) {
  UErrorCode error = U_ZERO_ERROR;
  const UScriptCode script = uscript_getScript(static_cast<UChar32>(character), &error);
  return U_SUCCESS(error) ? script : USCRIPT_UNKNOWN;
}

/// Scripts whose composed letters stand side by side without joining or reordering.
bool is_simple_script(UScriptCode script) {
  switch (script) {
    case USCRIPT_COMMON:
    case USCRIPT_LATIN:
    case USCRIPT_GREEK:
    case USCRIPT_CYRILLIC:
    case USCRIPT_ARMENIAN:
    case USCRIPT_GEORGIAN:
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_HANGUL:
    case USCRIPT_BOPOMOFO:
      return true;
    default:
      return false;
  }
}

/// Marks, controls and invisible signs have no place of their own on the line.
bool stands_alone(char32_t character) {
  constexpr std::uint32_t kNotAlone = U_GC_M_MASK | U_GC_C_MASK | U_GC_ZL_MASK | U_GC_ZP_MASK;
  return (U_GET_GC_MASK(static_cast<UChar32>(character)) & kNotAlone) == 0;
}

}  // namespace

bool is_east_asian(char32_t character) {
  switch (script_of(character)) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_HANGUL:
    case USCRIPT_BOPOMOFO:
      return true;
    default:
      return false;
  }
}

bool is_capital(char32_t character) {
  const auto point = static_cast<UChar32>(character);
  return u_isUUppercase(point) || u_charType(point) == U_DECIMAL_DIGIT_NUMBER;
}

Status check_drawable(std::u32string_view text) {
  for (const char32_t character : text) {
    if (stands_alone(character) && is_simple_script(script_of(character))) continue;
    return fail("label.font.script",
                fmt::format("cannot draw U+{:04X} in a label: its script needs shaping",
                            static_cast<std::uint32_t>(character)),
                {},
                "write the label in Chinese, Japanese, Korean, Latin, Greek or Cyrillic letters");
  }
  return {};
}

Result<std::u32string> drawable_text(std::string_view text) {
  constexpr std::size_t kMaxCharacters = 200;
  SIGNMARK_ASSIGN(const std::string composed, nfc(text));
  SIGNMARK_ASSIGN(std::u32string characters, decode_utf8(composed));
  if (characters.size() > kMaxCharacters)
    return fail("label.size.small",
                fmt::format("a label of {} characters fits no picture or page", characters.size()),
                {}, fmt::format("use at most {} characters", kMaxCharacters));
  SIGNMARK_TRY(check_drawable(characters));
  return characters;
}

}  // namespace signmark::label
