// SPDX-License-Identifier: Apache-2.0
// FontFace over stb_truetype.
#include "label/font_face.hpp"

#include <stb/stb_truetype.h>

#include "label/font_builtin.hpp"
#include "label/font_check.hpp"

namespace signmark::label {

struct FontFace::Impl {
  MappedFile file;  // keeps the bytes that `info` points into; empty for the built-in font
  stbtt_fontinfo info{};
};

FontFace::FontFace(std::unique_ptr<Impl> impl, std::string name)
    : impl_(std::move(impl)), name_(std::move(name)) {}
FontFace::FontFace(FontFace&&) noexcept = default;
FontFace& FontFace::operator=(FontFace&&) noexcept = default;
FontFace::~FontFace() = default;

Result<FontFace> FontFace::built_in() {
  auto impl = std::make_unique<Impl>();
  if (!stbtt_InitFont(&impl->info, kBuiltInFont, 0))
    return fail("label.font.unreadable", "the built-in label font is damaged", {},
                "rebuild or reinstall signmark");
  return FontFace(std::move(impl), "the built-in label font");
}

Result<FontFace> FontFace::open(const std::string& path, std::u32string_view wanted) {
  Limits limits;
  limits.file_size = 256U << 20;  // the largest pan-CJK collections have about 100 MiB
  auto file = MappedFile::open(path, limits);
  if (!file)
    return fail("label.font.unreadable", "cannot open the font: " + file.error().message, path);
  auto impl = std::make_unique<Impl>();
  impl->file = std::move(*file);
  auto faces = check_font(impl->file.bytes());
  if (!faces) return tl::unexpected(faces.error().at(path));

  FontFace face(std::move(impl), path);
  std::optional<std::uint32_t> first_usable;
  for (const std::uint32_t offset : *faces) {
    stbtt_fontinfo& info = face.impl_->info;
    if (!stbtt_InitFont(&info, face.impl_->file.bytes().data(), static_cast<int>(offset))) continue;
    if (!face.first_missing(wanted)) return face;
    if (!first_usable) first_usable = offset;
  }
  if (!first_usable)
    return fail("label.font.unreadable", "no face of the font can be used", path,
                "give a TrueType or OpenType font with outlines");
  stbtt_InitFont(&face.impl_->info, face.impl_->file.bytes().data(),
                 static_cast<int>(*first_usable));
  return face;
}

int FontFace::glyph(char32_t character) const {
  return stbtt_FindGlyphIndex(&impl_->info, static_cast<int>(character));
}

std::optional<char32_t> FontFace::first_missing(std::u32string_view text) const {
  for (const char32_t c : text)
    if (glyph(c) == 0) return c;
  return std::nullopt;
}

double FontFace::advance(char32_t character, double em) const {
  int width = 0, bearing = 0;
  stbtt_GetGlyphHMetrics(&impl_->info, glyph(character), &width, &bearing);
  return width *
         static_cast<double>(stbtt_ScaleForMappingEmToPixels(&impl_->info, static_cast<float>(em)));
}

GlyphImage FontFace::draw(char32_t character, double em, double shift) const {
  const float scale = stbtt_ScaleForMappingEmToPixels(&impl_->info, static_cast<float>(em));
  const float dx = static_cast<float>(shift);
  const int index = glyph(character);
  int left = 0, top = 0, right = 0, bottom = 0;
  stbtt_GetGlyphBitmapBoxSubpixel(&impl_->info, index, scale, scale, dx, 0, &left, &top, &right,
                                  &bottom);
  GlyphImage image{left, top, std::max(right - left, 0), std::max(bottom - top, 0), {}};
  image.coverage.resize(static_cast<std::size_t>(image.width) * image.height);
  if (!image.coverage.empty())
    stbtt_MakeGlyphBitmapSubpixel(&impl_->info, image.coverage.data(), image.width, image.height,
                                  image.width, scale, scale, dx, 0, index);
  return image;
}

}  // namespace signmark::label
