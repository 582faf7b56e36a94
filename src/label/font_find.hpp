// SPDX-License-Identifier: Apache-2.0
// Which font draws a text: the one asked for, the built-in one, or one of the system's.
#pragma once

#include <filesystem>
#include <vector>

#include "label/font_face.hpp"

namespace signmark::label {

/// Folders where systems keep fonts; those that do not exist are left out.
std::vector<std::filesystem::path> system_font_folders();

/// The face that has every character of `text`. `font_file` is used alone when it is not empty.
/// Errors: `label.font.missing-glyph` (names the first character), `label.font.unreadable`.
Result<FontFace> find_font(const std::string& font_file, std::u32string_view text,
                           const std::vector<std::filesystem::path>& folders);

}  // namespace signmark::label
