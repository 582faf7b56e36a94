// SPDX-License-Identifier: Apache-2.0
// The encoder of a picture stream: the source's codec family, depth, colours, rate and time.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "signmark/video.hpp"
#include "video/av.hpp"

namespace signmark::video {

/// What an encoder must know of its source.
struct FilmSource {
  const AVStream* stream = nullptr;
  const AVFrame* first = nullptr;  ///< decoded
  AVRational frame_rate{25, 1};
  std::int64_t bit_rate = 0;  ///< 0: unknown
  bool high_dynamic_range = false;
};

/// PQ or HLG.
bool is_high_dynamic_range(const AVFrame& frame);

class FilmEncoder {
 public:
  /// `notes` gets what changes. Errors: `video.unsupported`, `video.encode`.
  static Result<FilmEncoder> open(const FilmSource& source, const EncodeOptions& options,
                                  const AVOutputFormat& writer, std::vector<std::string>& notes);

  using Sink = std::function<Status(AVPacket&)>;
  /// Encodes a frame whose pts are in the source's time base; nullptr gives what is still inside.
  Status push(AVFrame* frame, const Sink& sink);
  [[nodiscard]] const AVCodecContext& codec() const { return *codec_; }
  /// Of the packets that come out.
  [[nodiscard]] AVRational time_base() const { return time_base_; }

 private:
  void restore_times(AVPacket& packet);

  Owned<AVCodecContext> codec_;
  Owned<AVPacket> packet_;
  AVRational time_base_{1, 25};
  bool counts_ = false;  ///< the encoder wants a constant rate: it gets numbers instead of times
  std::int64_t number_ = 0;
  std::map<std::int64_t, std::int64_t> times_;  ///< of numbers still inside
};

}  // namespace signmark::video
