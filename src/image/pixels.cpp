// SPDX-License-Identifier: Apache-2.0
// Alpha arithmetic and luma statistics for every layout that our formats store.
#include "image/pixels.hpp"

#include <algorithm>
#include <cmath>

namespace signmark::image {
namespace {

/// The samples of a neutral grey (0..1) in a layout, colours only, on a scale of 0..white.
std::array<double, 4> neutral(double grey, const PixelLayout& layout) {
  const double white = layout.white;
  const double middle = std::ceil(white / 2);  // 128 for 8 bits
  switch (layout.model) {
    case ColourModel::grey:
      return {(layout.inverted ? 1 - grey : grey) * white};
    case ColourModel::rgb:
      return {grey * white, grey * white, grey * white};
    case ColourModel::ycbcr:
      return {grey * white, middle, middle};
    case ColourModel::cmyk:
      if (layout.inverted) return {white, white, white, grey * white};
      return {0, 0, 0, (1 - grey) * white};
  }
  return {};
}

template <class T>
void blend_pixel(T* pixel, const PixelLayout& layout, int colours,
                 const std::array<double, 4>& paint, double alpha) {
  const auto store = [](double v) { return static_cast<T>(std::lround(v)); };
  if (!layout.alpha) {
    for (int c = 0; c < colours; ++c) pixel[c] = store(pixel[c] + (paint[c] - pixel[c]) * alpha);
    return;
  }
  const double below = pixel[colours] / double(layout.white) * (1 - alpha), total = alpha + below;
  for (int c = 0; c < colours; ++c)
    pixel[c] = layout.premultiplied ? store(paint[c] * alpha + pixel[c] * (1 - alpha))
                                    : store((paint[c] * alpha + pixel[c] * below) / total);
  pixel[colours] = store(total * layout.white);
}

template <class T>
void blend_rows(cv::Mat& pixels, const PixelLayout& layout, const cv::Mat& overlay) {
  const int channels = layout.channels(), colours = channels - (layout.alpha ? 1 : 0);
  for (int y = 0; y < pixels.rows; ++y) {
    T* pixel = pixels.ptr<T>(y);
    const uchar* paint = overlay.ptr<uchar>(y);
    for (int x = 0; x < pixels.cols; ++x, pixel += channels, paint += 2)
      if (paint[1] != 0)
        blend_pixel(pixel, layout, colours, neutral(paint[0] / 255.0, layout), paint[1] / 255.0);
  }
}

/// Luma of one pixel, 0..1 (BT.601 weights).
template <class T>
double luma(const T* p, const PixelLayout& layout) {
  const double white = layout.white;
  switch (layout.model) {
    case ColourModel::grey:
      return layout.inverted ? 1 - p[0] / white : p[0] / white;
    case ColourModel::rgb:
      return (0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2]) / white;
    case ColourModel::ycbcr:
      return p[0] / white;
    case ColourModel::cmyk: {
      const auto light = [&](int c) { return layout.inverted ? p[c] / white : 1 - p[c] / white; };
      return (0.299 * light(0) + 0.587 * light(1) + 0.114 * light(2)) * light(3);
    }
  }
  return 0;
}

template <class T>
label::LumaStats stats_of(const cv::Mat& pixels, const PixelLayout& layout) {
  constexpr double kUnknownDeviation = 128;  // half of the scale: black or white, who knows
  const int channels = layout.channels();
  double sum = 0, squares = 0;
  std::size_t clear = 0;
  for (int y = 0; y < pixels.rows; ++y) {
    const T* pixel = pixels.ptr<T>(y);
    for (int x = 0; x < pixels.cols; ++x, pixel += channels) {
      const double value = 255 * luma(pixel, layout);
      sum += value;
      squares += value * value;
      if (layout.alpha && pixel[channels - 1] < layout.white) ++clear;
    }
  }
  const double count = static_cast<double>(std::max<std::size_t>(pixels.total(), 1));
  const double mean = sum / count;
  const double deviation = std::sqrt(std::max(0.0, squares / count - mean * mean));
  return {mean, clear > 0 ? std::max(deviation, kUnknownDeviation) : deviation};
}

template <class T>
void luma_rows(const cv::Mat& pixels, const PixelLayout& layout, LumaPicture& seen) {
  const int channels = layout.channels();
  for (int y = 0; y < pixels.rows; ++y) {
    const T* pixel = pixels.ptr<T>(y);
    for (int x = 0; x < pixels.cols; ++x, pixel += channels) {
      double value = luma(pixel, layout);
      if (layout.alpha) {
        const double opacity = pixel[channels - 1] / double(layout.white);
        seen.opacity.at<uchar>(y, x) = cv::saturate_cast<uchar>(opacity * 255);
        if (layout.premultiplied && opacity > 0) value = std::min(value / opacity, 1.0);
      }
      seen.luma.at<float>(y, x) = static_cast<float>(255 * value);
    }
  }
}

template <class T>
T moved(T sample, double by, double top) {
  return cv::saturate_cast<T>(std::clamp(sample + by, 0.0, std::max<double>(top, sample)));
}

/// Luma is light of the coloured inks times light of black. The coloured inks take the change; what
/// they have no room for goes to black.
template <class T>
void add_to_inks(T* inks, const PixelLayout& layout, double share) {
  constexpr int kBlack = 3;
  const double white = layout.white, sign = layout.inverted ? 1 : -1;
  const double target = std::clamp(luma(inks, layout) + share, 0.0, 1.0);
  const double black = layout.inverted ? inks[kBlack] / white : 1 - inks[kBlack] / white;
  if (black > 0)
    for (int c = 0; c < kBlack; ++c) inks[c] = moved(inks[c], sign * share / black * white, white);
  const double missing = target - luma(inks, layout);
  std::array<T, 4> bare{inks[0], inks[1], inks[2], static_cast<T>(layout.inverted ? white : 0)};
  const double colour = luma(bare.data(), layout);
  if (std::abs(missing) > 0.5 / white && colour > 0)
    inks[kBlack] = moved(inks[kBlack], sign * missing / colour * white, white);
}

template <class T>
void add_rows(cv::Mat& pixels, const PixelLayout& layout, const cv::Mat& change) {
  const int channels = layout.channels();
  const int colours = layout.model == ColourModel::rgb ? 3 : 1;
  const double unit = (layout.inverted ? -1 : 1) * layout.white / 255.0;
  for (int y = 0; y < pixels.rows; ++y) {
    T* pixel = pixels.ptr<T>(y);
    const float* levels = change.ptr<float>(y);
    for (int x = 0; x < pixels.cols; ++x, pixel += channels) {
      const double alpha = layout.alpha ? pixel[channels - 1] : layout.white;
      if (levels[x] == 0 || alpha == 0) continue;
      if (layout.model == ColourModel::cmyk) {
        add_to_inks(pixel, layout, levels[x] / 255.0);
        continue;
      }
      const double part = layout.premultiplied ? alpha / layout.white : 1;
      for (int c = 0; c < colours; ++c)
        pixel[c] = moved(pixel[c], levels[x] * unit * part, layout.white * part);
    }
  }
}

}  // namespace

