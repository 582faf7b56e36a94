// SPDX-License-Identifier: Apache-2.0
// Affine maps, perspective, bending, and removal of rows and columns.
#include <fmt/format.h>

#include <cmath>
#include <opencv2/imgproc.hpp>

#include "steps.hpp"

namespace signmark::bench {
namespace {

/// About the centre, on the same canvas.
cv::Mat mapped(const cv::Mat& picture, const cv::Matx22d& m) {
  const cv::Vec2d centre((picture.cols - 1) / 2.0, (picture.rows - 1) / 2.0);
  const cv::Vec2d shift = centre - m * centre;
  const cv::Matx23d map(m(0, 0), m(0, 1), shift[0], m(1, 0), m(1, 1), shift[1]);
  cv::Mat out;
  cv::warpAffine(picture, out, map, picture.size(), cv::INTER_CUBIC);
  return out;
}

cv::Mat tilted(const cv::Mat& picture, double share, cv::RNG& random) {
  const auto w = static_cast<float>(picture.cols - 1), h = static_cast<float>(picture.rows - 1);
  const cv::Point2f from[]{{0, 0}, {w, 0}, {w, h}, {0, h}};
  const float inwards[][2]{{1, 1}, {-1, 1}, {-1, -1}, {1, -1}};
  cv::Point2f to[4];
  for (int i = 0; i < 4; ++i) {
    const auto dx = static_cast<float>(random.uniform(0.0, share)) * w;
    const auto dy = static_cast<float>(random.uniform(0.0, share)) * h;
    to[i] = from[i] + cv::Point2f(inwards[i][0] * dx, inwards[i][1] * dy);
  }
  cv::Mat out;
  cv::warpPerspective(picture, out, cv::getPerspectiveTransform(from, to), picture.size(),
                      cv::INTER_CUBIC);
  return out;
}

/// Random displacements on a coarse grid, smoothly interpolated to the picture's size.
cv::Mat smooth_field(cv::Size size, double amplitude, cv::RNG& random) {
  cv::Mat coarse(5, 5, CV_32F), field;
  random.fill(coarse, cv::RNG::UNIFORM, -amplitude, amplitude);
  cv::resize(coarse, field, size, 0, 0, cv::INTER_CUBIC);
  return field;
}

cv::Mat identity_map(cv::Size size, bool horizontal) {
  cv::Mat line(1, horizontal ? size.width : size.height, CV_32F), map;
  for (int i = 0; i < line.cols; ++i) line.at<float>(i) = static_cast<float>(i);
  if (horizontal)
    cv::repeat(line, size.height, 1, map);
  else
    cv::repeat(line.t(), 1, size.width, map);
  return map;
}

cv::Mat displaced(const cv::Mat& picture, const cv::Mat& dx, const cv::Mat& dy) {
  cv::Mat out;
  cv::remap(picture, out, identity_map(picture.size(), true) + dx,
            identity_map(picture.size(), false) + dy, cv::INTER_CUBIC, cv::BORDER_REFLECT_101);
  return out;
}

/// Four random corner moves, between them bilinear. A positive move of the source point is inwards.
cv::Mat corner_field(cv::Size size, double side, cv::RNG& random) {
  constexpr double kInwards = 0.02, kOutwards = 0.007;
  cv::Matx22f corners;
  for (float& corner : corners.val)
    corner = static_cast<float>(random.uniform(-kOutwards, kInwards) * side);
  cv::Mat field(size, CV_32F);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x) {
      const float u = static_cast<float>(x) / static_cast<float>(size.width);
      const float v = static_cast<float>(y) / static_cast<float>(size.height);
      field.at<float>(y, x) = (1 - v) * ((1 - u) * corners(0, 0) - u * corners(0, 1)) +
                              v * ((1 - u) * corners(1, 0) - u * corners(1, 1));
    }
  return field;
}

/// Petitcolas' geometric distortion: corners, a half-wave bend of two pixels, and small errors of
/// the sample values as of a scanner. What exactly -d means is not documented; it is taken for the
/// largest error of a sample, in levels.
cv::Mat stirmark_bent(const cv::Mat& picture, cv::RNG& random) {
  constexpr double kBend = 2.0, kDeviation = 1.5;
  const cv::Size size = picture.size();
  cv::Mat dx = corner_field(size, size.width, random);
  cv::Mat dy = corner_field({size.height, size.width}, size.height, random).t();
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x) {
      dx.at<float>(y, x) += static_cast<float>(kBend * std::sin(CV_PI * y / size.height));
      dy.at<float>(y, x) += static_cast<float>(kBend * std::sin(CV_PI * x / size.width));
    }
  cv::Mat errors(size, CV_32FC3), out;
  random.fill(errors, cv::RNG::UNIFORM, -kDeviation, kDeviation);
  cv::add(displaced(picture, dx, dy), errors, out, {}, CV_8U);
  return out;
}

/// Leaves out `count` rows at equal distances.
cv::Mat without_rows(const cv::Mat& picture, int count) {
  cv::Mat out;
  int from = 0;
  for (int i = 0; i <= count; ++i) {
    const int end = i == count ? picture.rows : (i + 1) * picture.rows / (count + 1);
    if (end > from) out.push_back(picture.rowRange(from, end));
    from = end + 1;
  }
  return out;
}

}  // namespace

Step affine(double a, double b, double c, double d) {
  return filter_step(fmt::format("affine {} {} {} {}", a, b, c, d), [=](const cv::Mat& picture) {
    return mapped(picture, {a, b, c, d});
  });
}

Step shear(double x_percent, double y_percent) {
  return filter_step(fmt::format("shear {},{} %", x_percent, y_percent),
                     [=](const cv::Mat& picture) {
                       return mapped(picture, {1, x_percent / 100, y_percent / 100, 1});
                     });
}

Step perspective(double share) {
  Step step = nothing();
  step.name = fmt::format("perspective {:.4g} %", share * 100);
  step.run = [share](const cv::Mat& picture, cv::RNG& random) {
    return tilted(picture, share, random);
  };
  return step;
}

Step bending(double pixels) {
  Step step = nothing();
  step.name = fmt::format("bending {} px", pixels);
  step.run = [pixels](const cv::Mat& picture, cv::RNG& random) {
    const cv::Mat dx = smooth_field(picture.size(), pixels, random);
    const cv::Mat dy = smooth_field(picture.size(), pixels, random);
    return displaced(picture, dx, dy);
  };
  return step;
}

Step stirmark_bending() {
  Step step = nothing();
  step.name = "StirMark random bending";
  step.run = stirmark_bent;
  return step;
}

Step remove_lines(int rows, int columns) {
  return {fmt::format("remove {} rows, {} columns", rows, columns),
          [=](const cv::Mat& picture, cv::RNG&) {
            cv::Mat turned = without_rows(picture, rows).t();
            return cv::Mat(without_rows(turned, columns).t());
          },
          [=](cv::Size size) { return cv::Size(size.width - columns, size.height - rows); }};
}

}  // namespace signmark::bench
