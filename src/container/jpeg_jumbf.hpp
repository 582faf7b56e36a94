// SPDX-License-Identifier: Apache-2.0
// JUMBF boxes in JPEG APP11 segments (ISO/IEC 19566-5 annex D, C2PA 2.5 A.3.1): joining and
// cutting.
#pragma once

#include "container/jpeg_segments.hpp"

namespace signmark::container {

/// One box, gathered from its segments.
struct JumbfBox {
  std::uint16_t instance = 0;   ///< En: tells several boxes in one file apart
  std::uint32_t last_part = 0;  ///< Z of the newest segment
  std::vector<Range> segments;
  Bytes data;            ///< joined; the repeated headers are left out
  bool is_c2pa = false;  ///< its description box has the C2PA UUID
};

struct JumbfScan {
  std::vector<JumbfBox> boxes;
  std::optional<Error> problem;  ///< the first segment that continues no box
};

/// Segments must come in ascending order, as C2PA demands; they need not be neighbours.
/// Errors: `container.jpeg.limit` for a C2PA store above limits.manifest_store.
Result<JumbfScan> collect_jumbf(const Limits& limits, const std::vector<JpegSegment>& segments);

/// Whether an APP11 segment carries a part of a JUMBF box.
bool is_jumbf_segment(const JpegSegment& segment);

/// The segments for a whole box, one behind another. `instance` must be free in the file.
/// Errors: `container.jpeg.unwritable` when the store is too short to be a box.
Result<Bytes> jumbf_segments(ByteView box, std::uint16_t instance);

/// The first instance number from c2pa-rs's 0x0211 on that no box uses; removed stores count as
/// well, which does no harm. Errors: `container.jpeg.limit` when all are taken.
Result<std::uint16_t> free_instance(const std::vector<JumbfBox>& boxes);

}  // namespace signmark::container
