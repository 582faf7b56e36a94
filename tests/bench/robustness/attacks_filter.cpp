// SPDX-License-Identifier: Apache-2.0
// Filters and noise.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <opencv2/photo.hpp>

#include "steps.hpp"

namespace signmark::bench {
namespace {

cv::Mat gaussian(const cv::Mat& picture, int side, double sigma) {
  cv::Mat out;
  cv::GaussianBlur(picture, out, {side, side}, sigma, sigma, cv::BORDER_REFLECT_101);
  return out;
}

cv::Mat convolved(const cv::Mat& picture, const cv::Matx33f& kernel) {
  cv::Mat out;
  cv::filter2D(picture, out, CV_8U, kernel, {-1, -1}, 0, cv::BORDER_REPLICATE);
  return out;
}

/// Mean of the two middle values of a window with an even number of pixels.
template <int side>
cv::Mat even_median(const cv::Mat& picture) {
  constexpr int kCount = side * side;
  cv::Mat padded, out(picture.size(), CV_8UC3);
  cv::copyMakeBorder(picture, padded, side / 2, side / 2, side / 2, side / 2, cv::BORDER_REPLICATE);
  std::array<uchar, kCount> values{};
  for (int y = 0; y < out.rows; ++y)
    for (int x = 0; x < out.cols; ++x)
      for (int c = 0; c < 3; ++c) {
        for (int i = 0; i < kCount; ++i)
          values[static_cast<std::size_t>(i)] = padded.at<cv::Vec3b>(y + i / side, x + i % side)[c];
        const auto middle = values.begin() + kCount / 2;
        std::nth_element(values.begin(), middle, values.end());
        const int lower = *std::max_element(values.begin(), middle);
        out.at<cv::Vec3b>(y, x)[c] = static_cast<uchar>((lower + *middle + 1) / 2);
      }
  return out;
}

cv::Mat median_of(const cv::Mat& picture, int side) {
  if (side == 2) return even_median<2>(picture);
  if (side == 4) return even_median<4>(picture);
  cv::Mat out;
  cv::medianBlur(picture, out, side);
  return out;
}

constexpr int kBlock = 8, kModes = kBlock * kBlock;

/// Applies the 8x8 DCT, or its inverse, to every block in place.
void transform_blocks(cv::Mat& plane, int flags) {
  for (int y = 0; y < plane.rows; y += kBlock)
    for (int x = 0; x < plane.cols; x += kBlock) {
      cv::Mat block = plane(cv::Rect(x, y, kBlock, kBlock));
      cv::dct(block.clone(), block, flags);
    }
}

/// One coefficient of every block as a small picture.
cv::Mat mode_picture(const cv::Mat& plane, int mode) {
  cv::Mat out(plane.rows / kBlock, plane.cols / kBlock, CV_32F);
  for (int y = 0; y < out.rows; ++y)
    for (int x = 0; x < out.cols; ++x)
      out.at<float>(y, x) = plane.at<float>(y * kBlock + mode / kBlock, x * kBlock + mode % kBlock);
  return out;
}

void set_mode_picture(cv::Mat& plane, int mode, const cv::Mat& values) {
  for (int y = 0; y < values.rows; ++y)
    for (int x = 0; x < values.cols; ++x)
      plane.at<float>(y * kBlock + mode / kBlock, x * kBlock + mode % kBlock) =
          values.at<float>(y, x);
}

/// Takes a small Laplacian away and leaves the large ones, which are the edges.
cv::Mat without_small_laplacian(const cv::Mat& values) {
  constexpr float kThreshold = 12;  // of coefficients; the authors name none
  const cv::Matx33f cross(0, 0.25F, 0, 0.25F, 0, 0.25F, 0, 0.25F, 0);
  cv::Mat mean;
  cv::filter2D(values, mean, CV_32F, cross, {-1, -1}, 0, cv::BORDER_REPLICATE);
  cv::Mat out = values.clone();
  mean.copyTo(out, cv::abs(values - mean) < kThreshold);
  return out;
}

/// Frequency mode Laplacian removal (Barnett & Pearson 1998) as far as it is published: block DCT,
/// the Laplacian operator on each plane of equal frequency, inverse. On luma.
cv::Mat fmlr(const cv::Mat& picture) {
  cv::Mat work, padded;
  cv::cvtColor(picture, work, cv::COLOR_BGR2YCrCb);
  std::vector<cv::Mat> planes;
  cv::split(work, planes);
  planes[0].convertTo(padded, CV_32F);
  const int right = (kBlock - work.cols % kBlock) % kBlock;
  const int below = (kBlock - work.rows % kBlock) % kBlock;
  cv::copyMakeBorder(padded, padded, 0, below, 0, right, cv::BORDER_REPLICATE);
  transform_blocks(padded, 0);
  for (int mode = 1; mode < kModes; ++mode)
    set_mode_picture(padded, mode, without_small_laplacian(mode_picture(padded, mode)));
  transform_blocks(padded, cv::DCT_INVERSE);
  padded(cv::Rect({}, work.size())).convertTo(planes[0], CV_8U);
  cv::merge(planes, work);
  cv::cvtColor(work, work, cv::COLOR_YCrCb2BGR);
  return work;
}

cv::Mat with_noise(const cv::Mat& picture, double sigma, cv::RNG& random) {
  cv::Mat added(picture.size(), CV_32FC3), out;
  random.fill(added, cv::RNG::NORMAL, 0, sigma);
  cv::add(picture, added, out, {}, CV_8U);
  return out;
}

cv::Mat with_salt_and_pepper(const cv::Mat& picture, double share, cv::RNG& random) {
  cv::Mat dice(picture.size(), CV_32F), out = picture.clone();
  random.fill(dice, cv::RNG::UNIFORM, 0, 1);
  out.setTo(cv::Scalar::all(0), dice < share / 2);
  out.setTo(cv::Scalar::all(255), dice >= 1 - share / 2);
  return out;
}

}  // namespace

Step blur(double sigma) {
  return filter_step(fmt::format("blur {}", sigma),
                     [sigma](const cv::Mat& picture) { return gaussian(picture, 0, sigma); });
}

Step gaussian_kernel(int side) {
  return filter_step(fmt::format("Gaussian kernel {}", side), [side](const cv::Mat& picture) {
    return gaussian(picture, side, 0.3 * ((side - 1) / 2.0 - 1) + 0.8);
  });
}

Step gaussian3() {
  return filter_step("Gaussian 3x3", [](const cv::Mat& picture) {
    return convolved(picture, cv::Matx33f(1, 2, 1, 2, 4, 2, 1, 2, 1) * (1.0F / 16));
  });
}

Step median(int side) {
  return filter_step(fmt::format("median {}", side),
                     [side](const cv::Mat& picture) { return median_of(picture, side); });
}

Step sharpen3() {
  return filter_step("sharpen 3x3", [](const cv::Mat& picture) {
    return convolved(picture, {0, -1, 0, -1, 5, -1, 0, -1, 0});
  });
}

Step unsharp(double sigma, double amount) {
  return filter_step(fmt::format("unsharp {} x {}", sigma, amount), [=](const cv::Mat& picture) {
    cv::Mat out;
    cv::addWeighted(picture, 1 + amount, gaussian(picture, 0, sigma), -amount, 0, out);
    return out;
  });
}

Step denoise(double strength) {
  return filter_step(fmt::format("non-local means {}", strength),
                     [strength](const cv::Mat& picture) {
                       cv::Mat out;
                       const auto h = static_cast<float>(strength);
                       cv::fastNlMeansDenoisingColored(picture, out, h, h, 5, 15);
                       return out;
                     });
}

Step laplacian_removal() { return filter_step("FMLR", fmlr); }

Step noise(double sigma) {
  Step step = nothing();
  step.name = fmt::format("noise {:.4g}", sigma);
  step.run = [sigma](const cv::Mat& picture, cv::RNG& random) {
    return with_noise(picture, sigma, random);
  };
  return step;
}

Step salt_and_pepper(double share) {
  Step step = nothing();
  step.name = fmt::format("salt and pepper {:.4g} %", share * 100);
  step.run = [share](const cv::Mat& picture, cv::RNG& random) {
    return with_salt_and_pepper(picture, share, random);
  };
  return step;
}

}  // namespace signmark::bench
