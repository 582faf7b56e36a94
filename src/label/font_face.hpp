// SPDX-License-Identifier: Apache-2.0
// One face of a TrueType or OpenType font: which characters it has, how wide they are, their
// coverage.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/file.hpp"
#include "base/result.hpp"
#include "signmark/outline.hpp"

namespace signmark::label {

/// One glyph as grey coverage (0..255). `left` and `top` place it relative to the pen on the base
/// line, in pixels, y downwards.
struct GlyphImage {
  int left = 0, top = 0, width = 0, height = 0;
  Bytes coverage;
};

/// A face that is ready to draw. Immutable after loading, so threads may share it. Every offset in
/// a font file is checked before the rasteriser follows it.
class FontFace {
 public:
  /// The subset built into the program.
  static Result<FontFace> built_in();
  /// A font file; of a collection, the first face that has all `wanted` characters, else face 0.
  /// Errors: `label.font.unreadable`.
  static Result<FontFace> open(const std::string& path, std::u32string_view wanted);
  /// The same for the bytes of a font file; `name` stands in messages.
  static Result<FontFace> from_bytes(Bytes file, std::string name, std::u32string_view wanted);

  FontFace(FontFace&&) noexcept;
  FontFace& operator=(FontFace&&) noexcept;
  ~FontFace();

  [[nodiscard]] const std::string& name() const { return name_; }
  /// Glyph index; 0 when the face lacks the character.
  [[nodiscard]] int glyph(char32_t character) const;
  /// The first character that the face lacks.
  [[nodiscard]] std::optional<char32_t> first_missing(std::u32string_view text) const;
  /// Distance to the next pen position for an em of `em` pixels.
  [[nodiscard]] double advance(char32_t character, double em) const;
  /// Draws one glyph with the pen at a fraction of a pixel, `shift` in [0, 1).
  [[nodiscard]] GlyphImage draw(char32_t character, double em, double shift) const;
  /// The shape of one glyph.
  [[nodiscard]] GlyphOutline outline(char32_t character) const;

 private:
  struct Impl;
  static Result<FontFace> load(std::unique_ptr<Impl> impl, std::string name,
                               std::u32string_view wanted);
  FontFace(std::unique_ptr<Impl> impl, std::string name);
  std::unique_ptr<Impl> impl_;
  std::string name_;
};

}  // namespace signmark::label
