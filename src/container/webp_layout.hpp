// SPDX-License-Identifier: Apache-2.0
// What the WebP container says about its picture (RFC 9649, section 2).
#pragma once

#include "container/riff_chunks.hpp"

namespace signmark::container {

namespace webp {
inline constexpr Byte kFlagAnimation = 0x02, kFlagXmp = 0x04, kFlagExif = 0x08, kFlagAlpha = 0x10,
                      kFlagIcc = 0x20;
}

/// Picture facts, from VP8X or the bitstream header.
struct WebpLayout {
  std::uint32_t width = 0, height = 0;
  std::uint32_t frames = 0;  ///< animation frames; 0 when not animated
  bool extended = false;     ///< the first chunk is a VP8X of full size
  Byte flags = 0;            ///< of VP8X; without one: alpha, as the bitstream says
};

/// Errors: `container.webp.syntax`, `container.webp.truncated` when there is no readable picture.
Result<WebpLayout> read_webp_layout(const RiffScan& scan);

/// Chunks that hold the picture.
bool is_webp_media(std::string_view id);

/// A VP8X chunk (RFC 9649, 2.7.1).
Result<Bytes> webp_vp8x(const WebpLayout& layout, Byte flags);

}  // namespace signmark::container
