// SPDX-License-Identifier: Apache-2.0
// A guess of how the lattice lies in the residual, and how well the carriers agree with it.
#pragma once

#include <complex>
#include <functional>
#include <vector>

#include "image/mark/lattice.hpp"
#include "image/mark/spectrum.hpp"

namespace signmark::image {

/// Tile coordinates u = A (x - centre) + t; A in tiles per canonical pixel, t in tiles.
struct Pose {
  double a = 0, b = 0, c = 0, d = 0;
  double tx = 0, ty = 0;
};

/// A tile of `tile` pixels turned by `radians`; mirrored: v runs the other way.
Pose similarity(double tile, double radians, bool mirrored);

/// Values of the carriers under A, turned by their expected phases but not by the shift.
std::vector<std::complex<float>> sample(const Spectrum& spectrum, const Pose& pose,
                                        std::span<const Carrier> carriers);

/// Turns them by the pose's shift.
void turn_by_shift(const Pose& pose, std::span<const Carrier> carriers,
                   std::vector<std::complex<float>>& values);

/// Where a carrier lies in a spectrum.
Spectrum::Place place_of(const Spectrum& spectrum, const Pose& pose, const Carrier& carrier);

/// What carriers' values at their places are multiplied with, to count phases from the centre of
/// the picture.
std::vector<std::complex<float>> origin_turns(const Spectrum& spectrum, const Pose& pose,
                                              std::span<const Carrier> carriers);

/// Weighted coherent sum of carriers whose sign is known (`signs` empty: all +1), shift included.
double coherent_sum(const Spectrum& spectrum, const Pose& pose, std::span<const Carrier> carriers,
                    std::span<const float> weights);

/// Pattern search over the six parameters on any score; `reach`: first step in cycles of the
/// radius `radius` at the edge of a picture of this size.
void climb(const std::function<double(const Pose&)>& score, cv::Size picture, double radius,
           double reach, Pose& pose);
/// ... on the coherent sum.
void climb(const Spectrum& spectrum, std::span<const Carrier> carriers,
           std::span<const float> weights, double reach, Pose& pose);

}  // namespace signmark::image
