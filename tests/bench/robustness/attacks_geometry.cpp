// SPDX-License-Identifier: Apache-2.0
// Scaling, cropping, rotation and flips.
#include <fmt/format.h>

#include <cmath>
#include <opencv2/imgproc.hpp>

#include "steps.hpp"

namespace signmark::bench {
namespace {

cv::Size stretched(cv::Size size, double width_factor, double height_factor) {
  return {std::max(1, static_cast<int>(std::lround(size.width * width_factor))),
          std::max(1, static_cast<int>(std::lround(size.height * height_factor)))};
}

cv::Mat resized(const cv::Mat& picture, cv::Size size) {
  if (size == picture.size()) return picture.clone();
  const bool smaller = size.area() < picture.size().area();
  cv::Mat out;
  cv::resize(picture, out, size, 0, 0, smaller ? cv::INTER_AREA : cv::INTER_CUBIC);
  return out;
}

Step resize_step(std::string name, const std::function<cv::Size(cv::Size)>& size) {
  return {
      std::move(name),
      [size](const cv::Mat& picture, cv::RNG&) { return resized(picture, size(picture.size())); },
      size};
}

cv::Size window_size(cv::Size size, double area) {
  return stretched(size, std::sqrt(area), std::sqrt(area));
}

cv::Rect window(cv::Size picture, cv::Size part, CropPlace place, cv::RNG& random) {
  const int free_x = picture.width - part.width, free_y = picture.height - part.height;
  if (place == CropPlace::centre) return {{free_x / 2, free_y / 2}, part};
  const int x = random.uniform(0, free_x + 1), y = random.uniform(0, free_y + 1);
  return {{x, y}, part};
}

constexpr double radians(double degrees) { return degrees * CV_PI / 180; }

/// The largest upright rectangle inside a rotated one.
cv::Size inner_size(cv::Size size, double degrees) {
  const double sine = std::abs(std::sin(radians(degrees)));
  const double cosine = std::abs(std::cos(radians(degrees)));
  const double longer = std::max(size.width, size.height);
  const double shorter = std::min(size.width, size.height);
  double width, height;
  if (shorter <= 2 * sine * cosine * longer || std::abs(sine - cosine) < 1e-10) {
    // Two corners touch the longer sides, the other two lie within.
    const double half = shorter / 2;
    width = size.width >= size.height ? half / sine : half / cosine;
    height = size.width >= size.height ? half / cosine : half / sine;
  } else {
    const double det = cosine * cosine - sine * sine;
    width = (size.width * cosine - size.height * sine) / det;
    height = (size.height * cosine - size.width * sine) / det;
  }
  // A pixel on each side belongs to the black corners' interpolation.
  return {std::max(1, static_cast<int>(width) - 2), std::max(1, static_cast<int>(height) - 2)};
}

cv::Size bounding_size(cv::Size size, double degrees) {
  const double sine = std::abs(std::sin(radians(degrees)));
  const double cosine = std::abs(std::cos(radians(degrees)));
  return {static_cast<int>(std::ceil(size.width * cosine + size.height * sine - 1e-6)),
          static_cast<int>(std::ceil(size.width * sine + size.height * cosine - 1e-6))};
}

cv::Size canvas_size(cv::Size size, double degrees, Canvas canvas) {
  if (canvas == Canvas::expanded) return bounding_size(size, degrees);
  return canvas == Canvas::inner ? inner_size(size, degrees) : size;
}

cv::Mat rotated_onto(const cv::Mat& picture, double degrees, cv::Size size) {
  const cv::Point2f centre(static_cast<float>(picture.cols - 1) / 2,
                           static_cast<float>(picture.rows - 1) / 2);
  cv::Mat turn = cv::getRotationMatrix2D(centre, degrees, 1);
  turn.at<double>(0, 2) += (size.width - picture.cols) / 2.0;
  turn.at<double>(1, 2) += (size.height - picture.rows) / 2.0;
  cv::Mat out;
  cv::warpAffine(picture, out, turn, size, cv::INTER_CUBIC);
  return out;
}

cv::Mat rotated(const cv::Mat& picture, double degrees, Canvas canvas) {
  if (canvas != Canvas::inner_rescaled)
    return rotated_onto(picture, degrees, canvas_size(picture.size(), degrees, canvas));
  const auto inner = inner_size(picture.size(), degrees);
  return resized(rotated_onto(picture, degrees, inner), picture.size());
}

const char* canvas_name(Canvas canvas) {
  switch (canvas) {
    case Canvas::same:
      return "same canvas";
    case Canvas::expanded:
      return "expanded";
    case Canvas::inner:
      return "inner";
    case Canvas::inner_rescaled:
      return "inner, rescaled";
  }
  return "";
}

}  // namespace

Step scale(double factor) {
  return resize_step(fmt::format("scale {}", factor),
                     [factor](cv::Size size) { return stretched(size, factor, factor); });
}

Step stretch(double width_factor, double height_factor) {
  return resize_step(fmt::format("stretch {:.4g} x {:.4g}", width_factor, height_factor),
                     [=](cv::Size size) { return stretched(size, width_factor, height_factor); });
}

Step longest_side(int pixels) {
  return resize_step(fmt::format("longest side {}", pixels), [pixels](cv::Size size) {
    const double factor = std::min(1.0, pixels * 1.0 / std::max(size.width, size.height));
    return stretched(size, factor, factor);
  });
}

Step down_and_up(int longest) {
  return filter_step(
      fmt::format("down to {} px and up", longest), [longest](const cv::Mat& picture) {
        const int side = std::max(picture.cols, picture.rows);
        const double factor = side > longest ? longest * 1.0 / side : 0.5;
        return resized(resized(picture, stretched(picture.size(), factor, factor)), picture.size());
      });
}

Step crop(double area, CropPlace place) {
  const char* where = place == CropPlace::random ? "random" : "centre";
  return {fmt::format("crop {:.4g} % {}", area * 100, where),
          [=](const cv::Mat& picture, cv::RNG& random) {
            const auto part = window_size(picture.size(), area);
            return picture(window(picture.size(), part, place, random)).clone();
          },
          [area](cv::Size size) { return window_size(size, area); }};
}

Step cut_edges(int left, int top) {
  return {fmt::format("cut {},{} px", left, top),
          [=](const cv::Mat& picture, cv::RNG&) {
            return picture(cv::Rect(left, top, picture.cols - left, picture.rows - top)).clone();
          },
          [=](cv::Size size) { return cv::Size(size.width - left, size.height - top); }};
}

Step resized_crop(double area) {
  Step step = nothing();
  step.name = fmt::format("crop {:.4g} % resized back", area * 100);
  step.run = [area](const cv::Mat& picture, cv::RNG& random) {
    const auto part = window_size(picture.size(), area);
    return resized(picture(window(picture.size(), part, CropPlace::random, random)),
                   picture.size());
  };
  return step;
}

Step rotate(double degrees, Canvas canvas) {
  return {fmt::format("rotate {} {}", degrees, canvas_name(canvas)),
          [=](const cv::Mat& picture, cv::RNG&) { return rotated(picture, degrees, canvas); },
          [=](cv::Size size) { return canvas_size(size, degrees, canvas); }};
}

Step rotate_random(Canvas canvas) {
  Step step = nothing();
  step.name = fmt::format("rotate any angle {}", canvas_name(canvas));
  step.run = [canvas](const cv::Mat& picture, cv::RNG& random) {
    return rotated(picture, random.uniform(-180.0, 180.0), canvas);
  };
  if (canvas != Canvas::same) step.size = [](cv::Size) { return cv::Size(); };  // not known before
  return step;
}

Step quarter_turns(int turns) {
  constexpr int kCodes[]{cv::ROTATE_90_CLOCKWISE, cv::ROTATE_180, cv::ROTATE_90_COUNTERCLOCKWISE};
  return {
      fmt::format("rotate {} lossless", turns * 90),
      [code = kCodes[turns - 1]](const cv::Mat& picture, cv::RNG&) {
        cv::Mat out;
        cv::rotate(picture, out, code);
        return out;
      },
      [turns](cv::Size size) { return turns % 2 == 0 ? size : cv::Size(size.height, size.width); }};
}

Step flip(Axis axis) {
  const bool horizontal = axis == Axis::horizontal;
  return filter_step(horizontal ? "h-flip" : "v-flip", [horizontal](const cv::Mat& picture) {
    cv::Mat out;
    cv::flip(picture, out, horizontal ? 1 : 0);
    return out;
  });
}

}  // namespace signmark::bench
