// SPDX-License-Identifier: Apache-2.0
// How loud a sound is at each step and band, and how much the mark says there: attacks leave less
// of it in what is soft than the front end expects, each in its own way, and the pilots tell.
#pragma once

#include "audio/layout.hpp"
#include "audio/series.hpp"

namespace signmark::audio {

/// Levels of a window, by classes of 3 dB.
class Levels {
 public:
  explicit Levels(const Map& logs);
  /// By step and band, as the values of the series of that pitch.
  [[nodiscard]] std::vector<std::uint8_t> classes(double pitch) const;

 private:
  BandSums power_;
  double bin_hz_;
};

/// The series with each value weighed by what the pilots of its class say. Only pilots tell, so
/// that the weights do not depend on bits that are yet to be read, as the proof needs it.
Series weighed(Series series, std::span<const std::uint8_t> classes, const Layout& layout,
               const Place& place);

}  // namespace signmark::audio
