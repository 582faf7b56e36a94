// SPDX-License-Identifier: Apache-2.0
// Splits a GIF file into blocks and builds extensions.
#include "container/gif_blocks.hpp"

#include <algorithm>

namespace signmark::container {
namespace {

constexpr std::size_t kMaxSubBlock = 255;
/// Begin of the magic trailer; whatever byte a skipping reader lands on leads it to the final zero.
constexpr std::string_view kTrailerStart("\x01\xFF\xFE\xFD\xFC", 5);

/// Packed fields of screen and image descriptor: bit 7 says that a colour table follows, bits 0 to
/// 2 its size as a power of two.
std::uint64_t colour_table_size(Byte packed) {
  return (packed & 0x80) == 0 ? 0 : 3ULL << ((packed & 7) + 1);
}

/// Passes sub-blocks up to and including the terminator.
Result<ByteView> take_sub_blocks(ByteReader& reader, ByteView file) {
  const std::size_t start = reader.position();
  while (true) {
    SIGNMARK_ASSIGN(const std::uint8_t size, reader.u8());
    if (size == 0) return file.subspan(start, reader.position() - start - 1);
    SIGNMARK_TRY(reader.skip(size));
  }
}

Status read_extension(ByteReader& reader, ByteView file, GifBlock& block) {
  SIGNMARK_ASSIGN(block.label, reader.u8());
  if (block.label == gif::kApplication && reader.next_is("\x0B")) {
    SIGNMARK_TRY(reader.skip(1));
    SIGNMARK_ASSIGN(const ByteView application, reader.take(11));
    block.application = as_text(application);
  }
  SIGNMARK_ASSIGN(block.data, take_sub_blocks(reader, file));
  return {};
}

Status read_image(ByteReader& reader, ByteView file, GifBlock& block) {
  SIGNMARK_TRY(reader.skip(8));  // position and size
  SIGNMARK_ASSIGN(const std::uint8_t packed, reader.u8());
  SIGNMARK_TRY(reader.skip(colour_table_size(packed) + 1));  // and the minimum code size
  SIGNMARK_ASSIGN(block.data, take_sub_blocks(reader, file));
  return {};
}

Result<GifBlock> next_block(ByteReader& reader, ByteView file) {
  GifBlock block;
  const std::uint64_t start = reader.position();
  SIGNMARK_ASSIGN(block.introducer, reader.u8());
  if (block.introducer == gif::kExtension)
    SIGNMARK_TRY(read_extension(reader, file, block));
  else if (block.introducer == gif::kImage)
    SIGNMARK_TRY(read_image(reader, file, block));
  else if (block.introducer != gif::kTrailer)
    return reader.error("syntax", "neither extension, image nor trailer");
  block.range = {start, reader.position() - start};
  return block;
}

Status read_screen(ByteReader& reader, GifScan& scan) {
  SIGNMARK_TRY(reader.skip(6));  // signature and version
  SIGNMARK_ASSIGN(scan.width, reader.u16le());
  SIGNMARK_ASSIGN(scan.height, reader.u16le());
  SIGNMARK_ASSIGN(const std::uint8_t packed, reader.u8());
  SIGNMARK_TRY(reader.skip(2 + colour_table_size(packed)));  // background, aspect ratio
  scan.first_block = reader.position();
  return {};
}

void put_sub_blocks(ByteWriter& out, ByteView content) {
  for (std::size_t from = 0; from < content.size(); from += kMaxSubBlock) {
    const ByteView part = content.subspan(from, std::min(kMaxSubBlock, content.size() - from));
    out.u8(static_cast<Byte>(part.size())).bytes(part);
  }
  out.u8(0);
}

}  // namespace

Result<GifScan> scan_gif(const Limits& limits, ByteView file) {
  ByteReader reader(file, "container.gif");
  GifScan scan;
  if (const Status screen = read_screen(reader, scan); !screen) {
    scan.damage = screen.error();
    return scan;
  }
  while (scan.blocks.empty() || scan.blocks.back().introducer != gif::kTrailer) {
    const auto block = next_block(reader, file);
    if (!block) {
      scan.damage = block.error();
      return scan;
    }
    scan.blocks.push_back(*block);
    SIGNMARK_TRY(check_limit("gif", "blocks", scan.blocks.size(), limits.blocks,
                             at_byte(block->range.offset)));
  }
  scan.end = reader.position();
  return scan;
}

Bytes join_sub_blocks(ByteView data) {
  Bytes out;
  for (std::size_t at = 0; at < data.size();) {
    const std::size_t size = std::min<std::size_t>(data[at], data.size() - at - 1);
    const ByteView part = data.subspan(at + 1, size);
    out.insert(out.end(), part.begin(), part.end());
    at += 1 + size;
  }
  return out;
}

Bytes gif_xmp_packet(ByteView data) {
  const std::size_t trailer = as_text(data).rfind(kTrailerStart);
  if (trailer == std::string_view::npos) return join_sub_blocks(data);
  const ByteView packet = data.first(trailer);
  return {packet.begin(), packet.end()};
}

Bytes gif_application(std::string_view application, ByteView content) {
  ByteWriter out;
  out.u8(gif::kExtension).u8(gif::kApplication).u8(11).text(application);
  put_sub_blocks(out, content);
  return out.take();
}

Bytes gif_comment(ByteView text) {
  ByteWriter out;
  out.u8(gif::kExtension).u8(gif::kComment);
  put_sub_blocks(out, text);
  return out.take();
}

Result<Bytes> gif_xmp(ByteView packet) {
  if (std::find(packet.begin(), packet.end(), Byte{0}) != packet.end())
    return format_error(Format::gif, "unwritable", "an XMP packet with NUL bytes", {},
                        "write the packet in UTF-8");
  ByteWriter out;
  out.u8(gif::kExtension).u8(gif::kApplication).u8(11).text(gif::kXmp).bytes(packet);
  out.u8(1);
  for (int value = 255; value >= 0; --value) out.u8(static_cast<Byte>(value));
  out.u8(0);
  return out.take();
}

}  // namespace signmark::container
