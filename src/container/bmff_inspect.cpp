// SPDX-License-Identifier: Apache-2.0
// Blocks of `uuid` boxes and of metadata items.
#include "container/bmff_inspect.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace signmark::container {
namespace {

std::string place_of(const BmffSource& source, std::string_view what) {
  return fmt::format("{} {}", format_info(source.format).name, what);
}

/// The store says its length itself: zero padding may follow (C2PA 2.5 A.5.1).
ByteView without_padding(ByteView store) {
  const auto stated = ByteReader(store, "container.jumbf").u32be();
  return stated && *stated >= 8 && *stated < store.size() ? store.first(*stated) : store;
}

/// C2PA 2.5 A.5.1: version and flags, purpose, for stores the place of hash trees, the store.
/// Nothing when the box holds no store but a hash tree.
Result<std::optional<ByteView>> store_of(const BmffSource& source, const BmffBox& box) {
  ByteReader reader = source.reader(box.content);
  SIGNMARK_TRY(reader.skip(kUuidSize + kFullBoxHeader));
  SIGNMARK_ASSIGN(const std::string purpose, reader.cstring());
  if (purpose == "manifest" || purpose == "original")
    SIGNMARK_TRY(reader.skip(8));
  else if (purpose != "update")
    return std::nullopt;
  return without_padding(reader.rest());
}

Status add_c2pa_box(const Context& context, const BmffSource& source, const BmffBox& box,
                    Inventory& inventory) {
  SIGNMARK_ASSIGN(const auto store, store_of(source, box));
  if (!store)
    return add_block(
        context, inventory,
        bmff_block(BlockKind::other, place_of(source, "uuid C2PA hash tree"), {}, box.range, {}));
  inventory.manifest_exclusions.push_back(box.range);
  return add_block(
      context, inventory,
      bmff_block(BlockKind::c2pa, place_of(source, "uuid C2PA"), {}, box.range, *store));
}

Status add_uuid_box(const Context& context, const BmffSource& source, const BmffBox& box,
                    Inventory& inventory) {
  if (is_uuid_box(source, box, kC2paUuid)) return add_c2pa_box(context, source, box, inventory);
  const bool xmp = is_uuid_box(source, box, kXmpUuid);
  const ByteView content = source.view(box.content);
  return add_block(context, inventory,
                   bmff_block(xmp ? BlockKind::xmp : BlockKind::other,
                              place_of(source, xmp ? "uuid XMP" : "uuid"), {}, box.range,
                              xmp ? content.subspan(kUuidSize) : ByteView{}));
}

/// The TIFF structure begins behind a 32-bit number and as many bytes (ISO/IEC 23008-12, A.2.1).
ByteView exif_of_item(ByteView data) {
  ByteReader reader(data, "container.exif");
  const auto skip = reader.u32be();
  if (!skip || !reader.skip(*skip)) return exif_tiff(data);
  return exif_tiff(reader.rest());
}

Status add_item(const Context& context, const BmffSource& source, const BmffMeta& meta,
                std::uint32_t id, Inventory& inventory) {
  const BmffItem& item = meta.items.at(id);
  const bool readable = item.encoding.empty();
  const bool wanted = is_xmp_item(item) || item.type == "Exif";
  if (!readable && wanted)
    return bmff_error(source, "syntax",
                      fmt::format("an item is compressed ({})", printable(item.encoding)),
                      item.infe.offset);
  const auto ranges = item_ranges(source, meta, id);
  const Range carrier = ranges && !ranges->empty() ? ranges->front() : item.infe;
  const auto block = [&](BlockKind kind, std::string_view what, ByteView payload) {
    return bmff_block(kind, place_of(source, what), {}, carrier, payload);
  };
  if (!wanted)
    return add_block(
        context, inventory,
        block(BlockKind::other, printable(item.type + " item " + item.content_type), {}));
  SIGNMARK_ASSIGN(const Bytes data, item_data(source, meta, id));
  if (is_xmp_item(item))
    return add_block(context, inventory, block(BlockKind::xmp, "mime item XMP", data));
  return add_exif(context, inventory, block(BlockKind::exif, "Exif item", exif_of_item(data)));
}

Status add_profile(const Context& context, const BmffSource& source, const BmffMeta& meta,
                   Inventory& inventory) {
  for (const auto& [box, essential] : meta.properties(*meta.primary)) {
    if (!is_profile(source, *box)) continue;
    const ByteView content = source.view(box->content);
    SIGNMARK_TRY(add_block(
        context, inventory,
        bmff_block(BlockKind::icc, place_of(source, "colr"), {}, box->range, content.subspan(4))));
  }
  return {};
}

}  // namespace

Status damage_or_limit(const BmffSource& source, Inventory& inventory, const Status& step) {
  if (step) return {};
  if (is_limit_error(source, step.error())) return step;
  mark_damaged(inventory, step.error());
  return {};
}

bool is_profile(const BmffSource& source, const BmffBox& box) {
  const ByteView content = source.view(box.content);
  return box.type == "colr" && (starts_with(content, "prof") || starts_with(content, "rICC"));
}

Block bmff_block(BlockKind kind, std::string place, std::string key, Range carrier,
                 ByteView payload) {
  return {kind, std::move(place), std::move(key), carrier, {payload.begin(), payload.end()}};
}

Status add_uuid_boxes(const Context& context, const BmffSource& source, const BmffScan& scan,
                      Inventory& inventory) {
  for (const BmffBox& box : scan.roots) {
    if (box.type != "uuid") continue;
    SIGNMARK_TRY(damage_or_limit(source, inventory, add_uuid_box(context, source, box, inventory)));
  }
  return {};
}

Status add_meta_items(const Context& context, const BmffSource& source, const BmffMeta& meta,
                      Inventory& inventory) {
  for (const auto& [id, item] : meta.items) {
    if (!is_metadata_item(item)) continue;
    SIGNMARK_TRY(
        damage_or_limit(source, inventory, add_item(context, source, meta, id, inventory)));
  }
  return meta.primary ? add_profile(context, source, meta, inventory) : Status();
}

}  // namespace signmark::container
