// SPDX-License-Identifier: Apache-2.0
// Visibility of a change, in numbers and as a picture.
#pragma once

#include <opencv2/core.hpp>
#include <optional>

namespace signmark::bench {

struct Quality {
  double psnr_db = 0;                  ///< over R, G and B of the 8-bit pictures
  double ssim = 0;                     ///< of luma, 11x11 Gaussian window, sigma 1.5
  std::optional<double> flat_psnr_db;  ///< where luma's 7x7 deviation is below 2 levels
};

/// Both 8-bit BGR of one size. Pictures with under 0.5 % flat pixels have no flat figure.
Quality compare(const cv::Mat& original, const cv::Mat& changed);

/// 128 + 10 x difference, clipped.
cv::Mat difference_picture(const cv::Mat& original, const cv::Mat& changed);

}  // namespace signmark::bench
