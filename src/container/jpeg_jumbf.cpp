// SPDX-License-Identifier: Apache-2.0
// Joins and cuts JUMBF boxes in JPEG segments.
#include "container/jpeg_jumbf.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "container/jumbf_header.hpp"

namespace signmark::container {
namespace {

constexpr std::string_view kCommonIdentifier("JP");
constexpr std::size_t kBoxHeader = 8;  // LBox, TBox: repeated in every segment after the first
constexpr std::uint16_t kFirstInstance = 0x0211;

struct Part {
  std::uint16_t instance = 0;
  std::uint32_t number = 0;
  ByteView data;  // with the box header
};

Result<Part> read_part(const JpegSegment& segment) {
  ByteReader reader(segment.data, "container.jpeg", segment.range.offset + 4);
  SIGNMARK_TRY(reader.skip(kCommonIdentifier.size()));
  Part part;
  SIGNMARK_ASSIGN(part.instance, reader.u16be());
  SIGNMARK_ASSIGN(part.number, reader.u32be());
  SIGNMARK_ASSIGN(part.data, reader.peek(reader.remaining()));
  SIGNMARK_TRY(reader.skip(kBoxHeader));
  return part;
}

/// Gathers parts; remembers the newest box of each instance, so that hostile numbers of boxes cost
/// no searching.
class Collector {
 public:
  explicit Collector(const Limits& limits) : limits_(limits) {}

  Status add(const JpegSegment& segment) {
    const auto part = read_part(segment);
    if (part) return add_part(segment, *part);
    problem(part.error());
    return {};
  }
  JumbfScan take() { return std::move(scan_); }

 private:
  Status add_part(const JpegSegment& segment, const Part& part);
  JumbfBox* box_of(const Part& part);
  void problem(Error error) {
    if (!scan_.problem) scan_.problem = std::move(error);
  }

  const Limits& limits_;
  JumbfScan scan_;
  std::map<std::uint16_t, std::size_t> newest_;
};

/// A new box for part 1; otherwise the newest of the instance, if this is its next part.
JumbfBox* Collector::box_of(const Part& part) {
  if (part.number == 1) {
    newest_[part.instance] = scan_.boxes.size();
    JumbfBox& box = scan_.boxes.emplace_back();
    box.instance = part.instance;
    box.is_c2pa = is_c2pa_store(part.data);
    return &box;
  }
  const auto found = newest_.find(part.instance);
  if (found == newest_.end()) return nullptr;
  JumbfBox& box = scan_.boxes[found->second];
  return part.number == box.last_part + 1 ? &box : nullptr;
}

Status Collector::add_part(const JpegSegment& segment, const Part& part) {
  const std::string where = at_byte(segment.range.offset);
  JumbfBox* box = box_of(part);
  if (box == nullptr) {
    problem(format_error(Format::jpeg, "jumbf",
                         fmt::format("part {} of JUMBF box {} follows no earlier part", part.number,
                                     part.instance),
                         where)
                .value());
    return {};
  }
  box->last_part = part.number;
  box->segments.push_back(segment.range);
  if (!box->is_c2pa) return {};  // only its place matters
  const ByteView data = part.number == 1 ? part.data : part.data.subspan(kBoxHeader);
  box->data.insert(box->data.end(), data.begin(), data.end());
  return check_limit("jpeg", "manifest-store", box->data.size(), limits_.manifest_store, where);
}

}  // namespace

bool is_jumbf_segment(const JpegSegment& segment) {
  return segment.is(jpeg::kApp11, kCommonIdentifier);
}

Result<JumbfScan> collect_jumbf(const Limits& limits, const std::vector<JpegSegment>& segments) {
  Collector collector(limits);
  for (const JpegSegment& segment : segments)
    if (is_jumbf_segment(segment)) SIGNMARK_TRY(collector.add(segment));
  return collector.take();
}

Result<Bytes> jumbf_segments(ByteView box, std::uint16_t instance) {
  if (box.size() < kBoxHeader)
    return format_error(Format::jpeg, "unwritable", "the manifest store is no JUMBF box");
  ByteWriter out;
  const ByteView header = box.first(kBoxHeader);
  std::uint32_t number = 1;
  for (std::size_t from = 0; from < box.size(); ++number) {
    ByteWriter data;
    data.text(kCommonIdentifier).u16be(instance).u32be(number);
    if (number > 1) data.bytes(header);
    const std::size_t take = std::min(jpeg::kMaxSegmentData - data.size(), box.size() - from);
    data.bytes(box.subspan(from, take));
    SIGNMARK_ASSIGN(const Bytes segment, jpeg_segment(jpeg::kApp11, {}, data.view()));
    out.bytes(segment);
    from += take;
  }
  return out.take();
}

Result<std::uint16_t> free_instance(const std::vector<JumbfBox>& boxes) {
  std::vector<bool> taken(std::size_t{1} << 16);
  for (const JumbfBox& box : boxes) taken[box.instance] = true;
  const auto free = std::find(taken.begin() + kFirstInstance, taken.end(), false);
  if (free == taken.end())
    return format_error(Format::jpeg, "limit", "all JUMBF box numbers are taken", {},
                        "use a sidecar manifest");
  return static_cast<std::uint16_t>(free - taken.begin());
}

}  // namespace signmark::container
