// SPDX-License-Identifier: Apache-2.0
// Short-term loudness after ITU-R BS.1770-4 and EBU Tech 3341.
#pragma once

#include <array>
#include <deque>
#include <vector>

#include "audio/sound_mark.hpp"

namespace signmark::audio {

/// Mean over the last three seconds. Channels count alike; those left untouched (LFE) do not count.
class LoudnessMeter {
 public:
  explicit LoudnessMeter(const Shape& shape);
  void push(const Block& block);
  /// LUFS; very low for silence.
  [[nodiscard]] double short_term() const;

 private:
  struct Biquad {
    std::array<double, 5> k{};  // b0 b1 b2 a1 a2
  };
  struct State {
    double x1 = 0, x2 = 0, y1 = 0, y2 = 0;
  };
  static double run(const Biquad& filter, State& state, double x);

  Shape shape_;
  Biquad shelf_, pass_;
  std::vector<std::array<State, 2>> states_;
  std::deque<double> tenths_;  // energy of each tenth of a second
  double sum_ = 0;
  std::size_t in_tenth_ = 0, tenth_;
};

/// Root mean square, summed over channels, of a signal of that loudness near 1 kHz.
double rms_at(double lufs);

}  // namespace signmark::audio
