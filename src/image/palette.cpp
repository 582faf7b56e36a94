// SPDX-License-Identifier: Apache-2.0
// Palette fitting by merging colours that share their high bits.
#include "image/palette.hpp"

#include <algorithm>
#include <array>
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
  for (const auto& [colour, pixels] : counts)
    bins[bin_of(colour, shift)].add(unpack(colour), pixels);
  return bins;
}

int squared_distance(const Rgba& a, const Rgba& b) {
  int sum = 0;
  for (int c = 0; c < 4; ++c) sum += (a[c] - b[c]) * (a[c] - b[c]);
  return sum;
}

/// Two taken colours of a palette that look most alike.
struct Pair {
  std::size_t first = 0, second = 0;
  bool found = false;
};

Pair closest_pair(const Palette& palette) {
  const auto mergeable = [&](std::size_t i) {
    return palette.taken[i] && palette.colours[i][3] != 0;
  };
  Pair best;
  int best_distance = std::numeric_limits<int>::max();
  for (std::size_t i = 0; i < palette.colours.size(); ++i) {
    if (!mergeable(i)) continue;
    for (std::size_t j = i + 1; j < palette.colours.size(); ++j) {
      if (!mergeable(j)) continue;
      const int distance = squared_distance(palette.colours[i], palette.colours[j]);
      if (distance >= best_distance) continue;
      best_distance = distance;
      best = {i, j, true};
    }
  }
  return best;
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
  for (const auto& [colour, pixels] : counts)
    index.emplace(colour, palette.nearest(unpack(colour)));

  for (int y = 0; y < wanted.rows; ++y)
    for (int x = 0; x < wanted.cols; ++x)
      if (where.at<uchar>(y, x) != 0)
        result.indices.at<uchar>(y, x) = static_cast<uchar>(index.at(pack(wanted.at<Rgba>(y, x))));
  return result;
}

void merge_similar(Palette& palette, cv::Mat& indices, std::size_t wanted_free) {
  std::array<std::uint64_t, 256> pixels{};
  std::array<uchar, 256> now{};  // index of the source -> index that it has become
  for (std::size_t i = 0; i < now.size(); ++i) now[i] = static_cast<uchar>(i);
  for (int y = 0; y < indices.rows; ++y)
    for (int x = 0; x < indices.cols; ++x) ++pixels[indices.at<uchar>(y, x)];

  while (palette.free() < wanted_free) {
    auto [kept, lost, found] = closest_pair(palette);
    if (!found) break;
    if (pixels[kept] < pixels[lost]) std::swap(kept, lost);
    pixels[kept] += pixels[lost];
    palette.taken[lost] = false;
    std::replace(now.begin(), now.end(), static_cast<uchar>(lost), static_cast<uchar>(kept));
  }
  cv::LUT(indices, cv::Mat(1, 256, CV_8UC1, now.data()), indices);
}

}  // namespace signmark::image
