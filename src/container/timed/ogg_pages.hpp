// SPDX-License-Identifier: Apache-2.0
// Ogg pages (RFC 3533, section 6).
#pragma once

#include "container/handler.hpp"

namespace signmark::container {

namespace ogg {
inline constexpr Byte kContinued = 1, kFirst = 2, kLast = 4;
inline constexpr std::uint64_t kNoGranule = UINT64_MAX;  // no packet ends on the page
inline constexpr std::uint64_t kHead = 27, kSequenceAt = 18, kCrcAt = 22;
}  // namespace ogg

struct OggPage {
  Range range;
  Byte flags = 0;
  std::uint64_t granule = 0;
  std::uint32_t serial = 0, sequence = 0, crc = 0;
  ByteView lacing;  ///< sizes of the segments
  ByteView body;
  [[nodiscard]] bool first() const { return (flags & ogg::kFirst) != 0; }
};

/// Errors: `container.ogg.truncated`, `container.ogg.syntax`.
Result<OggPage> read_ogg_page(ByteView file, std::uint64_t offset);

/// The check sum that the page should have.
std::uint32_t ogg_crc(ByteView page);

/// Sequence number and check sum of a page that is renumbered; the body is not read.
Bytes renumbered(const OggPage& page, std::uint32_t sequence);

/// Segment sizes of a packet.
Bytes ogg_lacing(std::uint64_t packet_size);

/// What a run of pages has in common.
struct OggRun {
  std::uint32_t serial = 0, sequence = 0;  ///< the sequence number of the first
  std::uint64_t granule = 0;               ///< of the last; the others have 0 or none
  Byte flags = 0;                          ///< kFirst for the first, kLast for the last
  std::size_t pages = 1;                   ///< at least so many
};

/// Whole packets as pages.
std::vector<Bytes> ogg_pages(const OggRun& run, ByteView lacing, ByteView body);

}  // namespace signmark::container
