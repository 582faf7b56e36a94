// SPDX-License-Identifier: Apache-2.0
// Palette fitting by merging colours that share their high bits.
#include "image/palette.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>

namespace signmark::image {
namespace {

constexpr int kBits = 8;

/// Sum of the colours that fall into one bin.
struct Bin {
  std::uint64_t sum[4] = {0, 0, 0, 0};
  std::uint64_t count = 0;
  void add(const Rgba& colour, std::uint64_t pixels) {
    for (int c = 0; c < 4; ++c) sum[c] += colour[c] * pixels;
    count += pixels;
  }
  [[nodiscard]] Rgba mean() const {
    Rgba result;
    for (int c = 0; c < 4; ++c) result[c] = static_cast<uchar>((sum[c] + count / 2) / count);
    return result;
  }
};

std::uint32_t pack(const Rgba& c) {
  return c[0] | c[1] << 8U | c[2] << 16U | static_cast<std::uint32_t>(c[3]) << 24U;
}
Rgba unpack(std::uint32_t v) {
  return {static_cast<uchar>(v), static_cast<uchar>(v >> 8U), static_cast<uchar>(v >> 16U),
          static_cast<uchar>(v >> 24U)};
}

std::uint32_t bin_of(std::uint32_t colour, int shift) {
  const std::uint32_t keep = 0xFFU & (0xFFU << shift);
  return colour & (keep | keep << 8U | keep << 16U | keep << 24U);
}

using Counts = std::map<std::uint32_t, std::uint64_t>;  // packed colour -> pixels

Counts count_colours(const cv::Mat& wanted, const cv::Mat& where) {
  Counts counts;
  for (int y = 0; y < wanted.rows; ++y)
    for (int x = 0; x < wanted.cols; ++x)
      if (where.at<uchar>(y, x) != 0) ++counts[pack(wanted.at<Rgba>(y, x))];
  return counts;
}

std::map<std::uint32_t, Bin> make_bins(const Counts& counts, int shift) {
  std::map<std::uint32_t, Bin> bins;
  for (const auto& [colour, pixels] : counts) bins[bin_of(colour, shift)].add(unpack(colour), pixels);
  return bins;
}

int squared_distance(const Rgba& a, const Rgba& b) {
  int sum = 0;
  for (int c = 0; c < 4; ++c) sum += (a[c] - b[c]) * (a[c] - b[c]);
  return sum;
}

}  // namespace

std::size_t Palette::free() const {
  const auto unused = static_cast<std::size_t>(std::count(taken.begin(), taken.end(), false));
  return unused + (capacity - std::min(capacity, colours.size()));
}

int Palette::nearest(const Rgba& colour) const {
  int best = 0, best_distance = std::numeric_limits<int>::max();
  for (std::size_t i = 0; i < colours.size(); ++i) {
    if (!taken[i] || (colours[i][3] == 0) != (colour[3] == 0)) continue;
    const int distance = squared_distance(colours[i], colour);
    if (distance < best_distance) {
      best_distance = distance;
      best = static_cast<int>(i);
    }
  }
  return best;
}

int Palette::add(const Rgba& colour) {
  const auto unused = std::find(taken.begin(), taken.end(), false);
  const auto index = unused - taken.begin();
  if (unused == taken.end()) {
    colours.push_back(colour);
    taken.push_back(true);
  } else {
    colours[static_cast<std::size_t>(index)] = colour;
    *unused = true;
  }
  return static_cast<int>(index);
}

Indexed index_colours(const cv::Mat& wanted, const cv::Mat& where, Palette& palette) {
  Counts counts = count_colours(wanted, where);
  std::map<std::uint32_t, int> index;  // packed colour -> palette index
  for (std::size_t i = 0; i < palette.colours.size(); ++i)
    if (palette.taken[i] && counts.contains(pack(palette.colours[i])))
      index.emplace(pack(palette.colours[i]), static_cast<int>(i));
  for (const auto& [colour, at] : index) counts.erase(colour);

  Indexed result{cv::Mat::zeros(wanted.size(), CV_8UC1), 0};
  auto bins = make_bins(counts, 0);
  while (bins.size() > palette.free() && result.coarseness < kBits)
    bins = make_bins(counts, ++result.coarseness);
  // With no free place at all even one bin does not fit: then the nearest colours must do.
  if (bins.size() <= palette.free())
    for (const auto& [key, bin] : bins) palette.add(bin.mean());
  for (const auto& [colour, pixels] : counts) index.emplace(colour, palette.nearest(unpack(colour)));

  for (int y = 0; y < wanted.rows; ++y)
    for (int x = 0; x < wanted.cols; ++x)
      if (where.at<uchar>(y, x) != 0)
        result.indices.at<uchar>(y, x) = static_cast<uchar>(index.at(pack(wanted.at<Rgba>(y, x))));
  return result;
}

}  // namespace signmark::image
