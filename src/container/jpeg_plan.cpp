// SPDX-License-Identifier: Apache-2.0
// Changing the metadata of a JPEG file.
#include <algorithm>

#include "container/jpeg_handler.hpp"
#include "container/jpeg_jumbf.hpp"
#include "container/jpeg_mpf.hpp"

namespace signmark::container {
namespace {

/// Behind SOI and the APP0 segments (JFIF, JFXX), which must come first.
std::uint64_t behind_app0(const JpegScan& scan) {
  std::uint64_t place = 2;
  for (const JpegSegment& segment : scan.segments) {
    if (segment.marker != jpeg::kApp0) break;
    place = segment.range.end();
  }
  return place;
}

/// XMP part 3, 1.1.3: behind the EXIF segment, which some readers expect first.
std::uint64_t place_for_xmp(const JpegScan& scan) {
  for (const JpegSegment& segment : scan.segments) {
    if (segment.marker == jpeg::kSos) break;
    if (segment.is(jpeg::kApp1, jpeg::kExif)) return segment.range.end();
  }
  return behind_app0(scan);
}

Result<Bytes> rewrite(ByteView file, const Block& block, const Bytes& payload) {
  const Byte marker = file[block.range.offset + 1];
  const ByteView old = file.subspan(block.range.offset + 4, block.range.size - 4);
  switch (block.kind) {
    case BlockKind::exif:
      return jpeg_segment(marker, as_text(old.first(old.size() - exif_tiff(old).size())), payload);
    case BlockKind::aigc:
      return jpeg_segment(marker, jpeg::kAigc, payload);
    case BlockKind::text:
      return jpeg_segment(marker, {}, payload);
    default:
      break;
  }
  if (!starts_with(old, jpeg::kXmp))
    return format_error(Format::jpeg, "unwritable", "extended XMP is only read",
                        at_byte(block.range.offset), "change the main packet instead");
  return jpeg_segment(marker, jpeg::kXmp, payload);
}

Result<Splice> manifest_splice(const Limits& limits, const JpegScan& scan, ByteView store) {
  SIGNMARK_ASSIGN(const JumbfScan present, collect_jumbf(limits, scan.segments));
  SIGNMARK_ASSIGN(const std::uint16_t instance, free_instance(present.boxes));
  SIGNMARK_ASSIGN(Bytes segments, jumbf_segments(store, instance));
  return Splice{{behind_app0(scan), 0}, std::move(segments), true};
}

}  // namespace

Result<Plan> plan_jpeg(const Context& context, ByteView file, const Inventory& inventory,
                       const Edits& edits) {
  const auto write = [&](const Block& block, const Bytes& payload) {
    return rewrite(file, block, payload);
  };
  SIGNMARK_ASSIGN(auto splices, common_splices(inventory, edits, context.limits, write));
  SIGNMARK_ASSIGN(const JpegScan scan, scan_jpeg(context.limits, file));
  if (edits.manifest) {
    SIGNMARK_ASSIGN(Splice manifest, manifest_splice(context.limits, scan, *edits.manifest));
    splices.push_back(std::move(manifest));
  }
  if (edits.xmp && inventory.find(BlockKind::xmp) == nullptr) {
    SIGNMARK_ASSIGN(Bytes segment, jpeg_segment(jpeg::kApp1, jpeg::kXmp, *edits.xmp));
    splices.push_back({{place_for_xmp(scan), 0}, std::move(segment)});
  }
  SIGNMARK_TRY(repoint_pictures(file, scan, splices));
  return splice_plan(file, std::move(splices));
}

}  // namespace signmark::container
