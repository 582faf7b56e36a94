// SPDX-License-Identifier: Apache-2.0
// Splits a PNG file into chunks and builds chunks.
#include "container/png_chunks.hpp"

#include <zlib.h>

#include <algorithm>

namespace signmark::container {
namespace {

constexpr std::uint32_t kMaxChunkData = 0x7FFFFFFF;  // PNG 5.3: lengths are below 2^31

/// zlib's lengths are 32 bit, so large data goes in slices.
std::uint32_t crc_of(ByteView bytes) {
  constexpr std::size_t kSlice = 1U << 30;
  uLong crc = crc32(0, nullptr, 0);
  for (std::size_t from = 0; from < bytes.size(); from += kSlice) {
    const ByteView slice = bytes.subspan(from, std::min(kSlice, bytes.size() - from));
    crc = crc32(crc, slice.data(), static_cast<uInt>(slice.size()));
  }
  return static_cast<std::uint32_t>(crc);
}

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

Result<PngChunk> next_chunk(ByteReader& reader, ByteView file, PngCrc crc) {
  const std::uint64_t start = reader.position();
  SIGNMARK_ASSIGN(const std::uint32_t length, reader.u32be());
  if (length > kMaxChunkData) return reader.error("syntax", "chunk length above 2^31-1");
  SIGNMARK_ASSIGN(const ByteView type, reader.take(4));
  PngChunk chunk;
  chunk.type = as_text(type);
  if (!std::all_of(chunk.type.begin(), chunk.type.end(), is_letter))
    return reader.error("syntax", "a chunk type that is not four letters");
  SIGNMARK_ASSIGN(chunk.data, reader.take(length));
  SIGNMARK_ASSIGN(const std::uint32_t stored, reader.u32be());
  chunk.range = {start, reader.position() - start};
  chunk.crc_ok =
      crc == PngCrc::skip || crc_of(file.subspan(start + 4, std::size_t{length} + 4)) == stored;
  return chunk;
}

/// What a decoder relies on beyond well-formed chunks (PNG 5.6).
std::optional<Error> check_order(const std::vector<PngChunk>& chunks) {
  const auto is = [](std::string_view type) {
    return [type](const PngChunk& chunk) { return chunk.type == type; };
  };
  const auto broken = [](std::string message) {
    return format_error(Format::png, "syntax", std::move(message), at_byte(8)).value();
  };
  if (chunks.front().type != "IHDR" || chunks.front().data.size() != 13)
    return broken("the first chunk is not a header of 13 bytes");
  if (std::count_if(chunks.begin(), chunks.end(), is("IHDR")) != 1)
    return broken("more than one header");
  if (std::none_of(chunks.begin(), chunks.end(), is("IDAT"))) return broken("no picture data");
  return std::nullopt;
}

}  // namespace

Result<PngScan> scan_png(const Limits& limits, ByteView file, PngCrc crc) {
  ByteReader reader(file, "container.png");
  PngScan scan;
  if (!reader.skip(kPngSignature.size())) {
    scan.damage = format_error(Format::png, "truncated", "the signature is cut off").value();
    return scan;
  }
  while (scan.chunks.empty() || scan.chunks.back().type != "IEND") {
    auto chunk = next_chunk(reader, file, crc);
    if (!chunk) {
      scan.damage = std::move(chunk).error();
      return scan;
    }
    scan.chunks.push_back(*chunk);
    scan.end = chunk->range.end();
    SIGNMARK_TRY(check_limit("png", "blocks", scan.chunks.size(), limits.blocks,
                             at_byte(chunk->range.offset)));
  }
  scan.damage = check_order(scan.chunks);
  return scan;
}

Result<Bytes> png_chunk(std::string_view type, ByteView data) {
  if (data.size() > kMaxChunkData)
    return format_error(Format::png, "limit", "a PNG chunk holds at most 2^31-1 bytes",
                        std::string(type), "use a sidecar manifest");
  ByteWriter out;
  out.u32be(static_cast<std::uint32_t>(data.size())).text(type).bytes(data);
  out.u32be(crc_of(out.view().subspan(4)));
  return out.take();
}

}  // namespace signmark::container
