// SPDX-License-Identifier: Apache-2.0
// Decoded sound as one unbroken run of planar float samples.
#pragma once

#include "video/decoder.hpp"
#include "video/encode_sound.hpp"

namespace signmark::video {

/// What a stream of sound is, from its first frame.
audio::Shape shape_of(const AVFrame& first);

/// Frames in, blocks out. Gaps in time are filled with silence and overlaps are cut, so that sound
/// stays with the pictures. Errors: `video.unsupported` (the shape changes within the stream).
class FloatRun {
 public:
  static Result<FloatRun> open(const AVFrame& first, AVRational time_base);
  Status push(const AVFrame& frame, const audio::Sink& sink);
  /// Time of the first sample that came out, in samples.
  [[nodiscard]] std::int64_t start() const { return start_; }
  /// Samples that came out.
  [[nodiscard]] std::int64_t count() const { return count_; }

 private:
  Status fill_gap(std::int64_t samples, const audio::Sink& sink);
  Status emit_tail(const audio::Sink& sink);
  Status emit(std::size_t from, std::size_t samples, const audio::Sink& sink);

  AVRational time_base_{1, 1};
  int rate_ = 0, channels_ = 0, format_ = -1;
  std::optional<Resampler> resampler_;
  std::vector<std::vector<float>> planes_;
  std::vector<std::vector<float>>
      tail_;  ///< beyond the frame's duration: padding if it is the last
  std::int64_t start_ = 0, count_ = 0;
  bool started_ = false;
};

}  // namespace signmark::video
