// SPDX-License-Identifier: Apache-2.0
// Features by band, and super-frames laid on top of each other.
#pragma once

#include <vector>

#include "audio/front_end.hpp"
#include "audio/grid.hpp"

namespace signmark::audio {

/// One value a step and band, each band of unit variance.
struct Series {
  std::vector<float> values;
  [[nodiscard]] int steps() const { return static_cast<int>(values.size() / kBands); }
  [[nodiscard]] const float* row(int step) const {
    return values.data() + static_cast<std::size_t>(step) * kBands;
  }
};
/// Features, ready to be summed up by bands of any pitch.
class BandSums {
 public:
  explicit BandSums(const Map& features);
  /// `pitch`: factor by which frequencies were raised since the mark was laid.
  [[nodiscard]] Series at(double pitch) const;
  /// The same by step and band without the scaling to unit variance.
  [[nodiscard]] std::vector<float> sums(double pitch) const;

 private:
  Map sums_;  // from the first bin up to each
};
/// For one pitch alone.
Series make_series(const Map& features, double pitch);

/// Where super-frames lie, in steps of the series.
struct Place {
  double tempo = 1, pitch = 1;  ///< how much faster and higher than laid
  double start = 0;             ///< of super-frame 0; may be negative
  int first = 0, last = 0;      ///< super-frames that count, `last` excluded
  double z = 0;                 ///< of the pilots
  [[nodiscard]] double slot_steps() const { return kSlotSeconds / kStepSeconds / tempo; }
  [[nodiscard]] double frame_steps() const { return kSlots * slot_steps(); }
};

/// Sums of features by cell (cell_of) over the super-frames of a place, within [from, to) steps.
std::vector<float> fold(const Series& series, const Place& place, double from, double to);

}  // namespace signmark::audio
