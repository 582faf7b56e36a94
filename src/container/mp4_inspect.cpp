// SPDX-License-Identifier: Apache-2.0
// MP4 and QuickTime: where a label may stand (gb45438.md sections 6 and 9); read only.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "container/bmff_inspect.hpp"
#include "container/bmff_tracks.hpp"
#include "container/mp4_lists.hpp"

namespace signmark::container {
namespace {

/// Roots that begin a QuickTime file or a segment without `ftyp`.
constexpr std::array<std::string_view, 8> kFirstBoxes = {"ftyp", "styp", "moov", "moof",
                                                         "mdat", "wide", "free", "pnot"};

class Mp4Inspector {
 public:
  Mp4Inspector(const Context& context, const BmffSource& source, Inventory& inventory)
      : context_(context), source_(source), inventory_(inventory) {}

  Status run() {
    SIGNMARK_ASSIGN(const BmffScan scan, scan_bmff(source_));
    if (scan.damage) mark_damaged(inventory_, *scan.damage);
    SIGNMARK_TRY(add_uuid_boxes(context_, source_, scan, inventory_));
    for (const BmffBox& box : scan.roots) SIGNMARK_TRY(visit(box, "MP4 " + printable(box.type)));
    inventory_.trailing = scan.trailing;
    const bool media = scan.find("moov") != nullptr || scan.find("moof") != nullptr;
    if (!media && inventory_.complete)
      mark_damaged(inventory_,
                   bmff_error(source_, "truncated", "the file holds no movie", 0).value());
    return damage_or_limit(source_, inventory_, read_size(scan));
  }

 private:
  /// Lists may stand in the movie, in its user data and in those of each track. The depth is that
  /// of the scan, which is bounded.
  // NOLINTNEXTLINE(misc-no-recursion)
  Status visit(const BmffBox& box, const std::string& place) {
    if (box.type == "meta") SIGNMARK_TRY(visit_meta(box, place));
    if (box.type == "udta")
      SIGNMARK_TRY(damage_or_limit(source_, inventory_,
                                   add_user_data(context_, source_, box, place, inventory_)));
    for (const BmffBox& child : box.children)
      SIGNMARK_TRY(visit(child, fmt::format("{}.{}", place, printable(child.type))));
    return {};
  }

  Status visit_meta(const BmffBox& box, const std::string& place) {
    SIGNMARK_TRY(damage_or_limit(source_, inventory_,
                                 add_item_list(context_, source_, box, place, inventory_)));
    if (box.find("iinf") == nullptr) return {};
    const auto meta = read_bmff_meta(source_, box);
    if (!meta) return damage_or_limit(source_, inventory_, tl::unexpected<Error>(meta.error()));
    return add_meta_items(context_, source_, *meta, inventory_);
  }

  Status read_size(const BmffScan& scan) {
    SIGNMARK_ASSIGN(const auto tracks, read_bmff_tracks(source_, scan));
    if (const BmffTrack* track = picture_track(tracks)) {
      inventory_.width = track->width;
      inventory_.height = track->height;
    }
    return {};
  }

  const Context& context_;
  const BmffSource& source_;
  Inventory& inventory_;
};

class Mp4Handler final : public Handler {
 public:
  [[nodiscard]] const FormatInfo& info() const override {
    static constexpr FormatInfo kInfo{Format::mp4, "MP4", "video/mp4", "mp4", false, false};
    return kInfo;
  }
  [[nodiscard]] bool matches(ByteView file) const override {
    ByteReader reader(file, "container.mp4");
    const auto size = reader.u32be();
    const auto type = reader.fourcc();
    if (!size || !type) return false;
    // Text may have such letters there; its first four bytes are then no size.
    if (*type != "ftyp" && *size > file.size()) return false;
    return std::find(kFirstBoxes.begin(), kFirstBoxes.end(), *type) != kFirstBoxes.end();
  }
  Status inspect(const Context& context, ByteView file, Inventory& inventory) const override {
    const BmffSource source{context.limits, Format::mp4, file};
    return Mp4Inspector(context, source, inventory).run();
  }
};

}  // namespace

const Handler& mp4_handler() {
  static const Mp4Handler handler;
  return handler;
}

}  // namespace signmark::container
