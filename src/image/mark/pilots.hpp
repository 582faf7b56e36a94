// SPDX-License-Identifier: Apache-2.0
// Coherent sums of the pilots over all shifts of the tile: the inner loop of every search.
#pragma once

#include <array>
#include <opencv2/core.hpp>
#include <span>
#include <vector>

#include "image/mark/pose.hpp"

namespace signmark::image {

/// Shifts along one side of a tile. Pilots reach 22: over-sampled twice a side (image-mark.md 8.2
/// C).
inline constexpr int kShiftGrid = 96;
/// A map of sums: row after row of kShiftGrid pairs (the pose as it is, turned by half a turn), in
/// deviations of noise.
using ShiftMap = std::vector<float>;
inline constexpr std::size_t kShiftMapRow = std::size_t{2} * kShiftGrid;

/// The pilots of one key.
class PilotSums {
 public:
  explicit PilotSums(std::span<const Carrier> pilots);

  /// Where one linear map puts them in the spectra of pictures of one size.
  class Places {
   public:
    [[nodiscard]] cv::Size picture() const { return picture_; }
    /// The value of one of them, phases counted from the centre of the picture.
    [[nodiscard]] std::complex<float> value(const Spectrum& spectrum, std::size_t pilot) const {
      return spectrum.at(places_[pilot]) * turns_[pilot];
    }

   private:
    friend class PilotSums;
    cv::Size picture_;
    std::vector<Spectrum::Place> places_;
    std::vector<std::complex<float>> turns_;
  };
  [[nodiscard]] Places places(const Spectrum& spectrum, const Pose& pose) const;

  /// The pilots' values in one picture, for which `places` were made or one of its size.
  using Values = std::array<std::complex<float>, kPilots>;
  [[nodiscard]] Values read(const Spectrum& spectrum, const Places& places) const;
  /// Their sums under every shift.
  void sum(const Values& values, ShiftMap& out) const;

 private:
  std::vector<Carrier> pilots_;
};

/// The best shift, and the statistic there: peak / rms of the noise.
struct PilotPeak {
  double z = 0, tx = 0, ty = 0;
};
struct PilotPeaks {
  PilotPeak straight, turned;
};
/// The highest value of one channel of a map, in the map's own unit: `highest` by column, the row
/// is looked up. For maps of other numbers, too.
template <class Number>
PilotPeak peak_of(const std::vector<Number>& map, const Number* highest, std::size_t channel) {
  std::size_t column = channel;
  for (std::size_t x = channel; x < kShiftMapRow; x += 2)
    if (highest[x] > highest[column]) column = x;
  std::size_t row = 0;
  while (row + 1 < kShiftGrid && map[row * kShiftMapRow + column] != highest[column]) ++row;
  const std::size_t across = column / 2;
  return {static_cast<double>(highest[column]), static_cast<double>(across) / kShiftGrid,
          static_cast<double>(row) / kShiftGrid};
}
PilotPeaks peaks_of(const ShiftMap& sums);
PilotPeaks find_pilots(const Spectrum& spectrum, const Pose& pose, const PilotSums& pilots);

}  // namespace signmark::image
