// SPDX-License-Identifier: Apache-2.0
// A PNG as libpng reads and writes it, without colour conversion.
#pragma once

#include <png.h>

#include <opencv2/core.hpp>

#include "image/pixels.hpp"
#include "signmark/base.hpp"

namespace signmark::image {

/// Exactly what IHDR, PLTE, tRNS and IDAT say.
struct PngPicture {
  std::uint32_t width = 0, height = 0;
  int depth = 8;        ///< bits a sample: 1, 2, 4, 8, 16
  int colour_type = 0;  ///< PNG_COLOR_TYPE_*
  int interlace = 0;    ///< PNG_INTERLACE_*
  std::vector<png_color> palette;
  Bytes palette_alpha;                ///< tRNS of a palette; may be shorter than the palette
  std::optional<png_color_16> clear;  ///< tRNS of grey and RGB: the colour that is transparent
  cv::Mat pixels;                     ///< one sample a byte (or 16 bits), never packed

  [[nodiscard]] bool indexed() const { return colour_type == PNG_COLOR_TYPE_PALETTE; }
  [[nodiscard]] PixelLayout layout() const;  ///< not for indexed pictures
};

/// Errors: `image.png.decode`, `image.limit`.
Result<PngPicture> read_png(const Context& context, ByteView file);
/// Errors: `image.png.encode`.
Result<Bytes> write_png(const PngPicture& picture);

}  // namespace signmark::image
