// SPDX-License-Identifier: Apache-2.0
// Where the lattice lies in a film: tile size, and the shift of each hold of a section.
#pragma once

#include <array>
#include <span>

#include "video/mark/frame_mark.hpp"

namespace signmark::video {

/// Films are read at this short side: what outlives an encoder at 480p has a period of 4 of its
/// pixels and more.
inline constexpr int kCanonicalSide = 360;
inline constexpr double kCanonicalTile = 130;  ///< before the draw of +-3 %
inline constexpr double kTileDraw = 0.03;

/// Side of a tile in pixels: a fixed part of the short side, so that a film has the same carriers
/// at every size, but never so small that the finest carrier meets the sampling limit.
double tile_of_side(int short_side);

/// A shift in tiles; 0..2 a side, since the signed frame lives on the double tile.
struct Shift {
  double x = 0, y = 0;
};

/// Of the holds of a section against its first, whose shift is 0. No two pairs of holds differ by
/// nearly the same shift, so two holds tell which ones they are.
using ShiftTable = std::array<Shift, kHoldsInSection>;
ShiftTable shift_table(std::span<const Byte, 32> key);

/// Distance of two shifts on the torus of one tile.
double torus_distance(const Shift& a, const Shift& b);

}  // namespace signmark::video
