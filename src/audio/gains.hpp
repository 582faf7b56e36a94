// SPDX-License-Identifier: Apache-2.0
// How much louder or softer each frequency of a frame is made.
#pragma once

#include <span>
#include <vector>

#include "audio/grid.hpp"
#include "audio/sound_mark.hpp"

namespace signmark::audio {

/// Keeps the mark at a constant ratio to the programme's recent energy, more in what is soft, and
/// never more than a fixed part of what is there. Frames must come in order.
class GainRule {
 public:
  GainRule(int rate, int length, image::RobustStrength strength);

  /// `power`: |X|^2 by bin up to Nyquist, summed over channels; `cells`: the slot's wanted signs,
  /// already scaled for several keys. Fills in gain - 1 by bin; false: silence, nothing to do.
  bool frame(std::span<const float> power, std::span<const float> cells, std::span<float> gains);

 private:
  struct Recent {  // sums that forget
    double weight = 0, energy = 0, log_energy = 0, in_band = 0, unit = 0, laid = 0;
  };
  void smooth(std::span<const float> power);
  [[nodiscard]] double wanted_ratio() const;
  void follow(double energy, std::span<const float> power);

  double keep_;     // of the recent sums, from frame to frame
  double silence_;  // energy of a frame that counts as silence
  double ratio_;    // mark to programme
  float most_;      // largest gain - 1
  double correction_ = 1;
  std::size_t first_ = 0;  // bin
  std::vector<int> band_;  // of each bin from first_ on
  std::vector<double> sums_;
  std::vector<float> smooth_, unit_;
  Recent recent_;
};

}  // namespace signmark::audio
