// SPDX-License-Identifier: Apache-2.0
// Alpha arithmetic on planes: each component is pulled towards the paint by one weight a pixel.
#include "image/planes.hpp"

#include <algorithm>
#include <cmath>

#include "image/pixels.hpp"

namespace signmark::image {
namespace {

double read(const cv::Mat& plane, int y, int x) {
  return plane.depth() == CV_16U ? plane.at<std::uint16_t>(y, x) : plane.at<std::uint8_t>(y, x);
}

void write(cv::Mat& plane, int y, int x, double value) {
  const long rounded = std::lround(value);
  if (plane.depth() == CV_16U)
    plane.at<std::uint16_t>(y, x) = static_cast<std::uint16_t>(rounded);
  else
    plane.at<std::uint8_t>(y, x) = static_cast<std::uint8_t>(rounded);
}

void pull(cv::Mat& plane, int y, int x, double target, double weight) {
  if (weight <= 0) return;
  const double now = read(plane, y, x);
  write(plane, y, x, now + (target - now) * weight);
}

/// Scale of the stored luma: black and the span to diffuse white.
struct Range {
  double black = 0, span = 255;
};
/// Up to the highest value, in HDR beyond diffuse white.
Range signal_range(const Planes& picture) {
  const double unit = std::exp2(picture.depth - 8);
  if (picture.full_range) return {0, std::exp2(picture.depth) - 1};
  return {16 * unit, 219 * unit};
}
Range range_of(const Planes& picture) {
  const Range signal = signal_range(picture);
  return {signal.black, signal.span * picture.white};
}

/// 0..1 over the range.
double share(const cv::Mat& plane, int y, int x, const Range& range) {
  return std::clamp((read(plane, y, x) - range.black) / range.span, 0.0, 1.0);
}
Range alpha_range(const Planes& picture) { return {0, std::exp2(picture.depth) - 1}; }

double luma_at(const Planes& picture, int y, int x, const Range& range) {
  const double first = share(picture.luma, y, x, range);
  if (!picture.rgb) return first;
  return 0.299 * first + 0.587 * share(picture.chroma[0], y, x, range) +
         0.114 * share(picture.chroma[1], y, x, range);
}

void add_to_plane(cv::Mat& plane, const Planes& picture, const cv::Mat& change) {
  const Range range = signal_range(picture), opaque = alpha_range(picture);
  for (int y = 0; y < plane.rows; ++y)
    for (int x = 0; x < plane.cols; ++x) {
      const double alpha = picture.alpha.empty() ? 1 : share(picture.alpha, y, x, opaque);
      const double levels = change.at<float>(y, x);
      if (levels == 0 || alpha == 0) continue;
      const double part = picture.premultiplied ? alpha : 1, now = read(plane, y, x);
      // What lies outside the range stays there: some encoders put headroom to use.
      const double low = std::min(range.black, now);
      const double high = std::max(range.black + range.span * part, now);
      write(plane, y, x, std::clamp(now + levels * part * range.span / 255, low, high));
    }
}

/// How much of each pixel is paint afterwards (CV_32F); raises the picture's alpha on the way.
cv::Mat take_weights(Planes& picture, const cv::Rect& where, const cv::Mat& overlay) {
  cv::Mat weights(overlay.size(), CV_32F);
  const double white = std::exp2(picture.depth) - 1;
  for (int y = 0; y < overlay.rows; ++y)
    for (int x = 0; x < overlay.cols; ++x) {
      const double paint = overlay.at<cv::Vec2b>(y, x)[1] / 255.0;
      double total = 1;
      if (!picture.alpha.empty() && paint > 0) {
        const double below = read(picture.alpha, where.y + y, where.x + x) / white;
        const double united = paint + below * (1 - paint);
        write(picture.alpha, where.y + y, where.x + x, united * white);
        if (!picture.premultiplied) total = united;
      }
      weights.at<float>(y, x) = static_cast<float>(paint / total);
    }
  return weights;
}

void pull_to_paint(cv::Mat& plane, const cv::Rect& where, const cv::Mat& overlay,
                   const cv::Mat& weights, const Range& range) {
  for (int y = 0; y < overlay.rows; ++y)
    for (int x = 0; x < overlay.cols; ++x) {
      const double paint = range.black + range.span * overlay.at<cv::Vec2b>(y, x)[0] / 255.0;
      pull(plane, where.y + y, where.x + x, paint, weights.at<float>(y, x));
    }
}

/// Mean weight of the pixels that share a chroma sample; those beside the overlay weigh nothing.
double mean_weight(const cv::Rect& block, const cv::Rect& where, const cv::Mat& weights) {
  const cv::Rect common = (block & where) - where.tl();
  return common.empty() ? 0 : cv::sum(weights(common))[0] / block.area();
}

void pull_to_neutral(cv::Mat& plane, const Planes& picture, const cv::Rect& where,
                     const cv::Mat& weights) {
  const cv::Size size = picture.luma.size();
  const int step_x = plane.cols < size.width ? 2 : 1, step_y = plane.rows < size.height ? 2 : 1;
  const double neutral = std::exp2(picture.depth - 1);
  const int last_x = std::min((where.x + where.width - 1) / step_x, plane.cols - 1);
  const int last_y = std::min((where.y + where.height - 1) / step_y, plane.rows - 1);
  for (int y = where.y / step_y; y <= last_y; ++y)
    for (int x = where.x / step_x; x <= last_x; ++x) {
      const cv::Rect block = cv::Rect(x * step_x, y * step_y, step_x, step_y) & cv::Rect({}, size);
      pull(plane, y, x, neutral, mean_weight(block, where, weights));
    }
}

/// A part of a plane as 8 bits over the full range.
cv::Mat as_full_bytes(const cv::Mat& plane, const cv::Rect& where, const Range& range) {
  cv::Mat bytes;
  plane(where).convertTo(bytes, CV_8U, 255 / range.span, -range.black * 255 / range.span);
  return bytes;
}

}  // namespace

void blend(Planes& picture, const cv::Rect& where, const cv::Mat& overlay) {
  CV_Assert(where.size() == overlay.size());
  const cv::Mat weights = take_weights(picture, where, overlay);
  const Range range = range_of(picture);
  pull_to_paint(picture.luma, where, overlay, weights, range);
  if (picture.grey()) return;
  for (cv::Mat& plane : picture.chroma) {
    if (picture.rgb)
      pull_to_paint(plane, where, overlay, weights, range);
    else
      pull_to_neutral(plane, picture, where, weights);
  }
}

label::LumaStats luma_stats(const Planes& picture, const cv::Rect& where) {
  const Range range = range_of(picture);
  PixelLayout layout;
  layout.model = picture.rgb ? ColourModel::rgb : ColourModel::grey;
  layout.alpha = !picture.alpha.empty();
  std::vector<cv::Mat> parts{as_full_bytes(picture.luma, where, range)};
  if (picture.rgb)
    for (const cv::Mat& plane : picture.chroma) parts.push_back(as_full_bytes(plane, where, range));
  if (layout.alpha)
    parts.push_back(as_full_bytes(picture.alpha, where, {0, std::exp2(picture.depth) - 1}));
  cv::Mat merged;
  cv::merge(parts, merged);
  return luma_stats(merged, layout);
}

LumaPicture luma_of(const Planes& picture) {
  const Range range = signal_range(picture), opaque = alpha_range(picture);
  LumaPicture seen{cv::Mat(picture.luma.size(), CV_32FC1), {}};
  if (!picture.alpha.empty()) seen.opacity.create(picture.luma.size(), CV_8UC1);
  for (int y = 0; y < seen.luma.rows; ++y)
    for (int x = 0; x < seen.luma.cols; ++x) {
      double value = luma_at(picture, y, x, range);
      if (!picture.alpha.empty()) {
        const double alpha = share(picture.alpha, y, x, opaque);
        seen.opacity.at<uchar>(y, x) = cv::saturate_cast<uchar>(255 * alpha);
        if (picture.premultiplied && alpha > 0) value = std::min(value / alpha, 1.0);
      }
      seen.luma.at<float>(y, x) = static_cast<float>(255 * value);
    }
  return seen;
}

void add_luma(Planes& picture, const cv::Mat& change) {
  CV_Assert(picture.luma.size() == change.size() && change.type() == CV_32FC1);
  add_to_plane(picture.luma, picture, change);
  if (!picture.rgb) return;
  for (cv::Mat& plane : picture.chroma) add_to_plane(plane, picture, change);
}

}  // namespace signmark::image
