// SPDX-License-Identifier: Apache-2.0
// RIFF chunks (four-character code, 32-bit little-endian size, data, pad byte after odd sizes).
#pragma once

#include <optional>

#include "container/handler.hpp"

namespace signmark::container {

/// "RIFF", size, form type: where the first chunk stands.
inline constexpr std::uint64_t kRiffHeader = 12;

/// The RIFF size field counts everything behind itself and must be even (RFC 9649, 2.4).
inline constexpr std::uint64_t kMaxRiffFile = 8 + std::uint64_t{0xFFFFFFFE};

/// One chunk; views live as long as the file.
struct RiffChunk {
  std::string_view id;  ///< four characters, any bytes
  Range range;          ///< header, data and pad byte
  ByteView data;
};

struct RiffScan {
  std::vector<RiffChunk> chunks;
  std::uint64_t end = 0;        ///< behind the last chunk, as the RIFF size says
  std::optional<Error> damage;  ///< why the scan stopped early
};

/// Splits the first RIFF form of a file. `format` names the limit's code.
/// Errors: `container.<format>.limit` above limits.blocks chunks.
Result<RiffScan> scan_riff(const Limits& limits, Format format, ByteView file);

/// A whole chunk, padded. Errors: `container.<format>.limit` above 2^32-10 bytes.
Result<Bytes> riff_chunk(Format format, std::string_view id, ByteView data);

/// Adds the splice that corrects the RIFF size for all other splices. Errors:
/// `container.<format>.limit` when the file would exceed 4 GiB.
Status fix_riff_size(Format format, std::uint64_t old_end, std::vector<Splice>& splices);

}  // namespace signmark::container
