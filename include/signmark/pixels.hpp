// SPDX-License-Identifier: Apache-2.0
// Pictures that are no files yet: samples in the caller's memory, as generators and host programs
// hold them. They take the robust mark and the visible label; record and manifest need a file.
#ifndef SIGNMARK_PIXELS_HPP_
#define SIGNMARK_PIXELS_HPP_

#include <cstddef>

#include "signmark/pipeline.hpp"

namespace signmark {

/// What one sample is.
enum class Sample : std::uint8_t {
  u8 = 1,   ///< 0 to 255
  u16 = 2,  ///< 0 to 65535, native byte order
  f32 = 3   ///< `low` to `high`, native byte order; values outside are clipped
};

/// Samples that belong to the caller. Strides are bytes and may be negative, so that NHWC, NCHW,
/// RGBA and BGRA, bottom-up rows and parts of a picture are all described without copying.
struct PixelBuffer {
  Sample sample = Sample::u8;
  int width = 0, height = 0;  ///< pixels; together and apart within the picture limits
  /// 1 grey, 3 red, green, blue, 4 with straight alpha, which stays as it is.
  int channels = 3;
  bool blue_first = false;  ///< blue, green, red (, alpha)
  void* data = nullptr;     ///< first sample of the first channel of the first pixel
  std::ptrdiff_t row_stride = 0, pixel_stride = 0, channel_stride = 0;
  double low = 0, high = 1;  ///< of f32; `low` below `high`, both finite
};

/// Lays the layers `robust` and `visible` of `options` into the samples; the other layers are not
/// looked at. The samples change only when the call succeeds, and floats keep their precision. The
/// margins reported are those of the samples themselves: saving them with loss costs more. Errors:
/// `pipeline.pixels` (no such picture), `image.limit`, `pipeline.layers` (nothing to do), and as
/// mark_file. Thread-safe.
Result<MarkReport> mark_pixels(const Context& context, const PixelBuffer& pixels,
                               const MarkOptions& options);

/// Looks for robust marks in the samples, which must stay unchanged meanwhile. Errors: as
/// mark_pixels. Thread-safe.
Result<VerifyReport> verify_pixels(const Context& context, const PixelBuffer& pixels,
                                   const VerifyOptions& options);

}  // namespace signmark

#endif  // SIGNMARK_PIXELS_HPP_
