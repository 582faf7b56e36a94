// SPDX-License-Identifier: Apache-2.0
// The assertion `io.signmark.tiles`: where the lattice of a robust mark lies in the picture as it
// was signed, and the hash of each of its tiles (image-mark.md 6.3). One CBOR map:
//
//   alg       text    "io.signmark.lattice.1"
//   id        bytes   the 64-bit content id, big-endian
//   size      [uint, uint]  width and height of the stored picture, pixels
//   tile      uint    side of a tile, millionths of a pixel
//   origin    [int, int]    x and y of the lattice's origin, millionths of a pixel
//   rotation  int     millionths of a degree
//   tiles     [[int column, int row, bytes hash (8, big-endian)], ...]
#pragma once

#include "pipeline/medium.hpp"
#include "signmark/image.hpp"

namespace signmark {

inline constexpr std::string_view kTilesLabel = "io.signmark.tiles";

struct TileRecord {
  std::uint64_t content_id = 0;
  image::LatticePlace lattice;
  std::vector<image::TileHash> tiles;
};

Bytes encode_tiles(const TileRecord& record);
/// Errors: `pipeline.tiles` (another shape), those of the CBOR decoder.
Result<TileRecord> decode_tiles(const Limits& limits, ByteView cbor);

/// A 64-bit id as marks carry it.
Bytes id_bytes(std::uint64_t id);
/// 16 hex digits.
std::string id_text(std::uint64_t id);
/// The id of 8 bytes; nothing for another length.
std::optional<std::uint64_t> id_of(ByteView bytes);

}  // namespace signmark
