// SPDX-License-Identifier: Apache-2.0
// Hears the rhythm of the audible label.
#pragma once

#include "audio/front_end.hpp"

namespace signmark::audio {

/// Takes the rows of a LogMapper and matches the rhythm's envelope, by frequency and unit, against
/// the tonal energy from 300 to 3000 Hz.
class RhythmListener {
 public:
  /// `frequencies`: the mapper's empty map.
  explicit RhythmListener(const Map& frequencies);
  void push(std::span<const float> row);
  std::vector<HeardNotice> finish();

 private:
  struct Match {
    double start = 0, unit = 0;  // steps
    int bin = 0;
    double contrast = 0;
  };
  struct Segment {
    double share = 0, power = 0;
  };
  void look(bool last);
  void look_at(int step, std::size_t bin);
  [[nodiscard]] Segment mean(std::size_t bin, double from, double to) const;
  [[nodiscard]] double contrast(std::size_t bin, double start, double unit) const;
  void keep(const Match& match);

  Map frequencies_;
  std::size_t from_, bins_ = 1;          // bins that may hold a tone
  std::vector<double> shares_, powers_;  // running sums by step and bin
  std::uint64_t dropped_ = 0, tones_ = 0;
  int steps_ = 0;   // rows in the buffer; sums begin with a row of nothing
  int looked_ = 0;  // rows of the buffer that were looked at
  std::vector<bool> sounding_;
  std::vector<Match> matches_;
};

}  // namespace signmark::audio
