// SPDX-License-Identifier: Apache-2.0
// Keeps the index of a multi-picture JPEG true.
#include "container/jpeg_mpf.hpp"

#include <algorithm>

#include "container/tiff_ifd.hpp"

namespace signmark::container {
namespace {

constexpr std::uint16_t kTagMpEntry = 0xB002;  // DC-007 table 3
constexpr std::uint64_t kEntrySize = 16;       // attribute, size, offset, two dependent entries
constexpr std::uint64_t kOffsetField = 8;
constexpr std::uint64_t kMaxIfdEntries = 1000;

/// Offsets count from the TIFF header inside the segment, so only what changes behind it matters.
std::int64_t growth_behind(std::uint64_t position, const std::vector<Splice>& splices) {
  std::int64_t growth = 0;
  for (const Splice& splice : splices)
    if (splice.range.offset >= position)
      growth += static_cast<std::int64_t>(splice.bytes.size()) -
                static_cast<std::int64_t>(splice.range.size);
  return growth;
}

/// The TIFF structure of the index with every offset but the first picture's (0) moved.
Result<Bytes> moved_index(ByteView tiff, std::int64_t growth) {
  SIGNMARK_ASSIGN(const TiffView view, TiffView::open(tiff, "container.jpeg"));
  SIGNMARK_ASSIGN(const TiffIfd ifd, view.ifd(view.first_ifd(), kMaxIfdEntries));
  Bytes out(tiff.begin(), tiff.end());
  const TiffEntry* list = ifd.find(kTagMpEntry);
  if (list == nullptr) return out;
  SIGNMARK_TRY(view.value(*list));  // checks that the list lies inside
  for (std::uint64_t at = 0; at + kEntrySize <= list->value.size; at += kEntrySize) {
    const std::uint64_t field = list->value.offset + at + kOffsetField;
    const TiffEntry offset{kTagMpEntry, kTypeLong, 1, 0, {field, 4}};
    SIGNMARK_ASSIGN(const std::uint64_t old, view.number(offset));
    if (old == 0) continue;
    const Bytes moved = view.layout().number(old + static_cast<std::uint64_t>(growth), 4);
    std::copy(moved.begin(), moved.end(), out.begin() + static_cast<std::ptrdiff_t>(field));
  }
  return out;
}

}  // namespace

Status repoint_pictures(ByteView file, const JpegScan& scan, std::vector<Splice>& splices) {
  if (scan.end == file.size()) return {};
  const auto index =
      std::find_if(scan.segments.begin(), scan.segments.end(),
                   [](const JpegSegment& s) { return s.is(jpeg::kApp2, jpeg::kMultiPicture); });
  if (index == scan.segments.end()) return {};
  const std::int64_t growth = growth_behind(index->range.end(), splices);
  if (growth == 0) return {};
  const ByteView tiff = index->data.subspan(jpeg::kMultiPicture.size());
  auto moved = moved_index(tiff, growth);
  if (!moved)
    return format_error(
        Format::jpeg, "unwritable",
        "the change would move pictures behind the first one, and their index cannot "
        "be read: " +
            moved.error().message,
        at_byte(index->range.offset), "export the picture again without further ones");
  splices.push_back({{index->range.end() - tiff.size(), tiff.size()}, std::move(*moved)});
  return {};
}

}  // namespace signmark::container
