// SPDX-License-Identifier: Apache-2.0
// RIFF chunks (four-character code, 32-bit little-endian size, data, pad byte after odd sizes), and
// their 64-bit form RF64 or BW64.
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
  bool wide = false;            ///< RF64 or BW64 whose true size stands in `ds64`
  bool streamed = false;        ///< of WAV: the writer could not seek back to fill in the sizes
  std::optional<Error> damage;  ///< why the scan stopped early
  std::optional<Error> oddity;  ///< of WAV: sizes that a change puts right
};

/// Splits the first RIFF form of a file. `format` names the limit's code. The chunks of RF64 and
/// BW64 (EBU Tech 3306, ITU-R BS.2088) have the sizes that `ds64` states.
/// Errors: `container.<format>.limit` above limits.blocks chunks.
Result<RiffScan> scan_riff(const Limits& limits, Format format, ByteView file);

/// Splits what stands in a LIST behind its type. Errors: as scan_riff.
Result<RiffScan> scan_riff_list(const Limits& limits, Format format, ByteView file,
                                const RiffChunk& list);

/// A whole chunk, padded. Errors: `container.<format>.limit` above 2^32-10 bytes.
Result<Bytes> riff_chunk(Format format, std::string_view id, ByteView data);

/// Supplies the pad byte that careless writers omit at the end, unless that chunk is replaced
/// anyway.
void pad_riff_end(const RiffScan& scan, std::vector<Splice>& splices);

/// Adds the splice that corrects the RIFF size for all other splices. Errors:
/// `container.<format>.limit` when a file that is not RF64 or BW64 would exceed 4 GiB.
Status fix_riff_size(Format format, const RiffScan& scan, std::vector<Splice>& splices);

}  // namespace signmark::container
