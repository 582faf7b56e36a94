// SPDX-License-Identifier: Apache-2.0
// PSNR, SSIM (Wang et al. 2004), PSNR in flat regions.
#include "quality.hpp"

#include <cmath>
#include <opencv2/imgproc.hpp>

#include "pictures.hpp"

namespace signmark::bench {
namespace {

double psnr_of(double mean_square) {
  constexpr double kSame = 99;  // stands for infinity where the pictures are equal
  return mean_square > 0 ? 10 * std::log10(255.0 * 255.0 / mean_square) : kSame;
}

/// Mean square difference over three channels where the mask is set (everywhere without one).
double mean_square(const cv::Mat& a, const cv::Mat& b, const cv::Mat& mask = {}) {
  cv::Mat difference;
  cv::subtract(a, b, difference, {}, CV_32F);
  const cv::Scalar mean = cv::mean(difference.mul(difference), mask);
  return (mean[0] + mean[1] + mean[2]) / 3;
}

cv::Mat smoothed(const cv::Mat& values) {
  cv::Mat out;
  cv::GaussianBlur(values, out, {11, 11}, 1.5);
  return out;
}

double ssim_of(const cv::Mat& a, const cv::Mat& b) {
  constexpr double kC1 = 0.01 * 255 * 0.01 * 255, kC2 = 0.03 * 255 * 0.03 * 255;
  const cv::Mat mean_a = smoothed(a), mean_b = smoothed(b);
  const cv::Mat product = mean_a.mul(mean_b);
  const cv::Mat squares = mean_a.mul(mean_a) + mean_b.mul(mean_b);
  const cv::Mat covariance = smoothed(a.mul(b)) - product;
  const cv::Mat variances = smoothed(a.mul(a)) + smoothed(b.mul(b)) - squares;
  const cv::Mat above = (2 * product + kC1).mul(2 * covariance + kC2);
  const cv::Mat below = (squares + kC1).mul(variances + kC2);
  return cv::mean(above / below)[0];
}

cv::Mat flat_mask(const cv::Mat& luma) {
  constexpr double kFlat = 2;
  cv::Mat mean, mean_of_squares;
  cv::boxFilter(luma, mean, CV_64F, {7, 7});
  cv::boxFilter(luma.mul(luma), mean_of_squares, CV_64F, {7, 7});
  return mean_of_squares - mean.mul(mean) < kFlat * kFlat;
}

}  // namespace

Quality compare(const cv::Mat& original, const cv::Mat& changed) {
  constexpr double kEnoughFlat = 0.005;
  const cv::Mat luma = luma_of(original);
  Quality quality;
  quality.psnr_db = psnr_of(mean_square(original, changed));
  quality.ssim = ssim_of(luma, luma_of(changed));
  const cv::Mat mask = flat_mask(luma);
  if (cv::countNonZero(mask) >= kEnoughFlat * static_cast<double>(mask.total()))
    quality.flat_psnr_db = psnr_of(mean_square(original, changed, mask));
  return quality;
}

cv::Mat difference_picture(const cv::Mat& original, const cv::Mat& changed) {
  cv::Mat difference, out;
  cv::subtract(changed, original, difference, {}, CV_32F);
  difference.convertTo(out, CV_8U, 10, 128);
  return out;
}

}  // namespace signmark::bench
