// SPDX-License-Identifier: Apache-2.0
// From a decoder's luma plane to small pictures on a scale of 0..255.
#pragma once

#include <opencv2/core.hpp>

#include "video/mark/frame_mark.hpp"

namespace signmark::video {

/// Means of step x step samples, CV_32FC1; black is 0 and white 255 whatever depth and range. What
/// is left over at the right and below is left out.
cv::Mat block_means(const Luma& frame, int step);

/// A frame at the size at which it is read.
struct Canonical {
  cv::Mat luma;                     ///< CV_32FC1
  double scale_x = 1, scale_y = 1;  ///< its pixels per pixel of the frame
};
Canonical canonical(const Luma& frame);

}  // namespace signmark::video
