// SPDX-License-Identifier: Apache-2.0
// Bright and dark spots of a picture at their own size (Lindeberg 1998): places that stay on the
// same thing when a picture is cropped, scaled or turned a little.
#pragma once

#include <opencv2/core.hpp>
#include <vector>

namespace signmark::image {

struct Blob {
  double x = 0, y = 0, sigma = 0;  ///< pixels
  double strength = 0;
};

/// Strongest first. `luma`: CV_32FC1. `sigmas`: ascending by one factor; the first and last only
/// bound the search.
std::vector<Blob> find_blobs(const cv::Mat& luma, const std::vector<double>& sigmas);

}  // namespace signmark::image
