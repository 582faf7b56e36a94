// SPDX-License-Identifier: Apache-2.0
// Joins the pixel tags of one TIFF file with the metadata of another.
#include "container/tiff_transplant.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "container/tiff_rewrite.hpp"

namespace signmark::container {
namespace {

/// Tags about how pixels are stored, ascending (TIFF 6.0 parts 1 and 2, its technical notes,
/// libtiff).
constexpr std::uint16_t kPixelTags[] = {
    254,    // NewSubfileType
    255,    // SubfileType
    256,    // ImageWidth
    257,    // ImageLength
    258,    // BitsPerSample
    259,    // Compression
    262,    // PhotometricInterpretation
    263,    // Threshholding
    264,    // CellWidth
    265,    // CellLength
    266,    // FillOrder
    273,    // StripOffsets
    277,    // SamplesPerPixel
    278,    // RowsPerStrip
    279,    // StripByteCounts
    280,    // MinSampleValue
    281,    // MaxSampleValue
    284,    // PlanarConfiguration
    290,    // GrayResponseUnit
    291,    // GrayResponseCurve
    292,    // T4Options
    293,    // T6Options
    317,    // Predictor
    320,    // ColorMap
    322,    // TileWidth
    323,    // TileLength
    324,    // TileOffsets
    325,    // TileByteCounts
    326,    // BadFaxLines
    327,    // CleanFaxData
    328,    // ConsecutiveBadFaxLines
    338,    // ExtraSamples
    339,    // SampleFormat
    340,    // SMinSampleValue
    341,    // SMaxSampleValue
    346,    // Indexed
    347,    // JPEGTables
    512,    // JPEGProc
    513,    // JPEGInterchangeFormat
    514,    // JPEGInterchangeFormatLength
    515,    // JPEGRestartInterval
    517,    // JPEGLosslessPredictors
    518,    // JPEGPointTransforms
    519,    // JPEGQTables
    520,    // JPEGDCTables
    521,    // JPEGACTables
    529,    // YCbCrCoefficients
    530,    // YCbCrSubSampling
    531,    // YCbCrPositioning
    532,    // ReferenceBlackWhite
    32997,  // ImageDepth
    32998,  // TileDepth
    50674,  // LercParameters
};

/// Room for tables and padding beside the values, bytes.
constexpr std::uint64_t kSlack = 1U << 16;

bool is_pixel_tag(std::uint16_t tag) {
  return std::binary_search(std::begin(kPixelTags), std::end(kPixelTags), tag);
}

/// The same pointers that the scan follows, so that the depth is at most three.
bool is_directory(TiffDirKind parent, std::uint16_t tag) {
  if (parent == TiffDirKind::exif) return tag == kTagInteropIfd;
  return parent == TiffDirKind::page && (tag == kTagExifIfd || tag == kTagGpsIfd);
}

/// Never carried over: the manifest signs other pixels, free lists describe another file.
bool is_left_out(std::uint16_t tag) {
  return tag == kTagC2pa || tag == kTagFreeOffsets || tag == kTagFreeByteCounts ||
         tag == kTagSubIfds;
}

class TiffTransplanter {
 public:
  TiffTransplanter(const TiffScan& old, const TiffScan& fresh)
      : old_(old),
        fresh_(fresh),
        layout_(fresh.view.layout()),
        tail_(fresh.view.layout(), fresh.view.data().size()) {}

  Result<Rope> run();

 private:
  using Entries = std::vector<std::pair<std::uint16_t, Bytes>>;

  Result<std::uint64_t> page(const TiffIfd& old, const TiffIfd& fresh, std::uint64_t next);
  Result<std::uint64_t> directory(std::uint64_t offset);
  Status carry_all(const TiffIfd& ifd, TiffDirKind kind, Entries& entries);
  Result<Bytes> carried(const TiffEntry& entry, TiffDirKind parent);
  [[nodiscard]] Bytes in_fresh_order(const TiffEntry& entry, ByteView value) const;
  [[nodiscard]] Status check_sub_ifds() const;
  std::uint64_t append_ifd(Entries entries, std::uint64_t next);

