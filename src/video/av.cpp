// SPDX-License-Identifier: Apache-2.0
// Owners for libav's objects and errors in our words.
#include "video/av.hpp"

#include <array>
#include <new>

namespace signmark::video {

Owned<AVFrame> new_frame() {
  Owned<AVFrame> frame(av_frame_alloc());
  if (frame == nullptr) throw std::bad_alloc();  // the room turns it into an error
  return frame;
}

Owned<AVPacket> new_packet() {
  Owned<AVPacket> packet(av_packet_alloc());
  if (packet == nullptr) throw std::bad_alloc();
  return packet;
}

tl::unexpected<Error> av_failure(std::string code, const std::string& what, int error,
                                 std::string hint) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> words{};
  av_strerror(error, words.data(), words.size());
  return fail(std::move(code), what + ": " + words.data(), {}, std::move(hint));
}

}  // namespace signmark::video
