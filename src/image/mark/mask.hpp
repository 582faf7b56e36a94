// SPDX-License-Identifier: Apache-2.0
// How much change each pixel bears (image-mark.md section 5.4).
#pragma once

#include <array>
#include <vector>

#include "image/luma.hpp"

namespace signmark::image {

struct Mask {
  cv::Mat amplitude;  ///< CV_32FC1, relative, of about a third of a megapixel; 0 where clear
  cv::Size size;      ///< of the picture
  /// What a change of 45 dB would take from SSIM, roughly: 0.002 on texture, 0.03 on white paper.
  double ssim_cost = 0;
};

/// The same of a picture that was reduced already: CV_32FC1, 0..255.
struct ReducedMask {
  cv::Mat activity;   ///< rms of the detail, grey levels
  cv::Mat amplitude;  ///< as Mask's
};
ReducedMask mask_of_reduced(const cv::Mat& luma);

Mask perceptual_mask(const LumaPicture& picture);

/// Rows of a mask as wide as the picture, by linear interpolation. Not thread-safe.
class MaskRows {
 public:
  /// The mask must outlive it.
  explicit MaskRows(const Mask& mask);
  /// Row `y` of the picture, CV_32FC1; valid until the next call. Fast for rows in order.
  cv::Mat row(int y);

 private:
  const std::vector<float>& wide(int mask_row);
  const Mask& mask_;
  std::vector<int> left_;      // by column of the picture: the mask's column left of it
  std::vector<float> weight_;  // of the one right of that
  std::array<std::vector<float>, 2> wide_;
  std::array<int, 2> held_{-1, -1};  // which mask rows these are
  cv::Mat row_;
};

/// SSIM of two pictures on a scale of 255: Gaussian window of 11x11, sigma 1.5 (Wang et al. 2004).
double mean_ssim(const cv::Mat& a, const cv::Mat& b);

}  // namespace signmark::image
