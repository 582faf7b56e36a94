// SPDX-License-Identifier: Apache-2.0
// GIF blocks (GIF89a specification): splitting a file into them, and building extensions.
#pragma once

#include <optional>

#include "container/handler.hpp"

namespace signmark::container {

namespace gif {
inline constexpr Byte kExtension = 0x21, kImage = 0x2C, kTrailer = 0x3B;
inline constexpr Byte kApplication = 0xFF, kComment = 0xFE, kPlainText = 0x01, kControl = 0xF9;
inline constexpr std::string_view kXmp("XMP DataXMP");                // XMP part 3, 1.1.2
inline constexpr std::string_view kC2pa("C2PA_GIF\x01\x00\x00", 11);  // C2PA 2.5 A.3.3
inline constexpr std::string_view kNetscape("NETSCAPE2.0"), kAnimExts("ANIMEXTS1.0");
}  // namespace gif

/// One block behind the colour table.
struct GifBlock {
  Byte introducer = 0;           ///< kExtension, kImage or kTrailer
  Byte label = 0;                ///< of an extension
  std::string_view application;  ///< identifier and authentication code, 11 bytes; application only
  Range range;                   ///< the whole block
  ByteView data;                 ///< sub-blocks with their size bytes, without the terminator
};

struct GifScan {
  std::uint32_t width = 0, height = 0;
  std::uint64_t first_block = 0;  ///< behind header, screen descriptor and global colour table
  std::vector<GifBlock> blocks;
  std::uint64_t end = 0;  ///< behind the trailer
  std::optional<Error> damage;
};

/// Errors: `container.gif.limit` above limits.blocks blocks.
Result<GifScan> scan_gif(const Limits& limits, ByteView file);

/// The content of sub-blocks without their size bytes.
Bytes join_sub_blocks(ByteView data);

/// The packet of an XMP application extension: raw with the magic trailer, or (other writers) in
/// real sub-blocks.
Bytes gif_xmp_packet(ByteView data);

/// An application extension with sub-blocks of up to 255 bytes.
Bytes gif_application(std::string_view application, ByteView content);

/// A comment extension.
Bytes gif_comment(ByteView text);

/// An XMP application extension. Errors: `container.gif.unwritable` for a packet with NUL bytes,
/// which would end it for readers that know nothing of XMP.
Result<Bytes> gif_xmp(ByteView packet);

}  // namespace signmark::container
