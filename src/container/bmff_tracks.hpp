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

/// A list of such numbers that stand one behind the other: `stco`, `co64`, `saio` of a track.
struct BmffOffsets {
  std::vector<const BmffBox*> path;  ///< from `moov` to the list's box, in the scan
  std::uint64_t position = 0;        ///< of the first number
  std::uint32_t width = 0;           ///< 4 or 8 bytes
  std::vector<std::uint64_t> values;

  [[nodiscard]] const BmffBox& box() const { return *path.back(); }
};

struct BmffTrack {
  std::string handler;                  ///< "vide", "soun", "pict", …
  std::uint32_t width = 0, height = 0;  ///< as stored, or else as shown; 0 for sound
  std::uint32_t samples = 0;
  std::vector<BmffOffsets> chunks;  ///< empty when the media lies in other files
  /// Some media lies in this file, some in others: which positions are ours is not told.
  bool scattered = false;
};

/// All tracks of `moov`; none when there is no movie. A chunk that begins behind the end of the
/// file is `container.<format>.truncated`. Errors: also `container.<format>.syntax`.
Result<std::vector<BmffTrack>> read_bmff_tracks(const BmffSource& source, const BmffScan& scan);

/// The first track that holds pictures, or nullptr.
const BmffTrack* picture_track(const std::vector<BmffTrack>& tracks);

/// What fragments and their indexes say of places (ISO/IEC 14496-12, 8.8 and 8.16).
struct BmffFragments {
  std::vector<BmffOffset> fields;  ///< base_data_offset of `tfhd`, moof_offset of `tfra`
  /// From the end of each `sidx` to the end of what it lists by size: nothing here may grow.
  std::vector<Range> indexed;
};

/// Errors: `container.<format>.truncated`.
Result<BmffFragments> read_bmff_fragments(const BmffSource& source, const BmffScan& scan);

}  // namespace signmark::container
