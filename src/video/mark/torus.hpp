// SPDX-License-Identifier: Apache-2.0
// Maps of pilot sums over all shifts, which repeat in both directions: added up and compared under
// the shifts of the holds. A search does so thousands of times, so they are kept in 16 bits.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "image/mark/pilots.hpp"
#include "video/mark/holds.hpp"

namespace signmark::video {

/// Maps that may be added up without leaving 16 bits.
inline constexpr std::size_t kMostSummed = 24;

/// A map, ready to be read under any shift: repeated across, in steps of a 64th of a deviation.
class Torus {
 public:
  Torus();
  void clear();
  void assign(const image::ShiftMap& sums);
  void add(const Torus& other);
  /// Row `y`, twice.
  [[nodiscard]] const std::int16_t* row(std::size_t y) const;
  /// The value when the origin is moved by `shift` (tiles), in deviations of noise; `channel` 0:
  /// the pose as it is, 1: turned by half a turn.
  [[nodiscard]] float at(const Shift& shift, std::size_t channel) const;

 private:
  std::vector<std::int16_t> wide_;
};

/// One map for each hold of a section.
using HoldMaps = std::array<Torus, kHoldsInSection>;

/// The highest values of a sum of maps, each under its own shift.
struct Heights {
  float straight = 0, turned = 0;
};
Heights heights_of_sum(const HoldMaps& maps, const ShiftTable& shifts);
/// The same, and where.
image::PilotPeaks peaks_of_sum(const HoldMaps& maps, const ShiftTable& shifts);

/// The sum of what each map has at best when it may show any hold.
image::PilotPeaks peaks_of_best(std::span<const Torus> maps, const ShiftTable& shifts);

}  // namespace signmark::video
