// SPDX-License-Identifier: Apache-2.0
// What the tracks of a movie say about size, samples and places (ISO/IEC 14496-12, clause 8).
#pragma once

#include "container/bmff_boxes.hpp"

namespace signmark::container {

/// A number in the file that is itself a position in the file.
struct BmffOffset {
  std::uint64_t position = 0;  ///< where the number stands
  std::uint32_t width = 0;     ///< 4 or 8 bytes
  std::uint64_t value = 0;
};

struct BmffTrack {
  std::string handler;                  ///< "vide", "soun", "pict", …
  std::uint32_t width = 0, height = 0;  ///< as shown, whole pixels; 0 for sound
  std::uint32_t samples = 0;
  std::vector<BmffOffset> chunks;  ///< `stco` and `co64`
};

/// All tracks of `moov`; none when there is no movie. A chunk that begins behind the end of the
/// file is `container.<format>.truncated`. Errors: also `container.<format>.syntax`.
Result<std::vector<BmffTrack>> read_bmff_tracks(const BmffSource& source, const BmffScan& scan);

/// The first track that holds pictures, or nullptr.
const BmffTrack* picture_track(const std::vector<BmffTrack>& tracks);

}  // namespace signmark::container
