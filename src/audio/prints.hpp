// SPDX-License-Identifier: Apache-2.0
// Retrieval prints of a sound: how the balance of its bands changes over four seconds, after
// Haitsma and Kalker (ISMIR 2002).
#pragma once

#include <array>

#include "audio/front_end.hpp"
#include "signmark/prints.hpp"

namespace signmark::audio {

/// Samples in, prints out. One object a stretch of sound; not thread-safe.
class SoundPrinter {
 public:
  explicit SoundPrinter(const Shape& shape);
  void push(const Block& block);

  /// Prints of what came in: one in `every` seconds for storing; for looking, of stretches spread
  /// over it, at every phase and some tempos. `offset`: seconds, added to their times. At most
  /// `most`.
  std::vector<Print> finish(PrintUse use, double every, double offset, std::size_t most);
  /// Seconds that came in.
  [[nodiscard]] double seconds() const;

 private:
  static constexpr std::size_t kTones = 17;  // 16 differences
  using Cell = std::array<float, kTones>;    // energy by band

  void add(std::span<const float> row);
  [[nodiscard]] Cell energy(double at) const;
  [[nodiscard]] std::optional<PrintBits> bits(double from, double tempo) const;

  LogMapper mapper_;
  std::array<int, kTones + 1> edges_{};
  std::vector<Cell> cells_;
  int rows_ = 0;  // in the newest cell
};

}  // namespace signmark::audio
