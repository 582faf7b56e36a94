// SPDX-License-Identifier: Apache-2.0
// MP4, QuickTime and M4A: where a label may stand (gb45438.md sections 6 and 9).
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "container/bmff_inspect.hpp"
#include "container/bmff_plan.hpp"
#include "container/bmff_tracks.hpp"
#include "container/mp4_lists.hpp"

namespace signmark::container {
namespace {

/// Roots that begin a QuickTime file without `ftyp`, and those of a segment.
constexpr std::array<std::string_view, 5> kQuickTimeStarts = {"moov", "mdat", "wide", "free",
                                                              "pnot"};
constexpr std::array<std::string_view, 3> kMp4Starts = {"ftyp", "styp", "moof"};

/// The type of the box that begins the file; empty when it is none.
std::string first_box(ByteView file) {
  ByteReader reader(file, "container.mp4");
  const auto size = reader.u32be();
  const auto type = reader.fourcc();
  if (!size || !type) return {};
  // Text may have such letters there; its first four bytes are then no size.
  return *type != "ftyp" && *size > file.size() ? std::string() : *type;
}

template <std::size_t kCount>
bool begins_with(ByteView file, const std::array<std::string_view, kCount>& types) {
  return std::find(types.begin(), types.end(), first_box(file)) != types.end();
}

/// The main brand: those behind it only say what else a reader may take the file for.
std::string_view main_brand(ByteView file) {
  return first_box(file) == "ftyp" && file.size() >= 12 ? as_text(file.subspan(8, 4))
                                                        : std::string_view();
}

class Mp4Inspector {
 public:
  Mp4Inspector(const Context& context, const BmffSource& source, Inventory& inventory)
      : context_(context), source_(source), inventory_(inventory) {}

  Status run() {
    SIGNMARK_ASSIGN(const BmffScan scan, scan_bmff(source_));
    if (scan.damage) mark_damaged(inventory_, *scan.damage);
    SIGNMARK_TRY(add_uuid_boxes(context_, source_, scan, inventory_));
    for (const BmffBox& box : scan.roots) SIGNMARK_TRY(visit(box, place_ + printable(box.type)));
    inventory_.trailing = scan.trailing;
    const bool media = scan.find("moov") != nullptr || scan.find("moof") != nullptr;
    if (!media && inventory_.complete)
      mark_damaged(inventory_,
                   bmff_error(source_, "truncated", "the file holds no movie", 0).value());
    return damage_or_limit(source_, inventory_, read_media(scan));
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

  Status read_media(const BmffScan& scan) {
    if (const BmffBox* moov = scan.find("moov"); moov != nullptr && moov->find("cmov") != nullptr)
      return bmff_error(source_, "compressed", "the movie header is compressed",
                        moov->range.offset);
    SIGNMARK_ASSIGN(const auto tracks, read_bmff_tracks(source_, scan));
    SIGNMARK_TRY(read_bmff_fragments(source_, scan));
    const auto count = [&](std::string_view handler) {
      return static_cast<std::uint32_t>(
          std::count_if(tracks.begin(), tracks.end(),
                        [&](const BmffTrack& track) { return track.handler == handler; }));
    };
    inventory_.video_tracks = count("vide");
    inventory_.sound_tracks = count("soun");
    if (const BmffTrack* track = picture_track(tracks)) {
      inventory_.width = track->width;
      inventory_.height = track->height;
    }
    return {};
  }

  const Context& context_;
  const BmffSource& source_;
  Inventory& inventory_;
  const std::string place_ = std::string(format_info(source_.format).name) + " ";
};

class FilmHandler : public Handler {
 public:
  Status inspect(const Context& context, ByteView file, Inventory& inventory) const override {
    const BmffSource of_file = source(context, file);
    return Mp4Inspector(context, of_file, inventory).run();
  }
  [[nodiscard]] Result<Plan> plan(const Context& context, ByteView file, const Inventory& inventory,
                                  const Edits& edits) const override {
    return plan_mp4(source(context, file), inventory, edits);
  }

 private:
  [[nodiscard]] BmffSource source(const Context& context, ByteView file) const {
    return {context.limits, info().format, file};
  }
};

constexpr FormatInfo film_info(Format format, std::string_view name, std::string_view mime,
                               std::string_view extension) {
  return {.format = format,
          .name = name,
          .mime = mime,
          .extension = extension,
          .writes_metadata = true,
          .timed = true,
          .native_aigc = true,
          .xmp_beside_aigc = true};
}

class Mp4Handler final : public FilmHandler {
 public:
  [[nodiscard]] const FormatInfo& info() const override {
    static constexpr FormatInfo kInfo = film_info(Format::mp4, "MP4", "video/mp4", "mp4");
    return kInfo;
  }
  [[nodiscard]] bool matches(ByteView file) const override { return begins_with(file, kMp4Starts); }
};

class MovHandler final : public FilmHandler {
 public:
  [[nodiscard]] const FormatInfo& info() const override {
    static constexpr FormatInfo kInfo =
        film_info(Format::mov, "QuickTime", "video/quicktime", "mov");
    return kInfo;
  }
  [[nodiscard]] bool matches(ByteView file) const override {
    return main_brand(file) == "qt  " || begins_with(file, kQuickTimeStarts);
  }
};

class M4aHandler final : public FilmHandler {
 public:
  [[nodiscard]] const FormatInfo& info() const override {
    static constexpr FormatInfo kInfo = film_info(Format::m4a, "M4A", "audio/mp4", "m4a");
    return kInfo;
  }
  [[nodiscard]] bool matches(ByteView file) const override {
    const std::string_view brand = main_brand(file);
    return brand == "M4A " || brand == "M4B " || brand == "M4P ";
  }
};

}  // namespace

const Handler& mp4_handler() {
  static const Mp4Handler handler;
  return handler;
}

const Handler& mov_handler() {
  static const MovHandler handler;
  return handler;
}

const Handler& m4a_handler() {
  static const M4aHandler handler;
  return handler;
}

}  // namespace signmark::container
