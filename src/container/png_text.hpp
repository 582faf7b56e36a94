// SPDX-License-Identifier: Apache-2.0
// PNG textual chunks tEXt, zTXt, iTXt (PNG 3rd edition, section 11.3.3) and zlib data with a cap.
#pragma once

#include "container/png_chunks.hpp"

namespace signmark::container {

/// XMP specification part 3, 1.1.5: the iTXt keyword of an XMP packet.
inline constexpr std::string_view kPngXmpKeyword = "XML:com.adobe.xmp";

/// A textual chunk, taken apart but not inflated; views live as long as the chunk.
struct PngText {
  std::string keyword;
  bool compressed = false;
  ByteView language;  ///< iTXt: language tag and translated keyword, each with its NUL
  ByteView text;      ///< as stored
};

/// A file's compressed fields may together yield as much as so many blocks at the limit: without
/// such a sum 100,000 small chunks could cost 100 GiB of inflating.
inline constexpr std::uint64_t kInflatedFields = 16;

/// How much all compressed fields of one file may yield together, in bytes.
struct InflateBudget {
  std::uint64_t each = 0;
  std::uint64_t left = 0;
};

bool is_png_text(std::string_view type);

/// Errors: `container.png.truncated`, `container.png.syntax`.
Result<PngText> split_png_text(const PngChunk& chunk);

/// Inflates a zlib stream. Errors: `container.png.zlib` for a broken stream, `container.png.limit`
/// when it yields more than the budget.
Result<Bytes> inflate_capped(ByteView data, InflateBudget& budget, const std::string& where);

/// The chunk with another text, uncompressed (zTXt becomes tEXt); keyword and language stay.
/// Errors: as split_png_text, png_chunk.
Result<Bytes> rewrite_png_text(const PngChunk& chunk, ByteView text);

/// A new iTXt chunk with an XMP packet.
Result<Bytes> png_xmp_chunk(ByteView packet);

}  // namespace signmark::container
