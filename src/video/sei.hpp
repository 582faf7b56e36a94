// SPDX-License-Identifier: Apache-2.0
// The AIGC record in H.264 and HEVC streams themselves: SEI user data, which every copy of the
// packets keeps (video-audio-mark.md 5.5).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "video/av.hpp"

namespace signmark::video {

/// How NAL units lie in packets.
struct NalFraming {
  bool hevc = false;
  int length_bytes = 0;  ///< 0: start codes (Annex B)
};

/// Of a stream's packets; nothing for other codecs.
std::optional<NalFraming> nal_framing(AVCodecID codec, ByteView extradata);

/// One SEI NAL unit (user_data_unregistered) with our UUID, without framing.
Bytes make_sei(std::string_view record, bool hevc);

/// Puts the unit before the first coded slice of a keyframe's packet; parameter sets stay first.
/// False when the packet is no such thing.
bool insert_sei(AVPacket& packet, const NalFraming& framing, ByteView unit);

/// Records of our UUID in a packet.
std::vector<std::string> read_sei(ByteView packet, const NalFraming& framing);

}  // namespace signmark::video
