// SPDX-License-Identifier: Apache-2.0
#include "image/mark/mask.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "base/vector.hpp"

namespace signmark::image {
namespace {

constexpr double kMaskPixels = 0.3e6;  // activity varies slowly: finer buys nothing
constexpr float kTop = 14, kBase = 3;  // grey levels of activity

SIGNMARK_VECTOR void add_row(const float* in, float* sum, int width) {
  for (int x = 0; x < width; ++x) sum[x] += in[x];
}

/// Sums of `step` neighbours, scaled.
void gather_row(const float* sum, int step, float scale, float* out, int width) {
  for (int x = 0; x < width; ++x, sum += step) {
    float total = 0;
    for (int i = 0; i < step; ++i) total += sum[i];
    out[x] = total * scale;
  }
}

/// Means of step x step pixels; what is left over at the right and below is left out.
cv::Mat block_means(const cv::Mat& plane, int step) {
  cv::Mat out(plane.rows / step, plane.cols / step, CV_32F);
  std::vector<float> sum;
  for (int y = 0; y < out.rows; ++y) {
    sum.assign(static_cast<std::size_t>(plane.cols), 0.0F);
    for (int i = 0; i < step; ++i) add_row(plane.ptr<float>(y * step + i), sum.data(), plane.cols);
    gather_row(sum.data(), step, 1.0F / static_cast<float>(step * step), out.ptr<float>(y),
               out.cols);
  }
  return out;
}

SIGNMARK_VECTOR void square_difference(const float* a, float* b, int width) {
  for (int x = 0; x < width; ++x) b[x] = (a[x] - b[x]) * (a[x] - b[x]);
}

/// Root mean square of what is left of luma when its smooth part is taken away. A box filter can go
/// slightly below zero.
cv::Mat activity(const cv::Mat& luma) {
  cv::Mat detail, root;
  cv::GaussianBlur(luma, detail, {}, 1.3);
  for (int y = 0; y < luma.rows; ++y)
    square_difference(luma.ptr<float>(y), detail.ptr<float>(y), luma.cols);
  cv::boxFilter(detail, root, -1, {9, 9});
  cv::max(root, 0, root);
  cv::sqrt(root, root);
  return root;
}

/// `box` becomes the amplitude. The root makes a gentle mask: flat areas carry most of what
/// outlives compression. Black can only get brighter, which shifts its mean: seen, and punished by
/// SSIM, where everything is dark: it carries little.
SIGNMARK_VECTOR void amplitude_row(const float* activity, const float* luma, float* box,
                                   int width) {
  constexpr float kDark = 12, kLeast = 0.15F;  // grey levels; share of the amplitude
  for (int x = 0; x < width; ++x) {
    const float lifted = box[x] + 0.25F * std::min(activity[x], 3 * box[x] + 2);
    const float spared = std::min(std::max(luma[x] / kDark, kLeast), 1.0F);
    box[x] = std::sqrt(std::min(lifted, kTop) + kBase) * spared;
  }
}

/// The closed form of the loss (image-mark.md 5.4), with twice the variance of the detail for that
/// of the full resolution.
double ssim_cost(const cv::Mat& active, const cv::Mat& amplitude) {
  constexpr double kPower = 65025 * 3.16e-5;  // of a change of 45 dB
  constexpr float kC2 = 58.5F;                // (0.03 * 255)^2
  const double power = cv::norm(amplitude, cv::NORM_L2SQR) / static_cast<double>(active.total());
  if (power <= 0) return 0;
  const auto gain = static_cast<float>(kPower / power);
  double cost = 0;
  for (int y = 0; y < active.rows; ++y) {
    const float *detail = active.ptr<float>(y), *a = amplitude.ptr<float>(y);
    float row = 0;
    for (int x = 0; x < active.cols; ++x) {
      const float w = gain * a[x] * a[x];
      row += w / (4 * detail[x] * detail[x] + kC2 + w);
    }
    cost += row;
  }
  return cost / static_cast<double>(active.total());
}

}  // namespace

ReducedMask mask_of_reduced(const cv::Mat& luma) {
  ReducedMask mask{activity(luma), {}};
  cv::Mat least;
  cv::erode(mask.activity, least, cv::Mat::ones(5, 5, CV_8U));
  cv::boxFilter(least, mask.amplitude, -1, {5, 5});
  for (int y = 0; y < luma.rows; ++y)
    amplitude_row(mask.activity.ptr<float>(y), luma.ptr<float>(y), mask.amplitude.ptr<float>(y),
                  luma.cols);
  return mask;
}

Mask perceptual_mask(const LumaPicture& picture) {
  const auto step = std::max(
      1, static_cast<int>(std::lround(std::sqrt(picture.luma.size().area() / kMaskPixels))));
  Mask mask;
  mask.size = picture.luma.size();
  const ReducedMask reduced = mask_of_reduced(block_means(picture.luma, step));
  mask.amplitude = reduced.amplitude;
  mask.ssim_cost = ssim_cost(reduced.activity, reduced.amplitude);
  if (!picture.opacity.empty()) {
    cv::Mat opaque;
    picture.opacity.convertTo(opaque, CV_32F, 1.0 / 255);
    mask.amplitude = mask.amplitude.mul(block_means(opaque, step));
  }
  return mask;
}

MaskRows::MaskRows(const Mask& mask) : mask_(mask) {
  const double ratio = static_cast<double>(mask.amplitude.cols) / mask.size.width;
  for (int x = 0; x < mask.size.width; ++x) {
    const double at = std::clamp((x + 0.5) * ratio - 0.5, 0.0, mask.amplitude.cols - 1.0);
    left_.push_back(std::min(static_cast<int>(at), std::max(mask.amplitude.cols - 2, 0)));
    weight_.push_back(static_cast<float>(at - left_.back()));
  }
  row_.create(1, mask.size.width, CV_32F);
}

const std::vector<float>& MaskRows::wide(int mask_row) {
  const auto slot = static_cast<std::size_t>(mask_row % 2);
  std::vector<float>& out = wide_[slot];
  if (std::exchange(held_[slot], mask_row) == mask_row) return out;
  out.resize(left_.size());
  const float* in = mask_.amplitude.ptr<float>(mask_row);
  const int last = mask_.amplitude.cols - 1;
  for (std::size_t x = 0; x < out.size(); ++x) {
    const float a = in[left_[x]], b = in[std::min(left_[x] + 1, last)];
    out[x] = a + weight_[x] * (b - a);
  }
  return out;
}

namespace {

SIGNMARK_VECTOR void blend_rows(const float* a, const float* b, float weight, float* out,
                                int width) {
  for (int x = 0; x < width; ++x) out[x] = a[x] + weight * (b[x] - a[x]);
}

}  // namespace

cv::Mat MaskRows::row(int y) {
  const int rows = mask_.amplitude.rows;
  const double ratio = static_cast<double>(rows) / mask_.size.height;
  const double at = std::clamp((y + 0.5) * ratio - 0.5, 0.0, rows - 1.0);
  const int above = static_cast<int>(at), below = std::min(above + 1, rows - 1);
  const float* upper = wide(above).data();
  blend_rows(upper, wide(below).data(), static_cast<float>(at - above), row_.ptr<float>(),
             row_.cols);
  return row_;
}

namespace {

/// Grey levels are counted from the middle, so that variances of bright areas are not small
/// differences of large numbers.
constexpr float kMiddle = 128;

/// What the five Gaussians of SSIM run over.
SIGNMARK_VECTOR void moments_row(const float* a, const float* b, float* one, float* two,
                                 float* squares, float* product, int width) {
  for (int x = 0; x < width; ++x) {
    const float p = a[x] - kMiddle, q = b[x] - kMiddle;
    one[x] = p;
    two[x] = q;
    squares[x] = p * p + q * q;
    product[x] = p * q;
  }
}

SIGNMARK_VECTOR float ssim_row(const float* one, const float* two, const float* squares,
                               const float* product, int width) {
  constexpr float kC1 = 6.5F, kC2 = 58.5F;  // (0.01 * 255)^2, (0.03 * 255)^2
  float lanes[8] = {};
  for (int x = 0; x + 8 <= width; x += 8)
    for (int i = 0; i < 8; ++i) {
      const float p = one[x + i], q = two[x + i];
      const float means = (p + kMiddle) * (q + kMiddle);
      const float mean_squares = (p + kMiddle) * (p + kMiddle) + (q + kMiddle) * (q + kMiddle);
      const float covariance = product[x + i] - p * q;
      const float variances = squares[x + i] - p * p - q * q;
      lanes[i] +=
          (2 * means + kC1) * (2 * covariance + kC2) / ((mean_squares + kC1) * (variances + kC2));
    }
  float sum = 0;
  for (const float lane : lanes) sum += lane;
  return sum;
}

}  // namespace

double mean_ssim(const cv::Mat& a, const cv::Mat& b) {
  std::array<cv::Mat, 4> planes;
  for (cv::Mat& plane : planes) plane.create(a.size(), CV_32F);
  auto& [one, two, squares, product] = planes;
  for (int y = 0; y < a.rows; ++y)
    moments_row(a.ptr<float>(y), b.ptr<float>(y), one.ptr<float>(y), two.ptr<float>(y),
                squares.ptr<float>(y), product.ptr<float>(y), a.cols);
  for (cv::Mat& plane : planes) cv::GaussianBlur(plane, plane, {11, 11}, 1.5);
  double sum = 0;
  for (int y = 0; y < a.rows; ++y)
    sum += ssim_row(one.ptr<float>(y), two.ptr<float>(y), squares.ptr<float>(y),
                    product.ptr<float>(y), a.cols);
  const int whole = a.cols / 8 * 8;  // columns that ssim_row sees
  return sum / (static_cast<double>(a.rows) * whole);
}

}  // namespace signmark::image
