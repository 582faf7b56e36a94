// SPDX-License-Identifier: Apache-2.0
// The header of a YUV4MPEG2 stream (mjpegtools' yuv4mpeg(5), with FFmpeg's deeper formats).
#pragma once

#include <string_view>

#include "video/blend.hpp"

namespace signmark::video {

struct Y4mHeader {
  int width = 0, height = 0;
  double frames_per_second = 25;
  double pixel_aspect = 1;
  int depth = 8;
  int log2_x = 1, log2_y = 1;  ///< of chroma
  int planes = 3;              ///< 1: mono, 4: with alpha
  bool interlaced = false, full_range = false;

  [[nodiscard]] int sample_bytes() const { return depth > 8 ? 2 : 1; }
  [[nodiscard]] int plane_width(int plane) const;
  [[nodiscard]] int plane_height(int plane) const;
  [[nodiscard]] std::size_t plane_size(int plane) const;
  [[nodiscard]] std::size_t frame_size() const;
  [[nodiscard]] std::vector<Component> components() const;
};

/// Errors: `video.pipe.syntax`, `video.limit`.
Result<Y4mHeader> parse_y4m(std::string_view line, const Limits& limits);

}  // namespace signmark::video
