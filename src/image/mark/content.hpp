// SPDX-License-Identifier: Apache-2.0
// What binds the signed frame to its picture (image-mark.md section 6.3): 64 bits that can be
// compared after a crop.
//
//   bits 63..61  size of a cell: 1x1, 2x1, 2x2, 4x2, 4x4, 8x4, 8x8, 16x8 tiles
//   bits 60..57  columns of the grid of cells - 1; bits 56..53 rows - 1
//   bits 52..0   bit k belongs to cell k mod (columns * rows), row by row: the sign of a keyed
//                projection of the cell's low frequencies, another one for every k
//
// The grid holds the cells that lie wholly in the picture. After a crop the visible cells are slid
// over it; nothing wraps, so that a whole picture has hardly more than one place to try.
#pragma once

#include "image/mark/lattice_mark.hpp"

namespace signmark::image {

std::uint64_t content_fingerprint(const LumaPicture& picture, const LatticePlace& place,
                                  const std::array<Byte, 32>& key);

struct ContentCheck {
  RobustMark::Content content = RobustMark::Content::not_compared;
  int compared = 0, wrong = 0;  ///< bits, at the best place
  double chance_log10 = 0;      ///< of such an agreement with another picture, all places counted
  double doubt_log10 = 0;       ///< of such a disagreement with the same picture
};

/// Compares a carried fingerprint with the pixels. The map must be exact up to even numbers of
/// tiles, as the signed frame's is.
ContentCheck check_content(const LumaPicture& picture, const LatticeMap& map, std::uint64_t carried,
                           const std::array<Byte, 32>& key);

}  // namespace signmark::image
