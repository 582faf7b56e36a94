// SPDX-License-Identifier: Apache-2.0
// What the peers have in common: one level of the Haar wavelet as PyWavelets computes it, blocks of
// 4x4 in reading order, and a number moved to the lower or the upper half of its step.
#pragma once

#include <cmath>
#include <opencv2/core.hpp>

namespace signmark::bench {

/// Bands in PyWavelets' names: `h` is high-pass down the columns, `v` along the rows.
template <class T>
struct Haar {
  cv::Mat_<T> a, h, v, d;
};

template <class T>
inline constexpr T kHaarTap = static_cast<T>(0.70710678118654752440);

/// Of a plane with even sides. Columns first, then rows, so that rounding is PyWavelets' too.
template <class T>
Haar<T> haar(const cv::Mat_<T>& plane) {
  constexpr T k = kHaarTap<T>;
  const cv::Size half(plane.cols / 2, plane.rows / 2);
  Haar<T> out{cv::Mat_<T>(half), cv::Mat_<T>(half), cv::Mat_<T>(half), cv::Mat_<T>(half)};
  for (int y = 0; y < half.height; ++y)
    for (int x = 0; x < half.width; ++x) {
      const T* above = plane[2 * y] + 2 * x;
      const T* below = plane[2 * y + 1] + 2 * x;
      const T low0 = k * above[0] + k * below[0], low1 = k * above[1] + k * below[1];
      const T high0 = k * above[0] - k * below[0], high1 = k * above[1] - k * below[1];
      out.a(y, x) = k * low0 + k * low1, out.v(y, x) = k * low0 - k * low1;
      out.h(y, x) = k * high0 + k * high1, out.d(y, x) = k * high0 - k * high1;
    }
  return out;
}

template <class T>
cv::Mat_<T> inverse(const Haar<T>& bands) {
  constexpr T k = kHaarTap<T>;
  cv::Mat_<T> out(bands.a.rows * 2, bands.a.cols * 2);
  for (int y = 0; y < bands.a.rows; ++y)
    for (int x = 0; x < bands.a.cols; ++x) {
      const T a = bands.a(y, x), h = bands.h(y, x), v = bands.v(y, x), d = bands.d(y, x);
      const T low0 = k * a + k * v, low1 = k * a - k * v;
      const T high0 = k * h + k * d, high1 = k * h - k * d;
      out(2 * y, 2 * x) = k * low0 + k * high0, out(2 * y, 2 * x + 1) = k * low1 + k * high1;
      out(2 * y + 1, 2 * x) = k * low0 - k * high0,
                         out(2 * y + 1, 2 * x + 1) = k * low1 - k * high1;
    }
  return out;
}

inline constexpr int kPeerBlock = 4;

/// Calls work(number, block), block being a cv::Mat_ that shares the plane's memory, for all whole
/// blocks of the plane.
template <class T, class Work>
void for_each_block(cv::Mat_<T>& plane, const Work& work) {
  int number = 0;
  for (int y = 0; y + kPeerBlock <= plane.rows; y += kPeerBlock)
    for (int x = 0; x + kPeerBlock <= plane.cols; x += kPeerBlock)
      work(number++, cv::Mat_<T>(plane, cv::Rect(x, y, kPeerBlock, kPeerBlock)));
}

/// The nearest such value in the number's own step: a quarter of the step for 0, three for 1.
template <class T>
T with_bit(T value, T step, bool bit) {
  return (std::floor(value / step) + (bit ? T(0.75) : T(0.25))) * step;
}

template <class T>
bool bit_of(T value, T step) {
  return std::fmod(value, step) > step / 2;
}

}  // namespace signmark::bench
