// SPDX-License-Identifier: Apache-2.0
// What kind of character stands in a label: how it is drawn, measured and broken into lines.
#pragma once

#include <array>
#include <string_view>

#include "base/result.hpp"

namespace signmark::label {

/// Whether a character fills the square of East Asian writing (ideographs, kana, hangul).
bool is_east_asian(char32_t character);
/// Whether a character has the full height of a capital: capital letters and digits.
bool is_capital(char32_t character);

/// Which characters measure a text: of these kinds the first that occurs in it.
inline constexpr std::array<bool (*)(char32_t), 3> kTextMeasures = {is_east_asian, is_capital,
                                                                    [](char32_t) { return true; }};

/// Refuses what one glyph a character, from left to right, would draw wrongly.
/// Errors: `label.font.script` (names the character).
Status check_drawable(std::u32string_view text);

/// The composed characters of a label. Errors: as check_drawable; `base.utf8`, `label.size.small`
/// (far too many for any label).
Result<std::u32string> drawable_text(std::string_view text);

}  // namespace signmark::label
