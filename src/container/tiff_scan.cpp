// SPDX-License-Identifier: Apache-2.0
// The walk over a TIFF file: main chain, SubIFDs, Exif, GPS and interoperability directories.
#include "container/tiff_scan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace signmark::container {
namespace {

/// Large tiled pictures have more strips than entries; together they stay below this many a block.
constexpr std::uint64_t kStripsPerBlock = 16;

class TiffWalker {
 public:
  TiffWalker(TiffView view, const Limits& limits)
      : scan_{std::move(view), {}, 0, {}, {}}, limits_(limits), entries_left_(limits.blocks) {}

  Result<TiffScan> walk() {
    SIGNMARK_TRY(main_chain());
    // Children are appended while the list is walked: no recursion, so depth is no danger.
    for (std::size_t i = 0; i < scan_.dirs.size(); ++i) SIGNMARK_TRY(children(i));
    for (std::size_t i = 0; i < scan_.dirs.size(); ++i) SIGNMARK_TRY(check_dir(scan_.dirs[i]));
    return std::move(scan_);
  }

 private:
  Status main_chain();
  Status children(std::size_t parent);
  Status child(const TiffEntry& entry, std::uint64_t index, TiffDirKind kind);
  Result<bool> visit(std::uint64_t offset, TiffDirKind kind);
  Status check_dir(const TiffDir& dir);
  Status add_data(const TiffIfd& ifd, std::uint16_t offsets_tag, std::uint16_t counts_tag);
  Status add_extent(const TiffEntry& offsets, const TiffEntry* counts, std::uint64_t index);
  void damage(Error error) {
    if (scan_.damage.size() < 8) scan_.damage.push_back(std::move(error));
  }

