// SPDX-License-Identifier: Apache-2.0
#include "image/mark/mask.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "image/mark/octave.hpp"
#include "image/mark/vector.hpp"

namespace signmark::image {
namespace {

constexpr double kMaskPixels = 0.5e6;  // activity varies slowly: finer buys nothing
constexpr float kTop = 14, kBase = 3;  // grey levels of activity
constexpr double kSsimC2 = 58.5;       // (0.03 * 255)^2

cv::Size reduced_size(cv::Size size) {
  const double ratio = std::min(1.0, std::sqrt(kMaskPixels / size.area()));
  return {std::max(1, static_cast<int>(std::lround(size.width * ratio))),
          std::max(1, static_cast<int>(std::lround(size.height * ratio)))};
}

cv::Mat reduced(const cv::Mat& full, cv::Size size) {
  cv::Mat small;
  cv::resize(full, small, size, 0, 0, cv::INTER_AREA);
  return small;
}

/// Of the full picture: squares are taken before it is reduced, so fine texture counts.
cv::Mat local_variance(const cv::Mat& luma, const cv::Mat& small) {
  cv::Mat mean, square;
  cv::GaussianBlur(small, mean, {11, 11}, 1.5);
  const bool far = 2 * small.cols <= luma.cols && 2 * small.rows <= luma.rows;
  const cv::Mat squares = far ? half_energy(luma) : luma.mul(luma);
  cv::GaussianBlur(reduced(squares, small.size()), square, {11, 11}, 1.5);
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
  cv::sqrt(m, m);  // a gentle mask: flat areas carry most of what outlives compression
  return m;
}

/// Black can only get brighter, which shifts its mean: seen, and punished by SSIM, where everything
/// is dark. Black areas carry little.
void spare_black(const cv::Mat& luma, cv::Mat& amplitude) {
  constexpr float kDark = 12, kLeast = 0.15F;  // grey levels; share of the amplitude
  for (int y = 0; y < luma.rows; ++y) {
    const float* l = luma.ptr<float>(y);
    float* a = amplitude.ptr<float>(y);
    for (int x = 0; x < luma.cols; ++x) a[x] *= std::min(std::max(l[x] / kDark, kLeast), 1.0F);
  }
}

}  // namespace

Mask perceptual_mask(const LumaPicture& picture) {
  const cv::Mat small = reduced(picture.luma, reduced_size(picture.luma.size()));
  Mask mask;
  mask.amplitude = amplitude_of(activity(small));
  spare_black(small, mask.amplitude);
  mask.variance = local_variance(picture.luma, small);
  if (!picture.opacity.empty()) {
    cv::Mat opaque;
    reduced(picture.opacity, small.size()).convertTo(opaque, CV_32F, 1.0 / 255);
    mask.amplitude = mask.amplitude.mul(opaque);
  }
  return mask;
}

namespace {

SIGNMARK_VECTOR float ssim_loss(const float* amplitude, const float* variance, float power,
                                int width) {
  float lanes[8] = {};
  int x = 0;
  for (; x + 8 <= width; x += 8)
    for (int i = 0; i < 8; ++i) {
      const float w = power * amplitude[x + i] * amplitude[x + i];
      lanes[i] += w / (2 * variance[x + i] + static_cast<float>(kSsimC2) + w);
    }
  for (; x < width; ++x) {
    const float w = power * amplitude[x] * amplitude[x];
    lanes[0] += w / (2 * variance[x] + static_cast<float>(kSsimC2) + w);
  }
  float sum = 0;
  for (const float lane : lanes) sum += lane;
  return sum;
}

double ssim_at(const Mask& mask, double gain) {
  double loss = 0;
  const double g2 = gain * gain;
  for (int y = 0; y < mask.amplitude.rows; ++y) {
    loss += ssim_loss(mask.amplitude.ptr<float>(y), mask.variance.ptr<float>(y),
                      static_cast<float>(g2), mask.amplitude.cols);
  }
  return 1 - loss / static_cast<double>(mask.amplitude.total());
}

/// The loss is nearly proportional to the power of the wave, so a few proportional steps find the
/// gain.
double gain_for_ssim(const Mask& mask, double ssim, double upper) {
  constexpr int kSteps = 6;
  double power = upper * upper;
  double loss = 1 - ssim_at(mask, upper);
  if (loss <= 1 - ssim) return upper;
  for (int i = 0; i < kSteps; ++i) {
    power *= (1 - ssim) / loss;
    loss = 1 - ssim_at(mask, std::sqrt(power));
  }
  return std::sqrt(power);
}

}  // namespace

double mean_ssim(const cv::Mat& a, const cv::Mat& b) {
  constexpr double kSsimC1 = 6.5;  // (0.01 * 255)^2
  const auto smooth = [](const cv::Mat& in) {
    cv::Mat out;
    cv::GaussianBlur(in, out, {11, 11}, 1.5);
    return out;
  };
  // Variances of bright areas are small differences of large numbers.
  cv::Mat one, two;
  a.convertTo(one, CV_64F);
  b.convertTo(two, CV_64F);
  const cv::Mat mean_a = smooth(one), mean_b = smooth(two);
  const cv::Mat both = mean_a.mul(mean_b), squares = mean_a.mul(mean_a) + mean_b.mul(mean_b);
  const cv::Mat covariance = smooth(one.mul(two)) - both;
  const cv::Mat variances = smooth(one.mul(one) + two.mul(two)) - squares;
  const cv::Mat above = (2 * both + kSsimC1).mul(2 * covariance + kSsimC2);
  const cv::Mat below = (squares + kSsimC1).mul(variances + kSsimC2);
  cv::Mat ratio;
  cv::divide(above, below, ratio);
  return cv::mean(ratio)[0];
}

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
