// SPDX-License-Identifier: Apache-2.0
// One pass over a luma plane: sample in, sample with the mark out.
#pragma once

#include <opencv2/core.hpp>

#include "image/mark/lattice_mark.hpp"
#include "video/mark/gain.hpp"

namespace signmark::video {

/// The wave of a hold at every pixel, CV_8SC1: kWaveUnits to its rms.
inline constexpr double kWaveUnits = 24;

/// `tiles` of unit variance, each with the place where it lies; they share the energy.
struct LaidTile {
  cv::Mat tile;
  image::LatticePlace place;
};
cv::Mat wave_of(std::span<const LaidTile> tiles, cv::Size size);

/// Fractions of a level that flat areas need: a fixed pattern, so that a still scene stays still.
cv::Mat dither_rows(int width);

/// Adds wave times gain; `out` may be the frame itself. The result stays within the range of the
/// film, except where the film did not. Returns the mean squared change in levels of 8 bits,
/// measured on an eighth of the rows.
double lay(const Luma& frame, const cv::Mat& wave, const GainMap& gain, const cv::Mat& dither,
           MutableLuma out);

}  // namespace signmark::video
