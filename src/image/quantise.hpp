// SPDX-License-Identifier: Apache-2.0
// A palette for a picture of many colours, with error diffusion, so that small differences of luma
// survive in the mean.
#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "image/palette.hpp"

namespace signmark::image {

struct Quantised {
  std::vector<Rgba> palette;  ///< opaque colours, at most as many as asked for
  cv::Mat indices;            ///< CV_8UC1; 0 where no colour was wanted
};

/// Colours of `wanted` (CV_8UC4, taken as opaque) where `where` (CV_8UC1) is not 0. Exact when they
/// are at most `most` (1..256) colours.
Quantised quantise(const cv::Mat& wanted, const cv::Mat& where, std::size_t most);

}  // namespace signmark::image
