// SPDX-License-Identifier: Apache-2.0
// What the reader keeps of a sound: log power by step and frequency, and the features made of it.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "audio/fourier.hpp"
#include "audio/sound_mark.hpp"

namespace signmark::audio {

/// Values by step (rows) and frequency bin (columns).
struct Map {
  double bin_hz = 0;
  int first_bin = 0, bins = 0;
  std::vector<float> values;
  [[nodiscard]] int steps() const {
    return bins == 0 ? 0 : static_cast<int>(values.size() / static_cast<std::size_t>(bins));
  }
  [[nodiscard]] std::span<const float> row(int step) const {
    return std::span(values).subspan(
        static_cast<std::size_t>(step) * static_cast<std::size_t>(bins),
        static_cast<std::size_t>(bins));
  }
  [[nodiscard]] std::span<float> row(int step) {
    return std::span(values).subspan(
        static_cast<std::size_t>(step) * static_cast<std::size_t>(bins),
        static_cast<std::size_t>(bins));
  }
};

/// Turns samples into rows of log power, summed over channels, so that neither polarity nor a
/// downmix matters. Row i is centred at i * kStepSeconds.
class LogMapper {
 public:
  explicit LogMapper(const Shape& shape);
  using Row = std::function<void(std::span<const float>)>;
  void push(const Block& block, const Row& row);
  void finish(const Row& row);
  /// A map without rows, of this mapper's frequencies.
  [[nodiscard]] Map empty() const;

 private:
  void append(const Block& block);
  void drain(const Row& row);
  void transform(std::size_t from, const Row& row);

  Shape shape_;
  int length_, first_bin_, bins_;
  Fourier fourier_;
  std::vector<float> window_, power_;
  std::vector<std::vector<Complex>> pairs_;  // two channels each; begin half a window before 0
  std::vector<Complex> work_;
  std::uint64_t steps_ = 0, dropped_ = 0;
};

/// Mean of each bin over `half` steps to both sides.
Map smoothed_in_time(const Map& map, int half);

/// What the features expect of a sound. `noise`: a steady noise may lie over it, in which the mark
/// of what is soft has drowned.
enum class Over { silence, noise };

/// How much louder or softer each point is than its surroundings in time and frequency, divided by
/// how much that varies there: what is loud but steady says most.
Map features(const Map& logs, Over over = Over::silence);

}  // namespace signmark::audio
