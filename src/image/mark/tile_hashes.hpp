// SPDX-License-Identifier: Apache-2.0
// One hash for each tile of a picture, for the signed record beside the mark (image-mark.md section
// 6.3): every tile that is left of the picture finds its own again.
#pragma once

#include "image/mark/lattice_mark.hpp"

namespace signmark::image {

/// Hashes of the tiles that lie wholly in the picture and show enough for 64 steady bits.
std::vector<TileHash> tile_hashes(const LumaPicture& picture, const LatticePlace& place);

struct TileComparison {
  /// Enough visible tiles are the listed ones; without it nothing is compared: the picture is
  /// another one, or bent too much.
  bool aligned = false;
  int compared = 0;                 ///< listed tiles that are visible
  std::vector<TileHash> differing;  ///< as listed
  /// Their corners in this picture's pixels.
  std::vector<std::array<cv::Point2d, 4>> places;
};

/// Slides the visible tiles over the list.
TileComparison compare_tiles(const LumaPicture& picture, const LatticeMap& map,
                             const std::vector<TileHash>& list);

}  // namespace signmark::image
