// SPDX-License-Identifier: Apache-2.0
// Changing the metadata of a WebP file, and moving it to a new encoding.
#include <algorithm>
#include <array>

#include "container/webp_handler.hpp"
#include "container/webp_layout.hpp"

namespace signmark::container {
namespace {

std::string_view id_at(ByteView file, Range range) {
  return as_text(file.subspan(range.offset, 4));
}

Result<Bytes> rewrite(ByteView file, const Block& block, const Bytes& payload) {
  ByteWriter data;
  if (block.kind == BlockKind::exif) {
    const ByteView old = file.subspan(block.range.offset + 8, block.range.size - 8);
    data.bytes(old.first(old.size() - exif_tiff(old).size()));
  }
  data.bytes(payload);
  return riff_chunk(Format::webp, id_at(file, block.range), data.view());
}

/// RFC 9649, 2.7: picture, EXIF, XMP, unknown chunks.
std::uint64_t place_for_xmp(const RiffScan& scan) {
  std::uint64_t place = kRiffHeader;
  for (const RiffChunk& chunk : scan.chunks)
    if (is_webp_media(chunk.id) || chunk.id == "EXIF") place = chunk.range.end();
  return place;
}

Byte flag_of(std::string_view id) {
  if (id == "XMP ") return webp::kFlagXmp;
  if (id == "EXIF") return webp::kFlagExif;
  return id == "ICCP" ? webp::kFlagIcc : Byte{0};
}

Byte metadata_flags(const RiffScan& scan) {
  Byte flags = 0;
  for (const RiffChunk& chunk : scan.chunks) flags |= flag_of(chunk.id);
  return flags;
}

/// A reader may ignore XMP that VP8X does not announce; a simple file gets its VP8X now.
Status announce_xmp(ByteView file, const RiffScan& scan, std::vector<Splice>& splices) {
  SIGNMARK_ASSIGN(const WebpLayout layout, read_webp_layout(scan));
  if (layout.extended) {
    const std::uint64_t flags_at = kRiffHeader + 8;
    const Byte flags = static_cast<Byte>(layout.flags | webp::kFlagXmp);
    if (flags != file[flags_at]) splices.push_back({{flags_at, 1}, {flags}});
    return {};
  }
  if (scan.chunks.front().id == "VP8X")
    return format_error(Format::webp, "unwritable", "the VP8X chunk has a wrong size",
                        at_byte(kRiffHeader), "export the picture again");
  const Byte flags = static_cast<Byte>(layout.flags | metadata_flags(scan) | webp::kFlagXmp);
  SIGNMARK_ASSIGN(Bytes chunk, webp_vp8x(layout, flags));
  splices.push_back({{kRiffHeader, 0}, std::move(chunk)});
  return {};
}

bool touches_xmp(const Inventory& inventory, const Edits& edits) {
  const auto is_xmp = [&](const Replacement& replacement) {
    return inventory.blocks[replacement.block].kind == BlockKind::xmp;
  };
  return edits.xmp || std::any_of(edits.replacements.begin(), edits.replacements.end(), is_xmp);
}

// ---------------------------------------------------------------------------------------------
// Transplanting

void view_chunk(Rope& rope, ByteView file, const RiffChunk& chunk) {
  rope.view(file.subspan(chunk.range.offset, chunk.range.size));
  if (chunk.range.size % 2 != 0) rope.own({0});  // the last chunk of a careless file
}

/// Chunks of the original that pass `wanted`.
template <class Predicate>
void view_chunks(Rope& rope, ByteView file, const RiffScan& scan, Predicate wanted) {
  for (const RiffChunk& chunk : scan.chunks)
    if (wanted(chunk.id)) view_chunk(rope, file, chunk);
}

bool is_foreign(std::string_view id) {
  return flag_of(id) == 0 && id != "VP8X" && id != "C2PA" && !is_webp_media(id);
}

/// A file with the chunks in the order of RFC 9649, 2.7.
Result<Rope> assemble(ByteView original, const RiffScan& old, ByteView encoded,
                      const RiffScan& fresh) {
  SIGNMARK_ASSIGN(const WebpLayout layout, read_webp_layout(fresh));
  const Byte own = layout.flags & (webp::kFlagAlpha | webp::kFlagAnimation);
  SIGNMARK_ASSIGN(const Bytes vp8x,
                  webp_vp8x(layout, static_cast<Byte>(own | metadata_flags(old))));
  const auto is = [](std::string_view wanted) {
    return [wanted](std::string_view id) { return id == wanted; };
  };
  ByteWriter header;
  header.text("RIFF").u32le(0).text("WEBP").bytes(vp8x);
  Rope rope;
  rope.own(header.take());
  view_chunks(rope, original, old, is("ICCP"));
  view_chunks(rope, encoded, fresh, is_webp_media);
  view_chunks(rope, original, old, is("EXIF"));
  view_chunks(rope, original, old, is("XMP "));
  view_chunks(rope, original, old, is_foreign);
  ByteWriter size;
  size.u32le(static_cast<std::uint32_t>(rope.size() - 8));
  SIGNMARK_TRY(check_limit("webp", "file-size", rope.size(), kMaxRiffFile, at_byte(4)));
  SIGNMARK_TRY(rope.patch(4, size.view()));
  return rope;
}

}  // namespace

Result<Plan> plan_webp(const Context& context, ByteView file, const Inventory& inventory,
                       const Edits& edits) {
  const auto write = [&](const Block& block, const Bytes& payload) {
    return rewrite(file, block, payload);
  };
  SIGNMARK_ASSIGN(auto splices, common_splices(inventory, edits, context.limits, write));
  SIGNMARK_ASSIGN(const RiffScan scan, scan_riff(context.limits, Format::webp, file));
  pad_riff_end(scan, splices);
  if (touches_xmp(inventory, edits)) SIGNMARK_TRY(announce_xmp(file, scan, splices));
  if (edits.xmp && inventory.find(BlockKind::xmp) == nullptr) {
    SIGNMARK_ASSIGN(Bytes chunk, riff_chunk(Format::webp, "XMP ", *edits.xmp));
    splices.push_back({{place_for_xmp(scan), 0}, std::move(chunk)});
  }
  if (edits.manifest) {  // C2PA 2.5 A.3.8: the last sub-chunk of the first RIFF header
    SIGNMARK_ASSIGN(Bytes chunk, riff_chunk(Format::webp, "C2PA", *edits.manifest));
    splices.push_back({{scan.end, 0}, std::move(chunk), true});
  }
  SIGNMARK_TRY(fix_riff_size(Format::webp, scan, splices));
  return splice_plan(file, std::move(splices));
}

Result<Rope> transplant_webp(const Context& context, ByteView original, ByteView encoded) {
  SIGNMARK_ASSIGN(const RiffScan old, scan_riff(context.limits, Format::webp, original));
  SIGNMARK_ASSIGN(const RiffScan fresh, scan_riff(context.limits, Format::webp, encoded));
  const bool plain = std::all_of(old.chunks.begin(), old.chunks.end(), [](const RiffChunk& chunk) {
    return flag_of(chunk.id) == 0 && !is_foreign(chunk.id);
  });
  if (!plain) return assemble(original, old, encoded, fresh);
  Rope rope;
  rope.view(encoded);
  return rope;
}

}  // namespace signmark::container
