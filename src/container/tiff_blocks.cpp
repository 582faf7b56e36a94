// SPDX-License-Identifier: Apache-2.0
// Metadata blocks of a TIFF file: XMP, ICC, text fields, C2PA store.
#include "container/tiff_blocks.hpp"

#include <fmt/format.h>

#include "container/exif_comment.hpp"

namespace signmark::container {
namespace {

/// TIFF 6.0 section 8: tags from here on are private; of the others only the named ones are
/// metadata.
constexpr std::uint16_t kFirstPrivateTag = 0x8000;

std::string_view tag_name(std::uint16_t tag) {
  switch (tag) {
    case kTagXmp:
      return " XMP";
    case kTagIcc:
      return " ICC";
    case kTagC2pa:
      return " C2PA";
    case kTagImageDescription:
      return " ImageDescription";
    case kTagUserComment:
      return " UserComment";
    default:
      return "";
  }
}

/// Collects blocks and sees to it that fields which share bytes cannot multiply memory.
class TiffBlockReader {
 public:
  TiffBlockReader(const Context& context, const TiffScan& scan, Inventory& inventory)
      : context_(context), scan_(scan), inventory_(inventory), bytes_left_(inventory.file_size) {}

  Status read(std::size_t dir, const TiffEntry& entry);

 private:
  Status add_manifest_exclusions(const TiffEntry& entry);

  const Context& context_;
  const TiffScan& scan_;
  Inventory& inventory_;
  std::uint64_t bytes_left_;
};

Status TiffBlockReader::read(std::size_t dir, const TiffEntry& entry) {
  const auto what = tiff_block_kind(scan_.dirs[dir].kind, entry.tag);
  if (!what) return {};
  const auto value = scan_.view.value(entry);
  if (!value) return {};  // recorded by the scan
  Block block{what->kind,
              fmt::format("TIFF {} tag {}{}", scan_.dir_name(dir), entry.tag, tag_name(entry.tag)),
              std::string(what->key),
              entry.value,
              {}};
  if (what->kind != BlockKind::other) {
    if (value->size() > bytes_left_) {
      mark_damaged(inventory_, scan_.view
                                   .error("syntax",
                                          "fields share their values beyond the "
                                          "size of the file",
                                          entry.position)
                                   .value());
      return {};
    }
    bytes_left_ -= value->size();
    block.payload = what->kind == BlockKind::exif_text
                        ? decode_exif_field(entry.tag, *value, scan_.view.layout().big_endian)
                        : Bytes(value->begin(), value->end());
  }
  if (what->kind == BlockKind::c2pa) SIGNMARK_TRY(add_manifest_exclusions(entry));
  return add_block(context_, inventory_, std::move(block));
}

/// C2PA 2.5 A.3.2: the store and the count field of its entry, which is known only with the store.
Status TiffBlockReader::add_manifest_exclusions(const TiffEntry& entry) {
  inventory_.manifest_exclusions.push_back({entry.position + 4, scan_.view.layout().offset_size()});
  inventory_.manifest_exclusions.push_back(entry.value);
  return {};
}

std::uint32_t small_number(const TiffScan& scan, const TiffIfd& ifd, std::uint16_t tag) {
  const TiffEntry* entry = ifd.find(tag);
  const auto value = entry == nullptr ? Result<std::uint64_t>(0) : scan.view.number(*entry);
  return value && *value <= 0xFFFFFFFF ? static_cast<std::uint32_t>(*value) : 0;
}

/// A directory without a picture may carry nothing but a manifest: that is how some writers place
/// it.
std::uint32_t picture_pages(const TiffScan& scan) {
  std::uint32_t pages = 0;
  for (std::size_t i = 0; i < scan.pages; ++i)
    pages += scan.dirs[i].ifd.find(kTagImageWidth) != nullptr ? 1 : 0;
  return std::max(pages, 1U);
}

}  // namespace

std::optional<TiffBlockKind> tiff_block_kind(TiffDirKind dir, std::uint16_t tag) {
  if (dir == TiffDirKind::gps || dir == TiffDirKind::interop) return std::nullopt;
  switch (tag) {
    case kTagXmp:
      return TiffBlockKind{BlockKind::xmp, {}};
    case kTagIcc:
      return TiffBlockKind{BlockKind::icc, {}};
    case kTagC2pa:
      return TiffBlockKind{BlockKind::c2pa, {}};
    case kTagImageDescription:
      return TiffBlockKind{BlockKind::exif_text, "ImageDescription"};
    case kTagUserComment:
      return TiffBlockKind{BlockKind::exif_text, "UserComment"};
    default:
      break;
  }
  if (dir == TiffDirKind::exif || tag < kFirstPrivateTag) return std::nullopt;
  return TiffBlockKind{};
}

std::vector<TiffField> tiff_fields_of(const TiffScan& scan, const Block& block) {
  std::vector<TiffField> fields;
  for (std::size_t dir = 0; dir < scan.dirs.size(); ++dir)
    for (const TiffEntry& entry : scan.dirs[dir].ifd.entries) {
      const auto what = tiff_block_kind(scan.dirs[dir].kind, entry.tag);
      if (what && what->kind == block.kind && what->key == block.key && entry.value == block.range)
        fields.push_back({dir, entry});
    }
  return fields;
}

Status add_tiff_blocks(const Context& context, const TiffScan& scan, Inventory& inventory) {
  TiffBlockReader reader(context, scan, inventory);
  for (std::size_t dir = 0; dir < scan.dirs.size(); ++dir)
    for (const TiffEntry& entry : scan.dirs[dir].ifd.entries) SIGNMARK_TRY(reader.read(dir, entry));
  if (scan.pages == 0) return {};
  const TiffIfd& first = scan.dirs.front().ifd;
  inventory.width = small_number(scan, first, kTagImageWidth);
  inventory.height = small_number(scan, first, kTagImageLength);
  inventory.frames = picture_pages(scan);
  const std::uint32_t orientation = small_number(scan, first, kTagOrientation);
  inventory.orientation = orientation >= 1 && orientation <= 8 ? static_cast<int>(orientation) : 1;
  return {};
}

}  // namespace signmark::container
