// SPDX-License-Identifier: Apache-2.0
// What stands in a JPEG file.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "container/jpeg_handler.hpp"
#include "container/jpeg_jumbf.hpp"

namespace signmark::container {
namespace {

/// A piece of something that one segment could not hold.
struct Part {
  std::uint64_t position = 0;  ///< byte offset (extended XMP) or sequence number (ICC)
  std::uint64_t total = 0;     ///< full length, or number of parts
  Range range;
  ByteView data;
};

/// Reads one file; holds what is spread over several segments.
class JpegInspector {
 public:
  JpegInspector(const Context& context, Inventory& inventory)
      : context_(context), inventory_(inventory) {}

  Status segment(const JpegSegment& segment);
  /// Joins what was spread.
  Status finish();

 private:
  void frame(const JpegSegment& segment);
  void extended_xmp_part(const JpegSegment& segment);
  void profile_part(const JpegSegment& segment);
  Status app(const JpegSegment& segment);
  Status profile();
  Status extended_xmp(std::vector<Part>& parts);
  Status add(const JpegSegment& segment, BlockKind kind, std::string place, ByteView payload,
             std::string key = {});

  const Context& context_;
  Inventory& inventory_;
  std::vector<Part> profile_;
  std::map<std::string, std::vector<Part>> extended_;  // by the digest that names the packet
};

/// SOFn: C0 to CF without DHT, JPG, DAC (T.81 table B.1).
bool is_frame(Byte marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

Bytes owned(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

Status JpegInspector::add(const JpegSegment& segment, BlockKind kind, std::string place,
                          ByteView payload, std::string key) {
  return add_block(context_, inventory_,
                   {kind, std::move(place), std::move(key), segment.range, owned(payload)});
}

/// Precision, lines, samples a line (T.81 B.2.2); lines may be 0 and come in a DNL behind the scan.
void JpegInspector::frame(const JpegSegment& segment) {
  ByteReader reader(segment.data, "container.jpeg", segment.range.offset + 4);
  const bool definition = segment.marker == jpeg::kDnl;
  if (!definition && !reader.skip(1)) return;
  const auto height = reader.u16be();
  if (height && inventory_.height == 0) inventory_.height = *height;
  if (definition) return;
  const auto width = reader.u16be();
  if (width && inventory_.width == 0) inventory_.width = *width;
}

/// XMP part 3, 1.1.3.1: digest (32 letters), full length, offset of this part.
void JpegInspector::extended_xmp_part(const JpegSegment& segment) {
  ByteReader reader(segment.data.subspan(jpeg::kExtendedXmp.size()), "container.jpeg",
                    segment.range.offset);
  const auto digest = reader.take(32);
  const auto total = reader.u32be();
  const auto position = reader.u32be();
  if (!digest || !total || !position) {
    mark_damaged(inventory_, reader.error("truncated", "extended XMP is cut off").value());
    return;
  }
  extended_[std::string(as_text(*digest))].push_back(
      {*position, *total, segment.range, reader.rest()});
}

/// ICC.1 annex B.4: sequence number from 1, number of parts.
void JpegInspector::profile_part(const JpegSegment& segment) {
  ByteReader reader(segment.data.subspan(jpeg::kIcc.size()), "container.jpeg",
                    segment.range.offset);
  const auto number = reader.u8();
  const auto count = reader.u8();
  if (number && count) profile_.push_back({*number, *count, segment.range, reader.rest()});
}

Status JpegInspector::app(const JpegSegment& segment) {
  const std::string place = fmt::format("JPEG APP{}", segment.marker - jpeg::kApp0);
  if (segment.is(jpeg::kApp1, jpeg::kXmp))
    return add(segment, BlockKind::xmp, place + " XMP", segment.data.subspan(jpeg::kXmp.size()));
  if (segment.is(jpeg::kApp1, jpeg::kExif))
    return add_exif(
        context_, inventory_,
        {BlockKind::exif, place + " EXIF", {}, segment.range, owned(exif_tiff(segment.data))});
  const bool wild_place = segment.marker == jpeg::kApp9 || segment.marker == jpeg::kApp11;
  if (wild_place && starts_with(segment.data, jpeg::kAigc))
    return add(segment, BlockKind::aigc, place + " AIGC", segment.data.subspan(jpeg::kAigc.size()),
               std::string(jpeg::kAigc));
  if (segment.is(jpeg::kApp1, jpeg::kExtendedXmp)) {
    extended_xmp_part(segment);
    return {};
  }
  if (segment.is(jpeg::kApp2, jpeg::kIcc)) {
    profile_part(segment);
    return {};
  }
  return is_jumbf_segment(segment) ? Status() : add(segment, BlockKind::other, place, {});
}

Status JpegInspector::segment(const JpegSegment& segment) {
  if (is_frame(segment.marker) || segment.marker == jpeg::kDnl) frame(segment);
  if (segment.marker == jpeg::kCom)
    return add(segment, BlockKind::text, "JPEG COM", segment.data, "COM");
  return jpeg::is_app(segment.marker) ? app(segment) : Status();
}

Status JpegInspector::profile() {
  if (profile_.empty()) return {};
  std::stable_sort(profile_.begin(), profile_.end(),
                   [](const Part& a, const Part& b) { return a.position < b.position; });
  Bytes joined;
  bool whole = true;
  for (std::size_t i = 0; i < profile_.size(); ++i) {
    whole = whole && profile_[i].position == i + 1 && profile_[i].total == profile_.size();
    joined.insert(joined.end(), profile_[i].data.begin(), profile_[i].data.end());
  }
  const Range range = profile_.front().range;
  if (whole)
    return add_block(context_, inventory_,
                     {BlockKind::icc, "JPEG APP2 ICC", {}, range, std::move(joined)});
  note_problem(inventory_,
               format_error(Format::jpeg, "icc", "parts of the colour profile are missing",
                            at_byte(range.offset))
                   .value());
  return add_block(context_, inventory_, {BlockKind::other, "JPEG APP2 ICC", {}, range, {}});
}

/// Joins parts that follow one another without gap; memory is bound by the parts, not by their
/// claims.
Status JpegInspector::extended_xmp(std::vector<Part>& parts) {
  std::stable_sort(parts.begin(), parts.end(),
                   [](const Part& a, const Part& b) { return a.position < b.position; });
  const Range first = parts.front().range;
  Bytes joined;
  for (const Part& part : parts) {
    if (part.position != joined.size()) break;
    joined.insert(joined.end(), part.data.begin(), part.data.end());
  }
  if (joined.size() != parts.front().total) {
    mark_damaged(inventory_,
                 format_error(Format::jpeg, "xmp", "parts of the extended XMP are missing",
                              at_byte(first.offset))
                     .value());
    return {};
  }
  return add_block(context_, inventory_,
                   {BlockKind::xmp, "JPEG APP1 extended XMP", {}, first, std::move(joined)});
}

Status JpegInspector::finish() {
  SIGNMARK_TRY(profile());
  for (auto& [digest, parts] : extended_) SIGNMARK_TRY(extended_xmp(parts));
  return {};
}

/// Neighbouring segments make one exclusion: C2PA readers compare it with the sum of the segments.
void add_exclusions(const std::vector<Range>& segments, std::vector<Range>& exclusions) {
  const std::size_t first = exclusions.size();
  for (const Range& segment : segments) {
    if (exclusions.size() > first && exclusions.back().end() == segment.offset)
      exclusions.back().size += segment.size;
    else
      exclusions.push_back(segment);
  }
}

Status add_boxes(const Context& context, JumbfScan& scan, Inventory& inventory) {
  for (JumbfBox& box : scan.boxes) {
    const Range first = box.segments.front();
    const Range range{first.offset, box.segments.back().end() - first.offset};
    if (box.is_c2pa) add_exclusions(box.segments, inventory.manifest_exclusions);
    SIGNMARK_TRY(add_block(context, inventory,
                           {box.is_c2pa ? BlockKind::c2pa : BlockKind::other,
                            box.is_c2pa ? "JPEG APP11 C2PA" : "JPEG APP11 JUMBF",
                            {},
                            range,
                            std::move(box.data)}));
  }
  if (scan.problem) note_problem(inventory, *scan.problem);
  return {};
}

}  // namespace

Status inspect_jpeg(const Context& context, ByteView file, Inventory& inventory) {
  SIGNMARK_ASSIGN(const JpegScan scan, scan_jpeg(context.limits, file));
  JpegInspector inspector(context, inventory);
  for (const JpegSegment& segment : scan.segments) SIGNMARK_TRY(inspector.segment(segment));
  SIGNMARK_TRY(inspector.finish());
  SIGNMARK_ASSIGN(JumbfScan boxes, collect_jumbf(context.limits, scan.segments));
  SIGNMARK_TRY(add_boxes(context, boxes, inventory));
  if (scan.oddity) note_problem(inventory, *scan.oddity);
  if (scan.damage)
    mark_damaged(inventory, *scan.damage);
  else if (scan.end < file.size())
    inventory.trailing = {scan.end, file.size() - scan.end};
  return {};
}

}  // namespace signmark::container
