// SPDX-License-Identifier: Apache-2.0
// One double tile of the mark, and its laying over a picture.
#pragma once

#include <opencv2/core.hpp>

#include "image/mark/lattice.hpp"
#include "image/mark/lattice_mark.hpp"

namespace signmark::image {

/// Samples a side of a rendered double tile: the finest carrier has 72 periods in it.
inline constexpr int kTileSamples = 512;

/// Adds to `spectrum` (kTileSamples squared, CV_32FC2, half plane) the carriers with their bits; no
/// bits: all 0.
void add_carriers(cv::Mat& spectrum, const std::vector<Carrier>& carriers, const signal::Bits& bits,
                  float gain);

/// The wave of a spectrum: CV_32FC1, one double tile, periodic.
cv::Mat render_tile(const cv::Mat& spectrum);

/// The whole mark as a double tile of unit variance. `id.with_signed` follows from `signed_frame`.
cv::Mat tile_of(const CarrierSet& lattice, Sharing sharing, signal::IdFrame id,
                const std::optional<signal::SignedFrame>& signed_frame);

/// Of the context's randomness: [0, 1), 32 bits. A place of its own for each work: averaging many
/// marked ones then shows nothing (image-mark.md section 10).
double uniform(const Context& context);

/// The wave at every pixel of a picture.
cv::Mat lay_tile(const cv::Mat& tile, const LatticePlace& place);
/// ... under any map; its shift is that of pixel (0, 0).
cv::Mat lay_tile(const cv::Mat& tile, const LatticeMap& map, cv::Size size);

/// Tile coordinates of a pixel: u = R(-rotation) (x - origin) / tile.
LatticeMap map_of(const LatticePlace& place);

}  // namespace signmark::image