  TiffScan scan_;
  const Limits& limits_;
  std::uint64_t entries_left_;
  std::uint64_t children_ = 0;  ///< of SubIFDs entries so far
  std::uint64_t strips_ = 0;    ///< strips and tiles so far
  std::map<std::uint64_t, TiffDirKind> visited_;
};

/// Reads a directory that was not seen yet; false when there is nothing new or it is damaged.
Result<bool> TiffWalker::visit(std::uint64_t offset, TiffDirKind kind) {
  const auto [seen, fresh] = visited_.emplace(offset, kind);
  if (!fresh) {
    // Several pages may share one Exif directory; anything else is a loop.
    if (seen->second != kind || kind == TiffDirKind::page || kind == TiffDirKind::sub)
      damage(scan_.view.error("loop", "a directory is reached twice", offset).value());
    return false;
  }
  auto ifd = scan_.view.ifd(offset, entries_left_);
  if (!ifd) {
    if (ifd.error().code == "container.tiff.limit") return tl::unexpected<Error>(ifd.error());
    damage(ifd.error());
    return false;
  }
  // An empty directory costs one as well: a chain of them must end too.
  const std::uint64_t cost = std::max<std::uint64_t>(ifd->entries.size(), 1);
  SIGNMARK_TRY(check_limit("tiff", "blocks", limits_.blocks - entries_left_ + cost, limits_.blocks,
                           at_byte(offset)));
  entries_left_ -= cost;
  scan_.dirs.push_back({kind, std::move(*ifd)});
  return true;
}

Status TiffWalker::main_chain() {
  std::uint64_t offset = scan_.view.first_ifd();
  if (offset == 0) damage(scan_.view.error("syntax", "the file has no directory", 4).value());
  while (offset != 0) {
    SIGNMARK_TRY(check_limit("tiff", "image-frames", scan_.pages + 1, limits_.image_frames,
                             at_byte(offset)));
    SIGNMARK_ASSIGN(const bool fresh, visit(offset, TiffDirKind::page));
    if (!fresh) break;
    ++scan_.pages;
    offset = scan_.dirs.back().ifd.next;
  }
  return {};
}

Status TiffWalker::child(const TiffEntry& entry, std::uint64_t index, TiffDirKind kind) {
  const auto offset = scan_.view.number(entry, index);
  if (!offset) {
    damage(offset.error());
    return {};
  }
  SIGNMARK_TRY(visit(*offset, kind));
  return {};
}

Status TiffWalker::children(std::size_t parent) {
  const TiffDirKind kind = scan_.dirs[parent].kind;
  const TiffIfd ifd = scan_.dirs[parent].ifd;  // a copy: the list grows below
  const bool picture = kind == TiffDirKind::page || kind == TiffDirKind::sub;
  for (const TiffEntry& entry : ifd.entries) {
    if (kind == TiffDirKind::exif && entry.tag == kTagInteropIfd)
      SIGNMARK_TRY(child(entry, 0, TiffDirKind::interop));
    if (!picture) continue;
    if (entry.tag == kTagExifIfd) SIGNMARK_TRY(child(entry, 0, TiffDirKind::exif));
    if (entry.tag == kTagGpsIfd) SIGNMARK_TRY(child(entry, 0, TiffDirKind::gps));
    if (entry.tag != kTagSubIfds) continue;
    // Counted over the whole file: many entries may share one list of children.
    SIGNMARK_TRY(check_limit("tiff", "blocks", entry.count, limits_.blocks - children_,
                             at_byte(entry.position)));
    children_ += entry.count;
    for (std::uint64_t i = 0; i < entry.count; ++i) SIGNMARK_TRY(child(entry, i, TiffDirKind::sub));
  }
  // SubIFDs may form chains of their own (TIFF technical note 1).
  if (kind == TiffDirKind::sub && ifd.next != 0) SIGNMARK_TRY(visit(ifd.next, kind));
  return {};
}

Status TiffWalker::check_dir(const TiffDir& dir) {
  for (const TiffEntry& entry : dir.ifd.entries) {
    if (tiff_type_size(entry.type) == 0) continue;
    if (const auto value = scan_.view.value(entry); !value) damage(value.error());
  }
  if (dir.kind != TiffDirKind::page && dir.kind != TiffDirKind::sub) return {};
  SIGNMARK_TRY(add_data(dir.ifd, kTagStripOffsets, kTagStripByteCounts));
  SIGNMARK_TRY(add_data(dir.ifd, kTagTileOffsets, kTagTileByteCounts));
  return add_data(dir.ifd, kTagJpegInterchange, kTagJpegInterchangeLength);
}

Status TiffWalker::add_extent(const TiffEntry& offsets, const TiffEntry* counts,
                              std::uint64_t index) {
  SIGNMARK_ASSIGN(const std::uint64_t offset, scan_.view.number(offsets, index));
  std::uint64_t size = 1;  // without byte counts at least one byte is there
  if (counts != nullptr) {
    SIGNMARK_ASSIGN(size, scan_.view.number(*counts, index));
  }
  const std::uint64_t end = scan_.view.data().size();
  if (size == 0) return {};  // a sparse file leaves strips out
  if (offset > end || size > end - offset)
    return scan_.view.error("truncated", "picture data lies beyond the end of the file", offset);
  scan_.data.push_back({offset, size});
  return {};
}

Status TiffWalker::add_data(const TiffIfd& ifd, std::uint16_t offsets_tag,
                            std::uint16_t counts_tag) {
  const TiffEntry* offsets = ifd.find(offsets_tag);
  const TiffEntry* counts = ifd.find(counts_tag);
  if (offsets == nullptr) return {};
  if (counts != nullptr && counts->count != offsets->count)
    damage(
        scan_.view
            .error("syntax", "as many offsets as sizes of picture data expected", offsets->position)
            .value());
  if (const auto value = scan_.view.value(*offsets); !value) return {};  // recorded already
  strips_ += offsets->count;  // at most the file's size a directory: no overflow
  SIGNMARK_TRY(check_limit("tiff", "blocks", strips_ / kStripsPerBlock, limits_.blocks,
                           at_byte(offsets->position)));
  for (std::uint64_t i = 0; i < offsets->count; ++i)
    if (const Status added = add_extent(*offsets, counts, i); !added) {
      damage(added.error());
      break;
    }
  return {};
}

}  // namespace

std::string TiffScan::dir_name(std::size_t dir) const {
  switch (dirs[dir].kind) {
    case TiffDirKind::sub:
      return "SubIFD";
    case TiffDirKind::exif:
      return "Exif";
    case TiffDirKind::gps:
      return "GPS";
    case TiffDirKind::interop:
      return "Interoperability";
    case TiffDirKind::page:
      break;
  }
  return fmt::format("IFD{}", dir);
}

Range TiffScan::table(std::size_t dir) const {
  const TiffIfd& ifd = dirs[dir].ifd;
  return {ifd.offset, view.layout().ifd_size(ifd.entries.size())};
}

bool TiffScan::is_outside(const TiffEntry& entry) const {
  return entry.value.size > view.layout().offset_size();
}

Result<TiffScan> scan_tiff(ByteView file, const Limits& limits) {
  SIGNMARK_ASSIGN(TiffView view, TiffView::open(file, "container.tiff"));
  return TiffWalker(std::move(view), limits).walk();
}

}  // namespace signmark::container
