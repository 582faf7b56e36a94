// SPDX-License-Identifier: Apache-2.0
// From luma to a picture in which the mark is as loud as it can be: canonical size, sub-band local
// normalisation (image-mark.md section 8.1).
#pragma once

#include "image/luma.hpp"

namespace signmark::image {

/// The residual at canonical size, and how it lies in the picture.
struct Residual {
  cv::Mat values;                   ///< CV_32FC1
  double scale_x = 1, scale_y = 1;  ///< canonical pixels per picture pixel
};

Residual front_end(const LumaPicture& picture);

/// Sub-band normalisation alone, for a picture of canonical size.
cv::Mat normalise_bands(const cv::Mat& luma);

}  // namespace signmark::image
