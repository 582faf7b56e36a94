// SPDX-License-Identifier: Apache-2.0
// Moving the metadata of a JPEG file to a new encoding.
#include <algorithm>

#include "container/jpeg_handler.hpp"
#include "container/jpeg_jumbf.hpp"

namespace signmark::container {
namespace {

constexpr std::string_view kAdobe("Adobe");
constexpr std::size_t kDensityAt = 4 + 7;  // marker and length; JFIF\0, version (JFIF 1.02)
constexpr std::size_t kDensitySize = 5;    // unit, horizontal, vertical

const JpegSegment* find_jfif(const JpegScan& scan) {
  const auto found =
      std::find_if(scan.segments.begin(), scan.segments.end(), [](const JpegSegment& segment) {
        return segment.is(jpeg::kApp0, jpeg::kJfif) && segment.data.size() >= 12;
      });
  return found == scan.segments.end() ? nullptr : &*found;
}

/// Segments that say how the pixels are coded (they come from the new encoding), or that speak of
/// pictures behind the end of the old file.
bool belongs_to_encoding(const JpegSegment& segment) {
  return segment.marker == jpeg::kApp0 || segment.is(jpeg::kApp14, kAdobe) ||
         segment.is(jpeg::kApp2, jpeg::kMultiPicture);
}

/// The JFIF segment of the new encoding with the original's pixel density.
Bytes with_density(ByteView segment, const JpegSegment* original) {
  Bytes out(segment.begin(), segment.end());
  if (original != nullptr)
    std::copy_n(original->data.begin() + (kDensityAt - 4), kDensitySize, out.begin() + kDensityAt);
  return out;
}

Status keep_metadata(const Limits& limits, ByteView original, const JpegScan& old, Rope& rope) {
  SIGNMARK_ASSIGN(const JumbfScan boxes, collect_jumbf(limits, old.segments));
  std::vector<Range> manifests;
  for (const JumbfBox& box : boxes.boxes)
    if (box.is_c2pa) manifests.insert(manifests.end(), box.segments.begin(), box.segments.end());
  const auto before = [](const Range& a, const Range& b) { return a.offset < b.offset; };
  std::sort(manifests.begin(), manifests.end(), before);
  for (const JpegSegment& segment : old.segments) {
    const bool metadata = jpeg::is_app(segment.marker) || segment.marker == jpeg::kCom;
    if (!metadata || belongs_to_encoding(segment)) continue;
    if (std::binary_search(manifests.begin(), manifests.end(), segment.range, before)) continue;
    rope.view(original.subspan(segment.range.offset, segment.range.size));
  }
  return {};
}

}  // namespace

Result<Rope> transplant_jpeg(const Context& context, ByteView original, ByteView encoded) {
  SIGNMARK_ASSIGN(const JpegScan old, scan_jpeg(context.limits, original));
  SIGNMARK_ASSIGN(const JpegScan fresh, scan_jpeg(context.limits, encoded));
  const auto part = [&](const Range& range) { return encoded.subspan(range.offset, range.size); };
  Rope rope;
  rope.view(encoded.first(2));
  const JpegSegment* jfif = find_jfif(fresh);
  if (jfif != nullptr) rope.own(with_density(part(jfif->range), find_jfif(old)));
  SIGNMARK_TRY(keep_metadata(context.limits, original, old, rope));
  for (const JpegSegment& segment : fresh.segments) {
    if (segment.marker == jpeg::kSos) {
      rope.view(part({segment.range.offset, fresh.end - segment.range.offset}));
      break;
    }
    const bool metadata = jpeg::is_app(segment.marker) || segment.marker == jpeg::kCom;
    if (!metadata || segment.is(jpeg::kApp14, kAdobe)) rope.view(part(segment.range));
  }
  return rope;
}

}  // namespace signmark::container
