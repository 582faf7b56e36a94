// SPDX-License-Identifier: Apache-2.0
// Adds the mark to the programme and keeps the sum from clipping.
#pragma once

#include <span>
#include <vector>

#include "audio/sound_mark.hpp"

namespace signmark::audio {

/// Works in blocks of half a second, so that a stream may be taken up at any of them. A block is
/// lowered only where the sum exceeds -0.1 dBTP and the programme's own peak. Live there is no
/// block to look ahead into: samples beyond both are clipped.
class Limiter {
 public:
  explicit Limiter(const Shape& shape);
  Status push(const Block& own, const Block& delta, const Sink& sink);
  Status finish(const Sink& sink);

 private:
  struct Peaks {
    float sample = 0, between = 0;
  };
  Status push_live(const Block& own, const Block& delta, const Sink& sink);
  [[nodiscard]] static Peaks peaks_of(std::span<const float> samples);
  [[nodiscard]] double gain_of(std::size_t from, std::size_t count) const;
  Status give(std::size_t count, double after, const Sink& sink);
  Status drain(const Sink& sink, bool all);

  bool live_;
  std::size_t block_;
  std::vector<std::vector<float>> own_, sum_;
  std::vector<double> gains_;  // of whole blocks that wait
  double before_ = 1;          // gain at the start of the first of them
};

}  // namespace signmark::audio
