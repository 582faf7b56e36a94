// SPDX-License-Identifier: Apache-2.0
// Median cut (Heckbert 1982) by variance, then Floyd-Steinberg error diffusion in serpentine order.
#include "image/quantise.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <map>

namespace signmark::image {
namespace {

using Rgb = cv::Vec3f;

/// A colour and how many pixels have it.
struct Weighted {
  Rgb colour;
  double pixels = 0;
};
using Colours = std::vector<Weighted>;

/// Some of the colours, which will share a place of the palette.
struct Box {
  std::size_t begin = 0, end = 0;
  Rgb mean;
  int axis = 0;       ///< where it is widest
  double spread = 0;  ///< sum of squares along the axis, over all pixels
};

Box measure(const Colours& colours, std::size_t begin, std::size_t end) {
  cv::Vec3d sum, squares;
  double pixels = 0;
  for (std::size_t i = begin; i < end; ++i) {
    const cv::Vec3d colour = colours[i].colour;
    sum += colour * colours[i].pixels;
    squares += colour.mul(colour) * colours[i].pixels;
    pixels += colours[i].pixels;
  }
  Box box{begin, end, sum / pixels, 0, 0};
  for (int c = 0; c < 3; ++c) {
    const double spread = squares[c] - sum[c] * sum[c] / pixels;
    if (spread <= box.spread) continue;
    box.spread = spread;
    box.axis = c;
  }
  return box;
}

Colours count_colours(const cv::Mat& wanted, const cv::Mat& where) {
  std::map<std::uint32_t, std::uint64_t> counts;
  for (int y = 0; y < wanted.rows; ++y)
    for (int x = 0; x < wanted.cols; ++x) {
      const Rgba& c = wanted.at<Rgba>(y, x);
      if (where.at<uchar>(y, x) != 0) ++counts[c[0] | c[1] << 8U | c[2] << 16U];
    }
  Colours colours;
  for (const auto& [c, pixels] : counts)
    colours.push_back({Rgb(static_cast<float>(c & 0xFFU), static_cast<float>(c >> 8U & 0xFFU),
                           static_cast<float>(c >> 16U)),
                       static_cast<double>(pixels)});
  return colours;
}

/// Cuts the box whose spread is largest until there are enough; returns the boxes' means.
std::vector<Rgba> cut(Colours& colours, std::size_t most) {
  std::vector<Box> boxes;
  if (!colours.empty()) boxes.push_back(measure(colours, 0, colours.size()));
  while (!boxes.empty() && boxes.size() < most) {
    const auto widest = std::max_element(
        boxes.begin(), boxes.end(), [](const Box& a, const Box& b) { return a.spread < b.spread; });
    const Box box = *widest;
    if (box.end - box.begin < 2) break;
    const auto at = [&](std::size_t i) { return colours.begin() + static_cast<std::ptrdiff_t>(i); };
    const auto middle = std::partition(at(box.begin), at(box.end), [&](const Weighted& c) {
      return c.colour[box.axis] <= box.mean[box.axis];
    });
    const auto split = static_cast<std::size_t>(middle - colours.begin());
    if (split == box.begin || split == box.end) break;
    *widest = measure(colours, box.begin, split);
    boxes.push_back(measure(colours, split, box.end));
  }
  std::vector<Rgba> palette;
  palette.reserve(boxes.size());
  for (const Box& box : boxes)
    palette.emplace_back(cv::saturate_cast<uchar>(box.mean[0]),
                         cv::saturate_cast<uchar>(box.mean[1]),
                         cv::saturate_cast<uchar>(box.mean[2]), 255);
  return palette;
}

/// The closest place of a palette, remembered for cells of two levels a side.
class Nearest {
 public:
  explicit Nearest(const std::vector<Rgba>& palette)
      : palette_(palette), known_(std::size_t{1} << (3 * kBits), kUnknown) {}

  int operator()(const Rgb& colour) {
    std::size_t cell = 0;
    for (int c = 0; c < 3; ++c)
      cell = cell << kBits | cv::saturate_cast<uchar>(colour[c]) >> (8 - kBits);
    if (known_[cell] == kUnknown) known_[cell] = static_cast<std::int16_t>(search(colour));
    return known_[cell];
  }

 private:
  static constexpr int kBits = 7;
  static constexpr std::int16_t kUnknown = -1;

  [[nodiscard]] int search(const Rgb& colour) const {
    int best = 0;
    float best_distance = std::numeric_limits<float>::max();
    for (std::size_t i = 0; i < palette_.size(); ++i) {
      const Rgba& place = palette_[i];
      float distance = 0;
      for (int c = 0; c < 3; ++c) {
        const float apart = colour[c] - static_cast<float>(place[c]);
        distance += apart * apart;
      }
      if (distance >= best_distance) continue;
      best_distance = distance;
      best = static_cast<int>(i);
    }
    return best;
  }

  const std::vector<Rgba>& palette_;
  std::vector<std::int16_t> known_;
};

/// Carries what each pixel lacks to its neighbours. Two rows, with a column to spare on each side.
class Diffusion {
 public:
  explicit Diffusion(int width) : now_(static_cast<std::size_t>(width) + 2), below_(now_) {}

  [[nodiscard]] Rgb owed(int x) const { return now_[place(x)]; }
  void spread(int x, int ahead, const Rgb& error) {
    now_[place(x + ahead)] += error * (7.0F / 16);
    below_[place(x - ahead)] += error * (3.0F / 16);
    below_[place(x)] += error * (5.0F / 16);
    below_[place(x + ahead)] += error * (1.0F / 16);
  }
  void next_row() {
    now_.swap(below_);
    std::fill(below_.begin(), below_.end(), Rgb());
  }

 private:
  static std::size_t place(int x) { return static_cast<std::size_t>(x) + 1; }
  std::vector<Rgb> now_, below_;
};

Rgb rgb_of(const Rgba& c) { return {float(c[0]), float(c[1]), float(c[2])}; }

cv::Mat diffuse(const cv::Mat& wanted, const cv::Mat& where, const std::vector<Rgba>& palette) {
  cv::Mat indices = cv::Mat::zeros(wanted.size(), CV_8UC1);
  Nearest nearest(palette);
  Diffusion diffusion(wanted.cols);
  for (int y = 0; y < wanted.rows; ++y, diffusion.next_row()) {
    const int ahead = y % 2 == 0 ? 1 : -1, first = ahead > 0 ? 0 : wanted.cols - 1;
    for (int step = 0, x = first; step < wanted.cols; ++step, x += ahead) {
      if (where.at<uchar>(y, x) == 0) continue;
      Rgb colour = rgb_of(wanted.at<Rgba>(y, x)) + diffusion.owed(x);
      for (int c = 0; c < 3; ++c) colour[c] = std::clamp(colour[c], 0.0F, 255.0F);
      const int index = nearest(colour);
      indices.at<uchar>(y, x) = static_cast<uchar>(index);
      diffusion.spread(x, ahead, colour - rgb_of(palette[static_cast<std::size_t>(index)]));
    }
  }
  return indices;
}

}  // namespace

Quantised quantise(const cv::Mat& wanted, const cv::Mat& where, std::size_t most) {
  Colours colours = count_colours(wanted, where);
  if (colours.size() <= most) {
    Palette palette;
    palette.capacity = most;
    cv::Mat indices = index_colours(wanted, where, palette).indices;
    return {std::move(palette.colours), std::move(indices)};
  }
  std::vector<Rgba> palette = cut(colours, most);
  cv::Mat indices = diffuse(wanted, where, palette);
  return {std::move(palette), std::move(indices)};
}

}  // namespace signmark::image
