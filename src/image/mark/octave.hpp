// SPDX-License-Identifier: Apache-2.0
// One octave of a picture, split by direction in one pass over its rows.
#pragma once

#include <opencv2/core.hpp>

namespace signmark::image {

/// Matrices of one size, reused from octave to octave.
struct Octave {
  cv::Mat coarse;                  ///< fine, smoothed in both directions
  cv::Mat across, down, diagonal;  ///< detail across (edges that stand), down, and both
  cv::Mat smooth;                  ///< on the way
};

/// fine = coarse + across + down + diagonal, with Gaussians of `sigma` pixels. CV_32FC1; borders
/// are reflected.
void split(const cv::Mat& fine, double sigma, Octave& out);

/// Mean of the squares over 2x2 pixels; the last row and column of odd sides are averaged alone.
void half_energy(const cv::Mat& band, cv::Mat& out);

/// Means of 2x2 samples; an odd last row or column is left out. Planes of one row or column stay.
cv::Mat halved(const cv::Mat& plane);

}  // namespace signmark::image