void blend(cv::Mat pixels, const PixelLayout& layout, const cv::Mat& overlay) {
  CV_Assert(pixels.size() == overlay.size() && pixels.channels() == layout.channels());
  if (pixels.depth() == CV_16U)
    blend_rows<std::uint16_t>(pixels, layout, overlay);
  else
    blend_rows<std::uint8_t>(pixels, layout, overlay);
}

label::LumaStats luma_stats(const cv::Mat& pixels, const PixelLayout& layout) {
  return pixels.depth() == CV_16U ? stats_of<std::uint16_t>(pixels, layout)
                                  : stats_of<std::uint8_t>(pixels, layout);
}

LumaPicture luma_of(const cv::Mat& pixels, const PixelLayout& layout) {
  LumaPicture seen{cv::Mat(pixels.size(), CV_32FC1), {}};
  if (layout.alpha) seen.opacity.create(pixels.size(), CV_8UC1);
  if (pixels.depth() == CV_16U)
    luma_rows<std::uint16_t>(pixels, layout, seen);
  else
    luma_rows<std::uint8_t>(pixels, layout, seen);
  return seen;
}

void add_luma(cv::Mat& pixels, const PixelLayout& layout, const cv::Mat& change) {
  CV_Assert(pixels.size() == change.size() && change.type() == CV_32FC1);
  if (pixels.depth() == CV_16U)
    add_rows<std::uint16_t>(pixels, layout, change);
  else
    add_rows<std::uint8_t>(pixels, layout, change);
}

}  // namespace signmark::image
