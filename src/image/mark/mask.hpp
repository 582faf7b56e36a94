// SPDX-License-Identifier: Apache-2.0
// How much change each pixel bears (image-mark.md section 5.4).
#pragma once

#include "image/luma.hpp"

namespace signmark::image {

struct Mask {
  cv::Mat amplitude;  ///< CV_32FC1, relative, at most half a megapixel; 0 where clear
  cv::Mat variance;   ///< CV_32FC1, local variance of luma (11x11 Gaussian), as large
};

Mask perceptual_mask(const LumaPicture& picture);

/// SSIM of two pictures on a scale of 255: Gaussian window of 11x11, sigma 1.5 (Wang et al. 2004).
double mean_ssim(const cv::Mat& a, const cv::Mat& b);

/// Factor by which the amplitude of a unit-variance wave is multiplied.
struct MaskGain {
  double gain = 0;
  double psnr_db = 0, ssim = 0;  ///< that it will have
};

/// The largest gain within both caps.
MaskGain solve_gain(const Mask& mask, double psnr_db, double ssim);

}  // namespace signmark::image
