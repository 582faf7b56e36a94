// SPDX-License-Identifier: Apache-2.0
// A picture without a format, as it passes from the pipeline to the image room: a header of 16
// bytes and the samples, packed, red first, native byte order. Never written to a file.
#pragma once

#include "base/result.hpp"

namespace signmark {

inline constexpr std::string_view kRawPictureMime = "application/x-signmark-pixels";

struct RawPicture {
  std::uint32_t width = 0, height = 0;
  std::uint8_t channels = 3;      ///< 1, 3 or 4
  std::uint8_t sample_bytes = 1;  ///< 1 and 2: whole numbers; 4: float from 0 to 1

  [[nodiscard]] std::size_t sample_count() const { return std::size_t{width} * height * channels; }
};

inline constexpr std::size_t kRawPictureHeader = 16;

/// Header and room for the samples, zeroed.
Bytes raw_picture(const RawPicture& shape);
/// What the header says, when the bytes are exactly such a picture. Errors: `base.raw-picture`.
Result<RawPicture> raw_picture_shape(ByteView bytes);

}  // namespace signmark
