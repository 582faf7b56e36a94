// SPDX-License-Identifier: Apache-2.0
// Whether the mark is there block by block (image-mark.md section 11.1). The wave is laid again
// from the payload that was read; it never leaves this file.
#pragma once

#include "image/mark/lattice.hpp"
#include "image/mark/lattice_mark.hpp"
#include "image/mark/tile_hashes.hpp"

namespace signmark::image {

/// One step of the map before it is decided: what was found of the mark, what should have been.
struct Presence {
  int block = 0;         ///< side in stored pixels
  cv::Mat found;         ///< CV_32FC1, one value a block: 0 without the mark, 1 with it
  cv::Mat distinctness;  ///< CV_32FC1: deviations between those two
};

/// `mark` must have an id.
Presence presence_of_mark(const LumaPicture& picture, const FoundMark& mark,
                          const CarrierSet& lattice);

/// The map of a mark with an id; tiles that differ from their hashes are altered as well. Errors:
/// `image.png.encode`.
Result<TamperMap> tamper_map(const LumaPicture& picture, const FoundMark& mark,
                             const CarrierSet& lattice, const TileComparison& tiles);

}  // namespace signmark::image
