// SPDX-License-Identifier: Apache-2.0
// Puts the colours of a label into a palette that has little room.
#pragma once

#include <opencv2/core.hpp>
#include <optional>
#include <vector>

namespace signmark::image {

using Rgba = cv::Vec4b;

/// The palette of one picture or frame.
struct Palette {
  std::vector<Rgba> colours;   ///< at most 256
  std::vector<bool> taken;     ///< per colour: some pixel or rule needs it; same length
  std::size_t capacity = 256;  ///< how many colours the format allows
  [[nodiscard]] std::size_t free() const;
  /// The closest colour that is taken (opaque colours only match opaque ones).
  [[nodiscard]] int nearest(const Rgba& colour) const;
  /// Puts a colour into a free place; there must be one.
  int add(const Rgba& colour);
};

/// Finds an index for each of `wanted` (CV_8UC4), adding colours in free places: all of them when
/// they fit, else averages of similar ones. `coarseness` tells how many low bits had to be merged:
/// 0 is exact.
struct Indexed {
  cv::Mat indices;  ///< CV_8UC1
  int coarseness = 0;
};
/// `where` (CV_8UC1): only its pixels other than 0 are given an index, the others stay 0.
Indexed index_colours(const cv::Mat& wanted, const cv::Mat& where, Palette& palette);

/// Gives up opaque colours until `wanted_free` places are free: of the two most similar ones the
/// one with fewer pixels, whose pixels in `indices` (CV_8UC1) then take the other.
void merge_similar(Palette& palette, cv::Mat& indices, std::size_t wanted_free);

}  // namespace signmark::image