  const TiffScan& old_;
  const TiffScan& fresh_;
  const TiffLayout layout_;
  TiffTail tail_;
  std::map<std::uint64_t, std::uint64_t> moved_;  ///< directories by their old offset
};

/// Pages that carry a picture; a manifest may stand in a directory of its own.
std::vector<const TiffIfd*> picture_pages(const TiffScan& scan) {
  std::vector<const TiffIfd*> pages;
  for (std::size_t i = 0; i < scan.pages; ++i)
    if (scan.dirs[i].ifd.find(kTagImageWidth) != nullptr) pages.push_back(&scan.dirs[i].ifd);
  return pages;
}

/// Numbers are swapped where the byte orders differ; rationals are two numbers of 4 bytes.
Bytes TiffTransplanter::in_fresh_order(const TiffEntry& entry, ByteView value) const {
  Bytes out(value.begin(), value.end());
  if (old_.view.layout().big_endian == layout_.big_endian) return out;
  const bool rational = entry.type == 5 || entry.type == 10;
  const std::size_t unit = rational ? 4 : tiff_type_size(entry.type);
  for (std::size_t i = 0; i + unit <= out.size(); i += unit)
    std::reverse(out.begin() + static_cast<std::ptrdiff_t>(i),
                 out.begin() + static_cast<std::ptrdiff_t>(i + unit));
  return out;
}

/// The moved directory; one that several pages share stays shared.
Result<std::uint64_t> TiffTransplanter::directory(std::uint64_t offset) {
  if (const auto known = moved_.find(offset); known != moved_.end()) return known->second;
  const auto dir = std::find_if(old_.dirs.begin(), old_.dirs.end(),
                                [&](const TiffDir& d) { return d.ifd.offset == offset; });
  if (dir == old_.dirs.end() || dir->kind == TiffDirKind::page)
    return tiff_unwritable("a directory of the original is missing");
  Entries entries;
  SIGNMARK_TRY(carry_all(dir->ifd, dir->kind, entries));
  const std::uint64_t moved = append_ifd(std::move(entries), 0);
  moved_.emplace(offset, moved);
  return moved;
}

Status TiffTransplanter::carry_all(const TiffIfd& ifd, TiffDirKind kind, Entries& entries) {
  for (const TiffEntry& entry : ifd.entries) {
    if (is_left_out(entry.tag) || (kind == TiffDirKind::page && is_pixel_tag(entry.tag))) continue;
    SIGNMARK_ASSIGN(Bytes bytes, carried(entry, kind));
    entries.emplace_back(entry.tag, std::move(bytes));
    // Entries that share one value would multiply it.
    if (tail_.end() - fresh_.view.data().size() > 2 * old_.view.data().size() + kSlack)
      return tiff_unwritable("fields share their values beyond the size of the file");
  }
  return {};
}

Result<Bytes> TiffTransplanter::carried(const TiffEntry& entry, TiffDirKind parent) {
  if (is_directory(parent, entry.tag)) {
    SIGNMARK_ASSIGN(const std::uint64_t offset, old_.view.number(entry));
    SIGNMARK_ASSIGN(const std::uint64_t moved, directory(offset));
    const std::uint16_t type = layout_.big_tiff ? kTypeIfd8 : kTypeLong;
    return tail_.field(entry.tag, type, 1, layout_.number(moved, layout_.offset_size()));
  }
  const bool wide = entry.type >= kTypeLong8 && entry.type <= kTypeIfd8;
  if (tiff_type_size(entry.type) == 0 || entry.type == kTypeIfd || (wide && !layout_.big_tiff))
    return tiff_unwritable(
        fmt::format("tag {} of type {} cannot be carried over", entry.tag, entry.type));
  SIGNMARK_ASSIGN(const ByteView value, old_.view.value(entry));
  return tail_.field(entry.tag, entry.type, entry.count, in_fresh_order(entry, value));
}

std::uint64_t TiffTransplanter::append_ifd(Entries entries, std::uint64_t next) {
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Bytes> table;
  for (auto& [tag, bytes] : entries) table.push_back(std::move(bytes));
  tail_.align();
  return tail_.append(layout_.ifd(table, next));
}

Result<std::uint64_t> TiffTransplanter::page(const TiffIfd& old, const TiffIfd& fresh,
                                             std::uint64_t next) {
  Entries entries;
  for (const TiffEntry& entry : fresh.entries) {
    if (!is_pixel_tag(entry.tag)) continue;
    const ByteView raw = fresh_.view.data().subspan(entry.position, layout_.entry_size());
    entries.emplace_back(entry.tag, Bytes(raw.begin(), raw.end()));
  }
  SIGNMARK_TRY(carry_all(old, TiffDirKind::page, entries));
  return append_ifd(std::move(entries), next);
}

/// NewSubfileType bit 0: a reduced version of another picture. Others are the picture itself (raw).
Status TiffTransplanter::check_sub_ifds() const {
  for (const TiffDir& dir : old_.dirs) {
    if (dir.kind != TiffDirKind::sub) continue;
    const TiffEntry* type = dir.ifd.find(254);
    const auto value = type == nullptr ? Result<std::uint64_t>(0) : old_.view.number(*type);
    if (!value || (*value & 1) == 0)
      return tiff_unwritable("the file keeps pictures in SubIFDs, as camera raw files do",
                             "develop it to a plain TIFF first");
  }
  return {};
}

Result<Rope> TiffTransplanter::run() {
  SIGNMARK_TRY(check_sub_ifds());
  const auto old_pages = picture_pages(old_);
  const auto fresh_pages = picture_pages(fresh_);
  if (old_pages.size() != fresh_pages.size() || old_pages.empty())
    return tiff_unwritable(fmt::format("the original has {} pages, the new encoding {}",
                                       old_pages.size(), fresh_pages.size()));
  std::uint64_t next = 0;
  for (std::size_t i = old_pages.size(); i-- > 0;) {
    SIGNMARK_ASSIGN(next, page(*old_pages[i], *fresh_pages[i], next));
  }
  if (!layout_.big_tiff && tail_.end() > 0xFFFFFFFF)
    return tiff_unwritable("the new file would exceed 4 GiB", "convert it to BigTIFF first");
  const std::uint64_t size = fresh_.view.data().size();
  return splice(fresh_.view.data(), {{{layout_.first_ifd_field(), layout_.offset_size()},
                                      layout_.number(next, layout_.offset_size())},
                                     {{size, 0}, tail_.take()}});
}

}  // namespace

Result<Rope> transplant_tiff(const TiffScan& old, const TiffScan& fresh) {
  return TiffTransplanter(old, fresh).run();
}

}  // namespace signmark::container
