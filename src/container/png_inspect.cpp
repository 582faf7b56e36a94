// SPDX-License-Identifier: Apache-2.0
// What stands in a PNG file.
#include "container/png_handler.hpp"

#include "base/text.hpp"
#include "container/png_text.hpp"

namespace signmark::container {
namespace {

/// Reads one file; holds what the chunks share.
class PngInspector {
 public:
  PngInspector(const Context& context, Inventory& inventory)
      : context_(context),
        inventory_(inventory),
        budget_{context.limits.metadata_block, context.limits.metadata_block * kInflatedFields} {}

  Status chunk(const PngChunk& chunk);

 private:
  Status header(const PngChunk& chunk);
  Status animation(const PngChunk& chunk);
  Status text(const PngChunk& chunk);
  Status colour_profile(const PngChunk& chunk);
  Status add(const PngChunk& chunk, BlockKind kind, std::string key, Bytes payload);
  Status unreadable(const PngChunk& chunk, const Error& why, bool may_hold_label);

  const Context& context_;
  Inventory& inventory_;
  InflateBudget budget_;
};

std::string place_of(const PngChunk& chunk, const std::string& key) {
  std::string place = "PNG " + std::string(chunk.type);
  return key.empty() ? place : place + " " + printable(key);
}

/// Animation and picture chunks are media, not metadata.
bool is_media(std::string_view type) {
  return type == "PLTE" || type == "IDAT" || type == "IEND" || type == "fcTL" || type == "fdAT";
}

BlockKind kind_of_text(const std::string& keyword) {
  if (keyword == kPngXmpKeyword) return BlockKind::xmp;
  return keyword.find("AIGC") != std::string::npos ? BlockKind::aigc : BlockKind::text;
}

Status PngInspector::add(const PngChunk& chunk, BlockKind kind, std::string key, Bytes payload) {
  const std::string place = place_of(chunk, key);
  return add_block(context_, inventory_,
                   {kind, place, std::move(key), chunk.range, std::move(payload)});
}

/// A label that stands there but cannot be read must not pass for none.
Status PngInspector::unreadable(const PngChunk& chunk, const Error& why, bool may_hold_label) {
  if (may_hold_label)
    mark_damaged(inventory_, why);
  else
    note_problem(inventory_, why);
  return add(chunk, BlockKind::other, {}, {});
}

Status PngInspector::header(const PngChunk& chunk) {
  ByteReader reader(chunk.data, "container.png", chunk.range.offset + 8);
  SIGNMARK_ASSIGN(inventory_.width, reader.u32be());
  SIGNMARK_ASSIGN(inventory_.height, reader.u32be());
  return {};
}

Status PngInspector::animation(const PngChunk& chunk) {
  ByteReader reader(chunk.data, "container.png", chunk.range.offset + 8);
  const auto frames = reader.u32be();
  if (frames && *frames > 0)
    inventory_.frames = *frames;
  else
    note_problem(inventory_, reader.error("syntax", "an animation without frames").value());
  return {};
}

Status PngInspector::text(const PngChunk& chunk) {
  auto field = split_png_text(chunk);
  if (!field) {
    // What cannot be taken apart still says its name.
    const std::string_view data = as_text(chunk.data);
    const std::string keyword(data.substr(0, data.find('\0')));
    return unreadable(chunk, field.error(), kind_of_text(keyword) != BlockKind::text);
  }
  const BlockKind kind = kind_of_text(field->keyword);
  const bool label = kind != BlockKind::text;
  if (!field->compressed)
    return add(chunk, kind, std::move(field->keyword),
               Bytes(field->text.begin(), field->text.end()));
  auto inflated = inflate_capped(field->text, budget_, at_byte(chunk.range.offset));
  if (inflated) return add(chunk, kind, std::move(field->keyword), std::move(*inflated));
  if (label && inflated.error().code == "container.png.limit")
    return tl::unexpected<Error>(inflated.error());
  return unreadable(chunk, inflated.error(), label);
}

Status PngInspector::colour_profile(const PngChunk& chunk) {
  ByteReader reader(chunk.data, "container.png", chunk.range.offset + 8);
  auto name = reader.cstring();
  if (!name) return unreadable(chunk, name.error(), false);
  if (const auto method = reader.u8(); !method || *method != 0)
    return unreadable(chunk, reader.error("syntax", "an unknown compression method").value(),
                      false);
  auto profile = inflate_capped(reader.rest(), budget_, at_byte(chunk.range.offset));
  if (profile) return add(chunk, BlockKind::icc, std::move(*name), std::move(*profile));
  return unreadable(chunk, profile.error(), false);
}

Status PngInspector::chunk(const PngChunk& chunk) {
  if (!chunk.crc_ok)
    note_problem(inventory_,
                 format_error(Format::png, "crc",
                              "the check sum of chunk " + std::string(chunk.type) + " is wrong",
                              at_byte(chunk.range.offset))
                     .value());
  if (chunk.type == "IHDR") return chunk.data.size() == 13 ? header(chunk) : Status();
  if (chunk.type == "acTL") return animation(chunk);
  if (is_png_text(chunk.type)) return text(chunk);
  if (chunk.type == "iCCP") return colour_profile(chunk);
  if (is_media(chunk.type)) return {};
  if (chunk.type == "eXIf") {
    const ByteView tiff = exif_tiff(chunk.data);
    return add_exif(
        context_, inventory_,
        {BlockKind::exif, place_of(chunk, {}), {}, chunk.range, {tiff.begin(), tiff.end()}});
  }
  if (chunk.type != "caBX") return add(chunk, BlockKind::other, {}, {});
  inventory_.manifest_exclusions.push_back(chunk.range);
  return add(chunk, BlockKind::c2pa, {}, {chunk.data.begin(), chunk.data.end()});
}

}  // namespace

Status inspect_png(const Context& context, ByteView file, Inventory& inventory) {
  SIGNMARK_ASSIGN(const PngScan scan, scan_png(context.limits, file, PngCrc::check));
  PngInspector inspector(context, inventory);
  for (const PngChunk& chunk : scan.chunks) SIGNMARK_TRY(inspector.chunk(chunk));
  if (scan.damage) {
    mark_damaged(inventory, *scan.damage);
    return {};
  }
  if (scan.end < file.size()) inventory.trailing = {scan.end, file.size() - scan.end};
  return {};
}

}  // namespace signmark::container
