// SPDX-License-Identifier: Apache-2.0
// FontFace over stb_truetype.
#include "label/font_face.hpp"

#include <algorithm>
#include <span>

#include "label/font_builtin.hpp"
#include "label/font_stb.hpp"

namespace signmark::label {

struct FontFace::Impl {
  MappedFile file;  // one of these keeps the bytes that `info` points into
  Bytes owned;
  ByteView bytes{kBuiltInFont, kBuiltInFontSize};
  stbtt_fontinfo info{};
};

FontFace::FontFace(std::unique_ptr<Impl> impl, std::string name)
    : impl_(std::move(impl)), name_(std::move(name)) {}
FontFace::FontFace(FontFace&&) noexcept = default;
FontFace& FontFace::operator=(FontFace&&) noexcept = default;
FontFace::~FontFace() = default;

Result<FontFace> FontFace::built_in() {
  return load(std::make_unique<Impl>(), "the built-in label font", {});
}

Result<FontFace> FontFace::open(const std::string& path, std::u32string_view wanted) {
  Limits limits;
  limits.file_size = 256U << 20;  // the largest pan-CJK collections have about 100 MiB
  auto file = MappedFile::open(path, limits);
  if (!file)
    return fail("label.font.unreadable", "cannot open the font: " + file.error().message, path);
  auto impl = std::make_unique<Impl>();
  impl->file = std::move(*file);
  impl->bytes = impl->file.bytes();
  return load(std::move(impl), path, wanted);
}

Result<FontFace> FontFace::from_bytes(Bytes file, std::string name, std::u32string_view wanted) {
  auto impl = std::make_unique<Impl>();
  impl->owned = std::move(file);
  impl->bytes = impl->owned;
  return load(std::move(impl), std::move(name), wanted);
}

Result<FontFace> FontFace::load(std::unique_ptr<Impl> impl, std::string name,
                                std::u32string_view wanted) {
  const auto faces = check_font(impl->bytes);
  if (!faces) return tl::unexpected(faces.error().at(name));
  FontFace face(std::move(impl), std::move(name));
  const SaneFace* first_usable = nullptr;
  for (const SaneFace& candidate : *faces) {
    if (!init_face(face.impl_->info, face.impl_->bytes, candidate)) continue;
    if (!face.first_missing(wanted)) return face;
    if (first_usable == nullptr) first_usable = &candidate;
  }
  if (first_usable == nullptr || !init_face(face.impl_->info, face.impl_->bytes, *first_usable))
    return fail("label.font.unreadable", "no face of the font can be used", face.name(),
                "give a TrueType or OpenType font with outlines");
  return face;
}

int FontFace::glyph(char32_t character) const {
  const int index = stbtt_FindGlyphIndex(&impl_->info, static_cast<int>(character));
  return index > 0 && index < impl_->info.numGlyphs ? index : 0;  // a map may name any number
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
  constexpr double kMaxSize = 4;  // em; two-em dashes are the largest in real fonts
  const std::int64_t width = std::int64_t{right} - left, height = std::int64_t{bottom} - top;
  const auto most = static_cast<std::int64_t>(kMaxSize * em) + 2;
  if (width <= 0 || height <= 0 || width > most || height > most) return {};
  GlyphImage image{left, top, static_cast<int>(width), static_cast<int>(height), {}};
  image.coverage.resize(static_cast<std::size_t>(image.width) * image.height);
  stbtt_MakeGlyphBitmapSubpixel(&impl_->info, image.coverage.data(), image.width, image.height,
                                image.width, scale, scale, dx, 0, index);
  return image;
}

GlyphOutline FontFace::outline(char32_t character) const {
  const auto scale = static_cast<double>(stbtt_ScaleForMappingEmToPixels(&impl_->info, 1));
  GlyphOutline outline{character, advance(character, 1), {}};
  stbtt_vertex* vertices = nullptr;
  const int count = stbtt_GetGlyphShape(&impl_->info, glyph(character), &vertices);
  double x = 0, y = 0;
  for (const stbtt_vertex& v : std::span(vertices, static_cast<std::size_t>(std::max(count, 0)))) {
    const double x0 = x, y0 = y, cx = v.cx * scale, cy = v.cy * scale;
    x = v.x * scale;
    y = v.y * scale;
    using Kind = OutlineStep::Kind;
    if (v.type == STBTT_vcubic)
      outline.steps.push_back({Kind::curve, {cx, cy, v.cx1 * scale, v.cy1 * scale, x, y}});
    else if (v.type == STBTT_vcurve)  // a quadratic one, raised by a degree
      outline.steps.push_back(
          {Kind::curve,
           {(x0 + 2 * cx) / 3, (y0 + 2 * cy) / 3, (x + 2 * cx) / 3, (y + 2 * cy) / 3, x, y}});
    else
      outline.steps.push_back({v.type == STBTT_vmove ? Kind::move : Kind::line, {x, y}});
  }
  stbtt_FreeShape(&impl_->info, vertices);
  return outline;
}

}  // namespace signmark::label
