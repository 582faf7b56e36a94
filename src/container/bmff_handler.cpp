// SPDX-License-Identifier: Apache-2.0
// AVIF and HEIF: pictures and picture sequences in ISO base media files (ISO/IEC 23008-12).
#include <algorithm>

#include "container/bmff_inspect.hpp"
#include "container/bmff_plan.hpp"
#include "container/bmff_tracks.hpp"
#include "container/bmff_transplant.hpp"

namespace signmark::container {
namespace {

/// The size of the primary item; a grid has an `ispe` of its own.
Status read_size(const BmffSource& source, const BmffMeta& meta, Inventory& inventory) {
  for (const auto& [box, essential] : meta.properties(*meta.primary)) {
    if (box->type != "ispe") continue;
    SIGNMARK_ASSIGN(auto full, source.full_box(*box));
    SIGNMARK_ASSIGN(inventory.width, full.reader.u32be());
    SIGNMARK_ASSIGN(inventory.height, full.reader.u32be());
    return {};
  }
  return bmff_error(source, "syntax", "the primary item has no size", meta.box->range.offset);
}

/// Data behind the last box belongs to no box: one of the sizes before it lies.
Status check_inside_boxes(const BmffSource& source, const BmffMeta& meta, const Range& trailing) {
  if (trailing.size == 0) return {};
  for (const auto& [id, location] : meta.locations) {
    const auto ranges = item_ranges(source, meta, id);
    if (ranges && std::any_of(ranges->begin(), ranges->end(), [&](const Range& range) {
          return range.size > 0 && range.end() > trailing.offset;
        }))
      return bmff_error(source, "syntax", "an item lies behind the last box", trailing.offset);
  }
  return {};
}

Status read_items(const Context& context, const BmffSource& source, const BmffScan& scan,
                  Inventory& inventory) {
  SIGNMARK_ASSIGN(const BmffMeta meta, read_bmff_meta(source, *scan.find("meta")));
  SIGNMARK_TRY(damage_or_limit(source, inventory, check_inside_boxes(source, meta, scan.trailing)));
  SIGNMARK_TRY(add_meta_items(context, source, meta, inventory));
  inventory.orientation = 1;  // EXIF only repeats what the properties say (23008-12, A.2)
  if (!meta.primary) return {};
  inventory.orientation = bmff_orientation(source, meta, *meta.primary);
  return read_size(source, meta, inventory);
}

/// A sequence has as many frames as its picture track has samples.
Status read_sequence(const BmffSource& source, const BmffScan& scan, Inventory& inventory) {
  SIGNMARK_ASSIGN(const auto tracks, read_bmff_tracks(source, scan));
  const BmffTrack* track = picture_track(tracks);
  if (track == nullptr) return {};
  inventory.frames = std::max(track->samples, 1U);
  if (inventory.width != 0) return {};
  inventory.width = track->width;
  inventory.height = track->height;
  return {};
}

Status inspect_bmff(const Context& context, const BmffSource& source, Inventory& inventory) {
  SIGNMARK_ASSIGN(const BmffScan scan, scan_bmff(source));
  if (scan.damage) mark_damaged(inventory, *scan.damage);
  SIGNMARK_TRY(add_uuid_boxes(context, source, scan, inventory));
  if (scan.find("meta") != nullptr)
    SIGNMARK_TRY(damage_or_limit(source, inventory, read_items(context, source, scan, inventory)));
  else if (scan.find("moov") == nullptr && inventory.complete)
    mark_damaged(inventory,
                 bmff_error(source, "truncated", "the file holds no picture", 0).value());
  inventory.trailing = scan.trailing;
  return damage_or_limit(source, inventory, read_sequence(source, scan, inventory));
}

class BmffHandler : public Handler {
 public:
  Status inspect(const Context& context, ByteView file, Inventory& inventory) const override {
    return inspect_bmff(context, source(context, file), inventory);
  }
  [[nodiscard]] Result<Plan> plan(const Context& context, ByteView file, const Inventory& inventory,
                                  const Edits& edits) const override {
    return plan_bmff(source(context, file), inventory, edits);
  }
  [[nodiscard]] Result<Rope> transplant(const Context& context, ByteView original, const Inventory&,
                                        ByteView encoded) const override {
    return transplant_bmff(source(context, original), source(context, encoded));
  }

 private:
  [[nodiscard]] BmffSource source(const Context& context, ByteView file) const {
    return {context.limits, info().format, file};
  }
};

class AvifHandler final : public BmffHandler {
 public:
  [[nodiscard]] const FormatInfo& info() const override {
    static constexpr FormatInfo kInfo{Format::avif, "AVIF", "image/avif", "avif", true, true};
    return kInfo;
  }
  [[nodiscard]] bool matches(ByteView file) const override {
    return has_brand(file, {"avif", "avis"});
  }
};

class HeifHandler final : public BmffHandler {
 public:
  [[nodiscard]] const FormatInfo& info() const override {
    static constexpr FormatInfo kInfo{Format::heif, "HEIF", "image/heif", "heic", true, true};
    return kInfo;
  }
  [[nodiscard]] bool matches(ByteView file) const override {
    return has_brand(file, {"heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1",
                            "mif2", "msf1", "jpeg", "j2ki", "avci"});
  }
};

}  // namespace

const Handler& avif_handler() {
  static const AvifHandler handler;
  return handler;
}

const Handler& heif_handler() {
  static const HeifHandler handler;
  return handler;
}

}  // namespace signmark::container
