// SPDX-License-Identifier: Apache-2.0
// Where in time and frequency the cells of the sound mark lie (README.md, "Frozen").
#pragma once

#include <array>
#include <cstddef>

namespace signmark::audio {

/// A super-frame is `kSlots` slots long and `kBands` bands high; each of its cells is made a little
/// louder or softer. It is no whole number of beats at any common tempo, so that loops do not add
/// up with the mark.
inline constexpr int kSlots = 192, kBands = 96, kCells = kSlots * kBands;
inline constexpr double kSlotSeconds = 0.0412;
inline constexpr double kSuperFrameSeconds = kSlots * kSlotSeconds;

/// Window of both analyses, and the step of the reader's.
inline constexpr double kWindowSeconds = 2048.0 / 48000, kStepSeconds = kWindowSeconds / 4;

/// Bands of a 24th octave from 300 to 7000 Hz, but none narrower than what the window resolves.
const std::array<double, kBands + 1>& band_edges();

/// Even length near `kWindowSeconds` with factors 2, 3 and 5 only.
int window_length(int rate);

inline constexpr std::size_t cell_of(int slot, int band) {
  return static_cast<std::size_t>(slot) * kBands + static_cast<std::size_t>(band);
}

}  // namespace signmark::audio
