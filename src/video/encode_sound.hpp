// SPDX-License-Identifier: Apache-2.0
// The encoder of a sound stream: the source's codec, rate, channels and bit rate.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "audio/sound_mark.hpp"
#include "video/av.hpp"

namespace signmark::video {

struct SoundSource {
  const AVStream* stream = nullptr;
  const AVFrame* first = nullptr;  ///< decoded
  std::int64_t bit_rate = 0;       ///< 0: unknown
};

/// Samples of any format from or to planar float.
class Resampler {
 public:
  /// Same rate and channels on both sides. Errors: `video.unsupported`.
  static Result<Resampler> open(int rate, const AVChannelLayout& layout, AVSampleFormat from,
                                AVSampleFormat to);
  /// Converts all samples at once.
  Status convert(const std::uint8_t* const* from, std::uint8_t* const* to, int samples);

 private:
  Owned<SwrContext> swr_;
};

/// The layout, or libav's usual one of that many channels where none is told.
AVChannelLayout layout_of(const AVFrame& frame);

class SoundEncoder {
 public:
  /// `notes` gets what changes. Errors: `video.unsupported`, `video.encode`.
  static Result<SoundEncoder> open(const SoundSource& source, const AVOutputFormat& writer,
                                   std::vector<std::string>& notes);

  using Sink = std::function<Status(AVPacket&)>;
  /// The time of the first sample, in samples; before the first `push`.
  void start_at(std::int64_t sample) { next_ = sample; }
  Status push(const audio::Block& block, const Sink& sink);
  Status finish(const Sink& sink);
  [[nodiscard]] const AVCodecContext& codec() const { return *codec_; }

 private:
  Status encode_pending(std::size_t samples, const Sink& sink);
  Status drain(const AVFrame* frame, const Sink& sink);

  Owned<AVCodecContext> codec_;
  Owned<AVPacket> packet_;
  std::optional<Resampler> resampler_;
  std::size_t frame_size_ = 0;
  std::vector<std::vector<float>> pending_;
  std::int64_t next_ = 0;
};

}  // namespace signmark::video
