// SPDX-License-Identifier: Apache-2.0
// Frame headers of MP3 and ADTS, and the tags that stand behind them.
#pragma once

#include "container/timed/id3_tag.hpp"

namespace signmark::container {

/// Size of the MPEG audio layer III frame whose header begins here; 0 when none does.
std::uint64_t mp3_frame(ByteView bytes);

/// Size of the AAC frame whose ADTS header begins here; 0 when none does.
std::uint64_t adts_frame(ByteView bytes);

/// Whether at least two frames follow one another here, or one fills the bytes.
template <class FrameSize>
bool frames_begin(ByteView bytes, FrameSize frame_size) {
  const std::uint64_t first = frame_size(bytes);
  return first != 0 && (first >= bytes.size() || frame_size(bytes.subspan(first)) != 0);
}

/// Adds APEv2 and ID3v1 tags at the end as foreign blocks; where the first of them begins.
Result<std::uint64_t> add_tail(const Context& context, ByteView file, std::uint64_t audio,
                               Inventory& inventory);

}  // namespace signmark::container
