// SPDX-License-Identifier: Apache-2.0
#include "video/mark/picture.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <type_traits>
#include <vector>

#include "base/vector.hpp"
#include "video/mark/holds.hpp"

namespace signmark::video {
namespace {

SIGNMARK_VECTOR void add_bytes(const std::uint8_t* in, std::uint16_t* sum, int width) {
  for (int x = 0; x < width; ++x) sum[x] = static_cast<std::uint16_t>(sum[x] + in[x]);
}

SIGNMARK_VECTOR void add_words(const std::uint16_t* in, std::uint32_t* sum, int width) {
  for (int x = 0; x < width; ++x) sum[x] += in[x];
}

/// What a sum of samples is worth: scale * sum + offset.
struct Levels {
  float scale, offset;
};

Levels levels_of(const Luma& frame, int step) {
  constexpr double kBlack = 16, kSpan = 219, kWhite = 255;
  const double unit = 1.0 / (std::ldexp(1.0, frame.bits - 8) * step * step);
  if (frame.full_range) return {static_cast<float>(unit), 0};
  return {static_cast<float>(unit * kWhite / kSpan), static_cast<float>(-kBlack * kWhite / kSpan)};
}

template <int kStep, class Sum>
void gather_fixed(const Sum* sum, const Levels& levels, float* out, int width) {
  for (int x = 0; x < width; ++x) {
    Sum total = 0;
    for (int i = 0; i < kStep; ++i) total = static_cast<Sum>(total + sum[x * kStep + i]);
    out[x] = levels.scale * static_cast<float>(total) + levels.offset;
  }
}

template <class Sum>
void gather(const Sum* sum, int step, const Levels& levels, float* out, int width) {
  switch (step) {
    case 1:
      return gather_fixed<1>(sum, levels, out, width);
    case 2:
      return gather_fixed<2>(sum, levels, out, width);
    case 3:
      return gather_fixed<3>(sum, levels, out, width);
    case 4:
      return gather_fixed<4>(sum, levels, out, width);
    default:
      break;
  }
  for (int x = 0; x < width; ++x, sum += step) {
    std::uint32_t total = 0;
    for (int i = 0; i < step; ++i) total += sum[i];
    out[x] = levels.scale * static_cast<float>(total) + levels.offset;
  }
}

const void* row_of(const Luma& frame, int y) {
  return static_cast<const Byte*>(frame.data) + y * frame.stride;
}

template <class Sum, class Sample, void (*kAdd)(const Sample*, Sum*, int)>
cv::Mat means(const Luma& frame, int step) {
  cv::Mat out(frame.height / step, frame.width / step, CV_32F);
  const Levels levels = levels_of(frame, step);
  std::vector<Sum> sum;
  for (int y = 0; y < out.rows; ++y) {
    sum.assign(static_cast<std::size_t>(frame.width), 0);
    for (int i = 0; i < step; ++i)
      kAdd(static_cast<const Sample*>(row_of(frame, y * step + i)), sum.data(), frame.width);
    gather(sum.data(), step, levels, out.ptr<float>(y), out.cols);
  }
  return out;
}

}  // namespace

cv::Mat block_means(const Luma& frame, int step) {
  // 255 * step * step must fit the sums of bytes.
  constexpr int kLargestOfBytes = 16;
  if (frame.bits > 8) return means<std::uint32_t, std::uint16_t, add_words>(frame, step);
  return means<std::uint16_t, std::uint8_t, add_bytes>(frame, std::min(step, kLargestOfBytes));
}

Canonical canonical(const Luma& frame) {
  const double side = std::min(frame.width, frame.height);
  Canonical result;
  result.luma = block_means(frame, std::max(1, static_cast<int>(side / kCanonicalSide)));
  constexpr double kClose = 1.1;
  const double ratio =
      kCanonicalSide / static_cast<double>(std::min(result.luma.cols, result.luma.rows));
  if (ratio * kClose < 1) {
    cv::Mat smaller;
    cv::resize(result.luma, smaller, {}, ratio, ratio, cv::INTER_AREA);
    result.luma = smaller;
  }
  result.scale_x = static_cast<double>(result.luma.cols) / frame.width;
  result.scale_y = static_cast<double>(result.luma.rows) / frame.height;
  return result;
}

}  // namespace signmark::video
