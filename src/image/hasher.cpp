// SPDX-License-Identifier: Apache-2.0
// Canonical rows for the pixel digest.
#include "image/hasher.hpp"

#include "base/bytes.hpp"

namespace signmark::image {

void PixelHasher::begin_frame(cv::Size size, const PixelLayout& layout, std::uint32_t duration) {
  layout_ = layout;
  width_ = size.width;
  row_.assign(static_cast<std::size_t>(size.width) * 4, 0);
  take_frame(size, layout.model == ColourModel::cmyk, duration);
}

void PixelHasher::take_frame(cv::Size size, bool cmyk, std::uint32_t duration) {
  ByteWriter header;
  header.text(cmyk ? "CMYK" : "RGBA");
  header.u32le(static_cast<std::uint32_t>(size.width));
  header.u32le(static_cast<std::uint32_t>(size.height));
  header.u32le(duration);
  hasher_.update(header.view());
}

template <class T>
void PixelHasher::canonical_row(const T* from) {
  const auto full = [&](std::uint32_t v) {
    return static_cast<std::uint16_t>((v * 65535ULL + layout_.white / 2) / layout_.white);
  };
  const auto sample = [&](T v) {
    return full(layout_.inverted ? static_cast<std::uint32_t>(layout_.white) - v : v);
  };
  const bool grey = layout_.model == ColourModel::grey, cmyk = layout_.model == ColourModel::cmyk;
  const int colours = grey ? 1 : cmyk ? 4 : 3;
  std::uint16_t* to = row_.data();
  for (int x = 0; x < width_; ++x, from += layout_.channels(), to += 4) {
    for (int c = 0; c < 3; ++c) to[c] = sample(from[grey ? 0 : c]);
    to[3] = cmyk ? sample(from[3]) : layout_.alpha ? full(from[colours]) : 65535;
  }
}

void PixelHasher::row(const void* samples, int depth) {
  if (depth == CV_16U)
    canonical_row(static_cast<const std::uint16_t*>(samples));
  else
    canonical_row(static_cast<const std::uint8_t*>(samples));
  take_row(row_);
}

void PixelHasher::take_row(std::span<const std::uint16_t> row) {
  hasher_.update({reinterpret_cast<const Byte*>(row.data()), row.size_bytes()});
}

void PixelHasher::frame(const cv::Mat& pixels, const PixelLayout& layout, std::uint32_t duration) {
  begin_frame(pixels.size(), layout, duration);
  for (int y = 0; y < pixels.rows; ++y) row(pixels.ptr(y), pixels.depth());
}

}  // namespace signmark::image
