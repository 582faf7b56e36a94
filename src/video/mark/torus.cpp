// SPDX-License-Identifier: Apache-2.0
#include "video/mark/torus.hpp"

#include <algorithm>
#include <cmath>

#include "image/mark/pose.hpp"
#include "image/mark/vector.hpp"

namespace signmark::video {
namespace {

constexpr int kGrid = image::kShiftGrid;
constexpr int kFloats = 2 * kGrid;  // in a row

int cell(double tiles) { return static_cast<int>(std::lround(tiles * kGrid)) % kGrid; }

SIGNMARK_VECTOR void add_row(const float* __restrict__ from, float* __restrict__ to) {
  for (int i = 0; i < kFloats; ++i) to[i] += from[i];
}

SIGNMARK_VECTOR void raise_row(const float* __restrict__ from, float* __restrict__ to) {
  for (int i = 0; i < kFloats; ++i) to[i] = std::max(to[i], from[i]);
}

/// Row by row, so that the result stays in the nearest cache: `row_of(i, y)` is a row of source i.
template <class RowOf, class Join>
cv::Mat join_rows(std::size_t count, const RowOf& row_of, const Join& join) {
  cv::Mat out(kGrid, kGrid, CV_32FC2);
  for (int y = 0; y < kGrid; ++y) {
    auto* to = out.ptr<float>(y);
    std::copy_n(row_of(0, y), kFloats, to);
    for (std::size_t i = 1; i < count; ++i) join(row_of(i, y), to);
  }
  return out;
}

}  // namespace

Torus::Torus(const cv::Mat& sums) { cv::repeat(sums, 1, 2, wide_); }

const float* Torus::row(int y, const Shift& shift) const {
  const auto across = static_cast<std::ptrdiff_t>(2) * cell(shift.x);
  return wide_.ptr<float>((y + cell(shift.y)) % kGrid) + across;
}

cv::Mat sum_of(std::span<const Torus* const> parts, std::span<const Shift> shifts) {
  return join_rows(
      parts.size(), [&](std::size_t i, int y) { return parts[i]->row(y, shifts[i]); }, add_row);
}

cv::Mat highest_of(const Torus& map, std::span<const Shift> shifts) {
  return join_rows(
      shifts.size(), [&](std::size_t i, int y) { return map.row(y, shifts[i]); }, raise_row);
}

}  // namespace signmark::video
