// SPDX-License-Identifier: Apache-2.0
#include "image/mark/mask.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace signmark::image {
namespace {

constexpr double kMaskPixels = 0.8e6;  // activity varies slowly: finer buys nothing
const float kExponent = 0.5;
const float kTop = 14, kBase = 3;
constexpr double kSsimC2 = 58.5;  // (0.03 * 255)^2

cv::Mat reduced(const cv::Mat& luma) {
  const double pixels = static_cast<double>(luma.total());
  if (pixels <= kMaskPixels) return luma;
  const double ratio = std::sqrt(kMaskPixels / pixels);
  cv::Mat small;
  cv::resize(luma, small, {}, ratio, ratio, cv::INTER_AREA);
  return small;
}

cv::Mat local_variance(const cv::Mat& luma) {
  cv::Mat mean, square;
  cv::GaussianBlur(luma, mean, {11, 11}, 1.5);
  cv::GaussianBlur(luma.mul(luma), square, {11, 11}, 1.5);
  cv::Mat variance = square - mean.mul(mean);
  return cv::max(variance, 0);
}

/// Root mean square of what is left of luma when its smooth part is taken away.
cv::Mat activity(const cv::Mat& luma) {
  cv::Mat smooth, energy, root;
  cv::GaussianBlur(luma, smooth, {}, 1.3);
  const cv::Mat detail = luma - smooth;
  cv::boxFilter(detail.mul(detail), energy, -1, {9, 9});
  energy = cv::max(energy, 0);  // a box filter can go slightly below
  cv::sqrt(energy, root);
  return root;
}

cv::Mat amplitude_of(const cv::Mat& s) {
  cv::Mat e, box;
  cv::erode(s, e, cv::Mat::ones(5, 5, CV_8U));
  cv::boxFilter(e, box, -1, {5, 5});
  cv::Mat m(s.size(), CV_32F);
  for (int y = 0; y < s.rows; ++y) {
    const float *a = s.ptr<float>(y), *b = box.ptr<float>(y);
    float* out = m.ptr<float>(y);
    for (int x = 0; x < s.cols; ++x)
      out[x] = std::min(b[x] + 0.25F * std::min(a[x], 3 * b[x] + 2), kTop) + kBase;
  }
  cv::pow(m, kExponent, m);
  return m;
}

}  // namespace

Mask perceptual_mask(const LumaPicture& picture) {
  const cv::Mat small = reduced(picture.luma);
  Mask mask;
  mask.amplitude = amplitude_of(activity(small));
  mask.variance = local_variance(small);
  if (small.size() != picture.luma.size()) {
    cv::resize(mask.amplitude, mask.amplitude, picture.luma.size(), 0, 0, cv::INTER_LINEAR);
    cv::resize(mask.variance, mask.variance, picture.luma.size(), 0, 0, cv::INTER_LINEAR);
  }
  if (!picture.opacity.empty()) {
    cv::Mat opaque;
    picture.opacity.convertTo(opaque, CV_32F, 1.0 / 255);
    mask.amplitude = mask.amplitude.mul(opaque);
  }
  return mask;
}

namespace {

double ssim_at(const Mask& mask, double gain) {
  double loss = 0;
  const double g2 = gain * gain;
  for (int y = 0; y < mask.amplitude.rows; ++y) {
    const float *m = mask.amplitude.ptr<float>(y), *v = mask.variance.ptr<float>(y);
    float row = 0;
    for (int x = 0; x < mask.amplitude.cols; ++x) {
      const float w = static_cast<float>(g2) * m[x] * m[x];
      row += w / (2 * v[x] + static_cast<float>(kSsimC2) + w);
    }
    loss += row;
  }
  return 1 - loss / static_cast<double>(mask.amplitude.total());
}

double gain_for_ssim(const Mask& mask, double ssim, double upper) {
  if (ssim_at(mask, upper) >= ssim) return upper;
  double low = 0, high = upper;
  for (int i = 0; i < 14; ++i) {
    const double middle = (low + high) / 2;
    (ssim_at(mask, middle) >= ssim ? low : high) = middle;
  }
  return low;
}

}  // namespace

MaskGain solve_gain(const Mask& mask, double psnr_db, double ssim) {
  const double power =
      cv::norm(mask.amplitude, cv::NORM_L2SQR) / static_cast<double>(mask.amplitude.total());
  MaskGain result;
  if (power <= 0) return result;
  const double by_psnr = std::sqrt(255 * 255 * std::pow(10, -psnr_db / 10) / power);
  result.gain = gain_for_ssim(mask, ssim, by_psnr);
  result.psnr_db = 10 * std::log10(255 * 255 / (result.gain * result.gain * power));
  result.ssim = ssim_at(mask, result.gain);
  return result;
}

}  // namespace signmark::image
