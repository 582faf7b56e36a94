// SPDX-License-Identifier: Apache-2.0
// PNG chunks (PNG 3rd edition, section 5): splitting a file into them, and building one.
#pragma once

#include <optional>

#include "container/handler.hpp"

namespace signmark::container {

inline constexpr std::string_view kPngSignature("\x89PNG\r\n\x1a\n", 8);

/// Signature plus the IHDR chunk, whose size is fixed: here our own chunks are put.
inline constexpr std::uint64_t kPngAfterHeader = 33;

/// One chunk; views live as long as the file.
struct PngChunk {
  std::string_view type;  ///< four letters
  Range range;            ///< length, type, data and check sum
  ByteView data;
  bool crc_ok = true;
};

/// The chunks up to and including IEND.
struct PngScan {
  std::vector<PngChunk> chunks;
  std::uint64_t end = 0;        ///< behind the last whole chunk
  std::optional<Error> damage;  ///< why the scan stopped before IEND
};

/// Whether check sums are computed: `inspect` reports them, `plan` has no use for them.
enum class PngCrc { check, skip };

/// Errors: `container.png.limit` above limits.blocks chunks.
Result<PngScan> scan_png(const Limits& limits, ByteView file, PngCrc crc);

/// A whole chunk. Errors: `container.png.limit` when the data exceeds 2^31-1 bytes (section 5.3).
Result<Bytes> png_chunk(std::string_view type, ByteView data);

/// First letter in lower case: a decoder may ignore the chunk (section 5.4).
inline bool is_ancillary(std::string_view type) { return (type[0] & 0x20) != 0; }

}  // namespace signmark::container
