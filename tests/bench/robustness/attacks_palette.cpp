// SPDX-License-Identifier: Apache-2.0
// 256 colours: median cut (Heckbert 1982) on a histogram of 5 bits a channel, with or without
// Floyd-Steinberg error diffusion; what a GIF does to a picture.
#include <algorithm>
#include <array>
#include <limits>

#include "steps.hpp"

namespace signmark::bench {
namespace {

constexpr int kColours = 256, kBins = 1 << 15;

int bin_of(int blue, int green, int red) { return blue >> 3 << 10 | green >> 3 << 5 | red >> 3; }
int channel_of(int bin, int channel) { return bin >> (10 - 5 * channel) & 31; }

struct Histogram {
  std::vector<int> count = std::vector<int>(kBins);
  std::vector<std::array<double, 3>> sum = std::vector<std::array<double, 3>>(kBins);
};

struct Box {
  std::vector<int> bins;
  std::int64_t pixels = 0;
  int axis = 0, range = 0;
};

Histogram histogram_of(const cv::Mat& picture) {
  Histogram histogram;
  for (int y = 0; y < picture.rows; ++y)
    for (int x = 0; x < picture.cols; ++x) {
      const auto& pixel = picture.at<cv::Vec3b>(y, x);
      const auto bin = static_cast<std::size_t>(bin_of(pixel[0], pixel[1], pixel[2]));
      ++histogram.count[bin];
      for (std::size_t c = 0; c < 3; ++c) histogram.sum[bin][c] += pixel[static_cast<int>(c)];
    }
  return histogram;
}

Box measured(std::vector<int> bins, const Histogram& histogram) {
  Box box{std::move(bins), 0, 0, 0};
  for (const int bin : box.bins) box.pixels += histogram.count[static_cast<std::size_t>(bin)];
  for (int axis = 0; axis < 3; ++axis) {
    const auto [low, high] = std::minmax_element(
        box.bins.begin(), box.bins.end(),
        [axis](int a, int b) { return channel_of(a, axis) < channel_of(b, axis); });
    const int range = channel_of(*high, axis) - channel_of(*low, axis);
    if (range > box.range) box.axis = axis, box.range = range;
  }
  return box;
}

/// Cuts a box of two bins or more at the median pixel of its longest side.
std::pair<Box, Box> cut(Box box, const Histogram& histogram) {
  std::sort(box.bins.begin(), box.bins.end(),
            [axis = box.axis](int a, int b) { return channel_of(a, axis) < channel_of(b, axis); });
  std::int64_t seen = 0;
  std::size_t at = 0;
  while (at + 2 < box.bins.size() && 2 * seen < box.pixels)
    seen += histogram.count[static_cast<std::size_t>(box.bins[at++])];
  at = std::max<std::size_t>(at, 1);
  const auto middle = box.bins.begin() + static_cast<std::ptrdiff_t>(at);
  return {measured({box.bins.begin(), middle}, histogram),
          measured({middle, box.bins.end()}, histogram)};
}

cv::Vec3i mean_colour(const Box& box, const Histogram& histogram) {
  cv::Vec3d sum;
  for (const int bin : box.bins)
    for (int c = 0; c < 3; ++c)
      sum[c] += histogram.sum[static_cast<std::size_t>(bin)][static_cast<std::size_t>(c)];
  const auto pixels = static_cast<double>(box.pixels);
  return {cvRound(sum[0] / pixels), cvRound(sum[1] / pixels), cvRound(sum[2] / pixels)};
}

std::vector<cv::Vec3i> median_cut(const Histogram& histogram) {
  std::vector<int> used;
  for (int bin = 0; bin < kBins; ++bin)
    if (histogram.count[static_cast<std::size_t>(bin)] > 0) used.push_back(bin);
  std::vector<Box> boxes{measured(std::move(used), histogram)};
  while (boxes.size() < kColours) {
    const auto widest = std::max_element(boxes.begin(), boxes.end(), [](auto& a, auto& b) {
      return a.pixels * a.range < b.pixels * b.range;
    });
    if (widest->range == 0) break;
    auto [low, high] = cut(std::move(*widest), histogram);
    *widest = std::move(low);
    boxes.push_back(std::move(high));
  }
  std::vector<cv::Vec3i> colours;
  colours.reserve(boxes.size());
  for (const Box& box : boxes) colours.push_back(mean_colour(box, histogram));
  return colours;
}

/// The nearest colour of each bin's middle.
std::vector<cv::Vec3i> nearest_table(const std::vector<cv::Vec3i>& colours) {
  std::vector<cv::Vec3i> table(kBins);
  for (int bin = 0; bin < kBins; ++bin) {
    const cv::Vec3i middle(channel_of(bin, 0) * 8 + 4, channel_of(bin, 1) * 8 + 4,
                           channel_of(bin, 2) * 8 + 4);
    int best = std::numeric_limits<int>::max();
    for (const auto& colour : colours) {
      const cv::Vec3i gap = colour - middle;
      if (const int distance = gap.dot(gap); distance < best)
        best = distance, table[static_cast<std::size_t>(bin)] = colour;
    }
  }
  return table;
}

void spread_error(cv::Mat& work, int y, int x, const cv::Vec3f& error) {
  const auto add = [&](int row, int column, float share) {
    if (row < work.rows && column >= 0 && column < work.cols)
      work.at<cv::Vec3f>(row, column) += error * (share / 16);
  };
  add(y, x + 1, 7), add(y + 1, x - 1, 3), add(y + 1, x, 5), add(y + 1, x + 1, 1);
}

cv::Mat reduced(const cv::Mat& picture, Dither dither) {
  const auto table = nearest_table(median_cut(histogram_of(picture)));
  cv::Mat work, out(picture.size(), CV_8UC3);
  picture.convertTo(work, CV_32F);
  for (int y = 0; y < work.rows; ++y)
    for (int x = 0; x < work.cols; ++x) {
      const cv::Vec3f wish = work.at<cv::Vec3f>(y, x);
      const auto level = [&](int c) { return cv::saturate_cast<uchar>(wish[c]); };
      const cv::Vec3i& colour =
          table[static_cast<std::size_t>(bin_of(level(0), level(1), level(2)))];
      out.at<cv::Vec3b>(y, x) = colour;
      if (dither == Dither::floyd_steinberg) spread_error(work, y, x, wish - cv::Vec3f(colour));
    }
  return out;
}

}  // namespace

Step palette256(Dither dither) {
  return filter_step(dither == Dither::none ? "256 colours" : "256 colours, dithered",
                     [dither](const cv::Mat& picture) { return reduced(picture, dither); });
}

}  // namespace signmark::bench
