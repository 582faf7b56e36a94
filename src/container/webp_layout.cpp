// SPDX-License-Identifier: Apache-2.0
// Reads size, frames and flags of a WebP file.
#include "container/webp_layout.hpp"

#include <algorithm>
#include <array>

namespace signmark::container {
namespace {

constexpr std::size_t kVp8xSize = 10;
constexpr std::string_view kVp8StartCode("\x9D\x01\x2A", 3);  // RFC 6386, 9.1
constexpr Byte kVp8lSignature = 0x2F;                         // RFC 9649, 3.4

ByteReader reader_of(const RiffChunk& chunk) {
  return {chunk.data, "container.webp", chunk.range.offset + 8};
}

Status read_vp8x(const RiffChunk& chunk, WebpLayout& layout) {
  ByteReader reader = reader_of(chunk);
  SIGNMARK_ASSIGN(layout.flags, reader.u8());
  SIGNMARK_TRY(reader.skip(3));
  SIGNMARK_ASSIGN(const std::uint32_t width, reader.u24le());
  SIGNMARK_ASSIGN(const std::uint32_t height, reader.u24le());
  layout.width = width + 1;
  layout.height = height + 1;
  layout.extended = chunk.data.size() == kVp8xSize;
  return {};
}

/// Lossy: 3 bytes of frame tag, start code, two 14-bit sizes with 2 bits of scaling each.
Status read_vp8(const RiffChunk& chunk, WebpLayout& layout) {
  ByteReader reader = reader_of(chunk);
  SIGNMARK_TRY(reader.skip(3));
  if (!reader.next_is(kVp8StartCode)) return reader.error("syntax", "no VP8 key frame");
  SIGNMARK_TRY(reader.skip(kVp8StartCode.size()));
  SIGNMARK_ASSIGN(const std::uint16_t width, reader.u16le());
  SIGNMARK_ASSIGN(const std::uint16_t height, reader.u16le());
  layout.width = width & 0x3FFFU;
  layout.height = height & 0x3FFFU;
  return {};
}

/// Lossless: signature, then 14 bits of width - 1, 14 of height - 1, 1 that says alpha is used.
Status read_vp8l(const RiffChunk& chunk, WebpLayout& layout) {
  ByteReader reader = reader_of(chunk);
  SIGNMARK_ASSIGN(const std::uint8_t signature, reader.u8());
  if (signature != kVp8lSignature) return reader.error("syntax", "no VP8L signature");
  SIGNMARK_ASSIGN(const std::uint32_t bits, reader.u32le());
  layout.width = (bits & 0x3FFFU) + 1;
  layout.height = ((bits >> 14) & 0x3FFFU) + 1;
  layout.flags = (bits >> 28) & 1U ? webp::kFlagAlpha : 0;
  return {};
}

}  // namespace

bool is_webp_media(std::string_view id) {
  constexpr std::array<std::string_view, 5> kMedia = {"VP8 ", "VP8L", "ALPH", "ANIM", "ANMF"};
  return std::find(kMedia.begin(), kMedia.end(), id) != kMedia.end();
}

Result<WebpLayout> read_webp_layout(const RiffScan& scan) {
  const auto none = [] {
    return format_error(Format::webp, "syntax", "the file holds no picture", at_byte(kRiffHeader));
  };
  if (scan.chunks.empty()) return none();
  const auto is = [](std::string_view id) {
    return [id](const RiffChunk& chunk) { return chunk.id == id; };
  };
  WebpLayout layout;
  const RiffChunk& first = scan.chunks.front();
  if (first.id == "VP8 ")
    SIGNMARK_TRY(read_vp8(first, layout));
  else if (first.id == "VP8L")
    SIGNMARK_TRY(read_vp8l(first, layout));
  else if (first.id == "VP8X")
    SIGNMARK_TRY(read_vp8x(first, layout));
  layout.frames =
      static_cast<std::uint32_t>(std::count_if(scan.chunks.begin(), scan.chunks.end(), is("ANMF")));
  const bool still = std::any_of(scan.chunks.begin(), scan.chunks.end(), is("VP8 ")) ||
                     std::any_of(scan.chunks.begin(), scan.chunks.end(), is("VP8L"));
  if (layout.width == 0 || (!still && layout.frames == 0)) return none();
  return layout;
}

Result<Bytes> webp_vp8x(const WebpLayout& layout, Byte flags) {
  ByteWriter data;
  data.u8(flags).fill(3, 0).u24le(layout.width - 1).u24le(layout.height - 1);
  return riff_chunk(Format::webp, "VP8X", data.view());
}

}  // namespace signmark::container
