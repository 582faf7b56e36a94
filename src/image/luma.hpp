// SPDX-License-Identifier: Apache-2.0
// The door between file formats and the robust mark: every codec can give its luma and can take a
// change of luma.
#pragma once

#include <functional>
#include <opencv2/core.hpp>

#include "base/result.hpp"

namespace signmark::image {

/// What the mark sees of a picture: luma as stored (before EXIF orientation) on a scale of 0..255.
struct LumaPicture {
  cv::Mat luma;     ///< CV_32FC1, 0..255, BT.601, full range; 16-bit samples keep their fractions
  cv::Mat opacity;  ///< CV_8UC1, 255 opaque; empty: all opaque. Clear areas carry nothing.
};

/// Asked by a codec once a picture: the change of luma, CV_32FC1 of the same size, in levels of
/// 255.
using LumaChanger = std::function<Result<cv::Mat>(const LumaPicture&)>;

}  // namespace signmark::image
