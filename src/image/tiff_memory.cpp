// SPDX-License-Identifier: Apache-2.0
// Seeking, messages and sample copying for libtiff on memory.
#include "image/tiff_memory.hpp"

#include <cstdio>
#include <cstring>
#include <limits>
#include <new>

namespace signmark::image {
namespace {

int on_error(TIFF*, void* user, const char*, const char* format, va_list arguments) {
  auto* problem = static_cast<std::string*>(user);
  char text[256];
  std::vsnprintf(text, sizeof text, format, arguments);
  if (problem->empty()) *problem = text;
  return 1;  // handled: nothing is printed
}

int on_warning(TIFF*, void*, const char*, const char*, va_list) { return 1; }

/// The rows that a chunk shares with the page, as pairs of pointers.
template <class Page, class Buffer, class Work>
void for_each_row(Page& pixels, const TiffChunk& chunk, Buffer& buffer, const Work& work) {
  const cv::Rect common = chunk.where & cv::Rect({}, pixels.size());
  const std::size_t pixel = chunk.all ? pixels.elemSize() : pixels.elemSize1();
  const std::size_t row = static_cast<std::size_t>(chunk.where.width) * pixel;
  for (int y = 0; y < common.height; ++y)
    work(pixels.ptr(common.y + y) + static_cast<std::size_t>(common.x) * pixels.elemSize(),
         buffer.data() + static_cast<std::size_t>(y) * row, common.width);
}

}  // namespace

std::optional<std::size_t> tiff_seek(std::size_t position, std::size_t end, toff_t offset,
                                     int whence) {
  const std::size_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? position : end;
  const std::size_t target = base + offset;  // libtiff passes negative offsets as two's complement
  constexpr std::size_t kLimit = std::numeric_limits<std::int64_t>::max();
  if (target > kLimit) return std::nullopt;
  return target;
}

TiffOptions::TiffOptions(std::string& problem, std::uint64_t max_allocation)
    : options_(TIFFOpenOptionsAlloc()) {
  if (options_ == nullptr) throw std::bad_alloc();
  TIFFOpenOptionsSetErrorHandlerExtR(options_, on_error, &problem);
  TIFFOpenOptionsSetWarningHandlerExtR(options_, on_warning, nullptr);
  TIFFOpenOptionsSetMaxSingleMemAlloc(options_, static_cast<tmsize_t>(max_allocation));
}

void from_chunk(const Bytes& buffer, const TiffChunk& chunk, cv::Mat& pixels) {
  const std::size_t sample = pixels.elemSize1(), pixel = pixels.elemSize();
  const auto plane = static_cast<std::size_t>(chunk.plane) * sample;
  for_each_row(pixels, chunk, buffer, [&](uchar* to, const Byte* from, int width) {
    if (chunk.all) {
      std::memcpy(to, from, static_cast<std::size_t>(width) * pixel);
      return;
    }
    for (int x = 0; x < width; ++x, to += pixel, from += sample)
      std::memcpy(to + plane, from, sample);
  });
}

void to_chunk(const cv::Mat& pixels, const TiffChunk& chunk, Bytes& buffer) {
  const std::size_t sample = pixels.elemSize1(), pixel = pixels.elemSize();
  const auto plane = static_cast<std::size_t>(chunk.plane) * sample;
  for_each_row(pixels, chunk, buffer, [&](const uchar* from, Byte* to, int width) {
    if (chunk.all) {
      std::memcpy(to, from, static_cast<std::size_t>(width) * pixel);
      return;
    }
    for (int x = 0; x < width; ++x, from += pixel, to += sample)
      std::memcpy(to, from + plane, sample);
  });
}

}  // namespace signmark::image
