// SPDX-License-Identifier: Apache-2.0
// Sets a label's text: line breaks, the size that gives a wanted height, coverage.
#pragma once

#include <string>
#include <vector>

#include "label/font_face.hpp"

namespace signmark::label {

using Lines = std::vector<std::u32string>;

/// Grey coverage (0..255), row by row.
struct Mask {
  int width = 0, height = 0;
  Bytes coverage;
  [[nodiscard]] Byte at(int x, int y) const {
    return coverage[static_cast<std::size_t>(y) * width + x];
  }
};

/// A drawn text, cropped to its ink.
struct TextImage {
  Mask mask;
  /// Height in pixels of the letters that measure the text: from the highest to the lowest row
  /// that is at least half covered. East Asian characters when there are any, else capitals and
  /// digits, else all; so descenders and small antialiased fringes never help to reach a height.
  int text_height = 0;
};

/// Splits a text into at most `count` lines of similar width. Breaks at spaces and between East
/// Asian characters, never inside 人工智能, 生成 or 合成. Fewer lines when it has fewer breaks.
Lines break_lines(const FontFace& face, const std::u32string& text, std::size_t count);

/// Draws lines below each other, centred, for an em of `em` pixels.
TextImage draw_text(const FontFace& face, const Lines& lines, double em);

/// The smallest drawing whose text height is at least `text_height` pixels.
/// Errors: `label.font.unreadable` when the glyphs have no ink.
Result<TextImage> draw_text_of_height(const FontFace& face, const Lines& lines, int text_height);

}  // namespace signmark::label
