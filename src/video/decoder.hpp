// SPDX-License-Identifier: Apache-2.0
// One stream decoded, frame by frame.
#pragma once

#include <functional>

#include "video/input.hpp"

namespace signmark::video {

/// What a decoder may leave out.
enum class Effort {
  whole,      ///< every frame as it is meant
  look,       ///< every frame, without the loop filter: a fifth off
  keyframes,  ///< keyframes alone
};

class Decoder {
 public:
  /// Errors: `video.decode` (no decoder), `video.encrypted`.
  static Result<Decoder> open(const Context& context, const AVStream& stream, Effort effort);

  /// Gets frames in display order; valid during the call.
  using Sink = std::function<Status(const AVFrame&)>;
  /// Decodes a packet; nullptr gives what is still inside. A broken packet is skipped and counted.
  /// Errors: `video.encrypted`, those of the sink.
  Status push(const AVPacket* packet, const Sink& sink);
  /// Forgets everything, before a packet from elsewhere.
  void restart() { avcodec_flush_buffers(codec_.get()); }
  [[nodiscard]] std::uint64_t frames() const { return frames_; }
  [[nodiscard]] std::uint64_t broken() const { return broken_; }

 private:
  Owned<AVCodecContext> codec_;
  Owned<AVFrame> frame_;
  std::uint64_t frames_ = 0, broken_ = 0;
};

/// The first frame of a stream, from a fresh look at the file. Errors: `video.decode`.
Result<Owned<AVFrame>> first_frame(const Context& context, ByteView file,
                                   std::string_view format_mime, unsigned stream);

/// Whether a stream or one of its packets is scrambled (`cenc`, `cbcs`): nothing in it can be
/// looked at, and a copy would lose the way to its key.
bool is_encrypted(const AVStream& stream);
bool is_encrypted(const AVPacket& packet);
tl::unexpected<Error> encrypted(int stream);

}  // namespace signmark::video
