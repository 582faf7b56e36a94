// SPDX-License-Identifier: Apache-2.0
// What libtiff needs to work on memory: seeking, message handling, and where a chunk's samples go.
#pragma once

#include <tiffio.h>

#include <opencv2/core.hpp>
#include <string>

#include "image/tiff_io.hpp"

namespace signmark::image {

/// The new position of a seek, which may lie beyond `end`; nothing when it cannot be.
std::optional<std::size_t> tiff_seek(std::size_t position, std::size_t end, toff_t offset,
                                     int whence);

/// Options that send libtiff's messages to `problem` (the first one stays) and cap one allocation.
class TiffOptions {
 public:
  TiffOptions(std::string& problem, std::uint64_t max_allocation);
  TiffOptions(const TiffOptions&) = delete;
  TiffOptions& operator=(const TiffOptions&) = delete;
  ~TiffOptions() { TIFFOpenOptionsFree(options_); }
  [[nodiscard]] TIFFOpenOptions* get() const { return options_; }

 private:
  TIFFOpenOptions* options_;
};

/// A strip or tile: where it lies on the page, and which sample it holds when planes are separate.
struct TiffChunk {
  cv::Rect where;   ///< may reach beyond the page (tiles)
  int plane = 0;    ///< sample
  bool all = true;  ///< holds all samples of a pixel
};

/// Size of a chunk's samples before compression.
inline std::size_t chunk_bytes(const TiffPage& page, const TiffChunk& chunk) {
  const std::size_t pixel = chunk.all ? page.pixels.elemSize() : page.pixels.elemSize1();
  return static_cast<std::size_t>(chunk.where.width) *
         static_cast<std::size_t>(chunk.where.height) * pixel;
}

/// Copies between a chunk's buffer and the page, the part of the chunk that lies on it.
void from_chunk(const Bytes& buffer, const TiffChunk& chunk, cv::Mat& pixels);
void to_chunk(const cv::Mat& pixels, const TiffChunk& chunk, Bytes& buffer);

/// Calls `work` with each strip or tile of a page in file order until one fails.
template <class Work>
Status for_each_chunk(const TiffPage& page, const Work& work) {
  const bool tiled = page.tile_width != 0, separate = page.planar == PLANARCONFIG_SEPARATE;
  const int planes = separate ? page.samples : 1;
  const int w = tiled ? static_cast<int>(page.tile_width) : page.size.width;
  const int h = static_cast<int>(tiled ? page.tile_height : page.strip_rows);
  for (int plane = 0; plane < planes; ++plane)
    for (int y = 0; y < page.size.height; y += h)
      for (int x = 0; x < page.size.width; x += w) {
        const int rows = tiled ? h : std::min(h, page.size.height - y);
        SIGNMARK_TRY(work(TiffChunk{{x, y, w, rows}, plane, !separate}));
      }
  return {};
}

}  // namespace signmark::image
