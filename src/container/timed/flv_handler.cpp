// SPDX-License-Identifier: Apache-2.0
// FLV (Adobe Flash Video File Format 10.1, annex E): the record is a property of `onMetaData`.
// C2PA has no place for its manifest.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "container/timed/amf.hpp"
#include "container/timed/changes.hpp"

namespace signmark::container {
namespace {

constexpr Byte kSound = 8, kVideo = 9, kScript = 18;
constexpr std::uint64_t kTagHead = 11, kTagFoot = 4;
constexpr std::uint64_t kMaxTag = 0xFFFFFF;
constexpr std::string_view kMetadata = "onMetaData", kXmp = "onXMPData";

struct FlvTag {
  Byte type = 0;
  Range range;  ///< with the size of the tag that stands behind it
  ByteView data;
};

Result<FlvTag> read_tag(ByteView file, std::uint64_t offset) {
  ByteReader reader(file.subspan(offset), "container.flv", offset);
  FlvTag tag;
  SIGNMARK_ASSIGN(const Byte type, reader.u8());
  tag.type = type & 0x1F;
  SIGNMARK_ASSIGN(const std::uint32_t size, reader.u24be());
  SIGNMARK_TRY(reader.skip(kTagHead - 4));
  SIGNMARK_ASSIGN(tag.data, reader.take(size));
  SIGNMARK_TRY(reader.skip(kTagFoot));
  tag.range = {offset, reader.position()};
  return tag;
}

struct FlvScan {
  std::uint64_t first_tag = 0;
  std::vector<FlvTag> scripts;  ///< those that hold metadata
  bool sound = false, video = false;
  std::optional<Error> damage;
};

/// `enough`: where to stop once the metadata was found.
Result<FlvScan> scan_flv(const Limits& limits, ByteView file, std::uint64_t enough = UINT64_MAX) {
  FlvScan scan;
  ByteReader head(file, "container.flv");
  SIGNMARK_TRY(head.skip(5));
  SIGNMARK_ASSIGN(const std::uint32_t size, head.u32be());
  scan.first_tag = size + kTagFoot;
  if (scan.first_tag > file.size())
    scan.damage = head.error("truncated", "the file ends within its head").value();
  for (std::uint64_t at = scan.first_tag; at < file.size();) {
    const auto tag = read_tag(file, at);
    if (!tag) {
      scan.damage = tag.error();
      break;
    }
    at = tag->range.end();
    scan.sound = scan.sound || tag->type == kSound;
    scan.video = scan.video || tag->type == kVideo;
    if (tag->type != kScript) continue;
    const std::string_view name = script_name(tag->data);
    if (name != kMetadata && name != kXmp) continue;
    scan.scripts.push_back(*tag);
    SIGNMARK_TRY(check_limit("flv", "blocks", scan.scripts.size(), limits.blocks, at_byte(at)));
    if (name == kMetadata && at >= enough) break;
  }
  return scan;
}

Result<AmfScript> script_of(const Limits& limits, const FlvTag& tag) {
  return read_script(limits, tag.data, tag.range.offset + kTagHead);
}

// ---------------------------------------------------------------------------------------------
// Reading

void read_number(const AmfProperty& property, Inventory& inventory) {
  constexpr double kMaxSide = 1e6;
  const bool side = property.number >= 0 && property.number < kMaxSide;
  if (property.name == "width" && side)
    inventory.width = static_cast<std::uint32_t>(property.number);
  if (property.name == "height" && side)
    inventory.height = static_cast<std::uint32_t>(property.number);
  if (property.name == "filesize" && property.number > static_cast<double>(inventory.file_size))
    mark_damaged(inventory,
                 format_error(Format::flv, "truncated",
                              fmt::format("the file should have {} bytes", property.number),
                              at_byte(property.range.offset))
                     .value());
}

Status add_script(const Context& context, const FlvTag& tag, Inventory& inventory) {
  const auto script = script_of(context.limits, tag);
  if (!script) {
    if (script.error().code.ends_with(".limit")) return tl::unexpected<Error>(script.error());
    mark_damaged(inventory, script.error());
    return {};
  }
  for (const AmfProperty& property : script->properties) {
    if (property.text.empty()) {
      read_number(property, inventory);
      continue;
    }
    Block block =
        tag_block("FLV " + script->name, printable(property.name), property.range, property.text);
    if (script->name == kXmp) block.kind = BlockKind::xmp;
    SIGNMARK_TRY(add_block(context, inventory, std::move(block)));
  }
  return {};
}

// ---------------------------------------------------------------------------------------------
// Writing

/// Makes head and foot of a tag that grew say so.
Status fix_tag(const FlvTag& tag, std::vector<Splice>& splices) {
  const std::int64_t grown = growth(splices, tag.range);
  if (grown == 0) return {};
  const std::uint64_t size = tag.data.size() + static_cast<std::uint64_t>(grown);
  SIGNMARK_TRY(check_limit("flv", "metadata-block", size, kMaxTag, "FLV script tag"));
  ByteWriter head, foot;
  head.u8(static_cast<Byte>(size >> 16)).u16be(static_cast<std::uint16_t>(size));
  foot.u32be(static_cast<std::uint32_t>(kTagHead + size));
  splices.push_back({{tag.range.offset + 1, 3}, head.take()});
  splices.push_back({{tag.range.end() - kTagFoot, kTagFoot}, foot.take()});
  return {};
}

void splice_properties(const AmfScript& script, const Changes& changes, const Bytes* record,
                       std::vector<Splice>& splices) {
  for (const AmfProperty& property : script.properties)
    if (const Bytes* value = changes.at(property.range))
      splices.push_back({property.range, amf_property(property.name, *value)});
  if (record == nullptr) return;
  splices.push_back({{script.end_at, 0}, amf_property("AIGC", *record)});
  if (!script.count_at) return;
  ByteWriter count;
  count.u32be(script.count + 1);
  splices.push_back({{*script.count_at, 4}, count.take()});
}

/// What counts bytes of the file counts the new ones too.
void fix_positions(const std::vector<AmfPosition>& positions, std::vector<Splice>& splices) {
  const std::vector<Splice> resizing = splices;
  for (const AmfPosition& position : positions) {
    if (!(position.value > 0 && position.value < 1e15)) continue;  // not filled in
    const Range before{0, position.total ? UINT64_MAX : static_cast<std::uint64_t>(position.value)};
    const std::int64_t grown = growth(resizing, before);
    splices.push_back({{position.at, 8}, amf_number(position.value + static_cast<double>(grown))});
  }
}

/// A tag for a file that has no metadata.
Bytes new_script(ByteView record) {
  ByteWriter data, out;
  data.u8(2).u16be(kMetadata.size()).text(kMetadata).u8(8).u32be(1);
  data.bytes(amf_property("AIGC", record)).u16be(0).u8(9);
  out.u8(kScript).u8(static_cast<Byte>(data.size() >> 16));
  out.u16be(static_cast<std::uint16_t>(data.size())).fill(7, 0).bytes(data.view());
  out.u32be(static_cast<std::uint32_t>(kTagHead + data.size()));
  return out.take();
}

class FlvHandler final : public Handler {
 public:
  const FormatInfo& info() const override {
    static constexpr FormatInfo kInfo{.format = Format::flv,
                                      .name = "FLV",
                                      .mime = "video/x-flv",
                                      .extension = "flv",
                                      .writes_metadata = true,
                                      .timed = true,
                                      .native_aigc = true,
                                      .sidecar_only = true};
    return kInfo;
  }
  bool matches(ByteView file) const override {
    return file.size() >= 9 && starts_with(file, "FLV\x01");
  }
  Status inspect(const Context& context, ByteView file, Inventory& inventory) const override {
    SIGNMARK_ASSIGN(const FlvScan scan, scan_flv(context.limits, file));
    for (const FlvTag& tag : scan.scripts) SIGNMARK_TRY(add_script(context, tag, inventory));
    inventory.video_tracks = scan.video ? 1 : 0;
    inventory.sound_tracks = scan.sound ? 1 : 0;
    if (scan.damage)
      mark_damaged(inventory, *scan.damage);
    else if (!scan.video && !scan.sound)
      mark_damaged(inventory, format_error(Format::flv, "truncated", "the file has no film",
                                           at_byte(scan.first_tag))
                                  .value());
    return {};
  }
  Result<Plan> plan(const Context& context, ByteView file, const Inventory& inventory,
                    const Edits& edits) const override {
    SIGNMARK_ASSIGN(const Changes changes, changes_of(inventory, edits, context.limits));
    SIGNMARK_ASSIGN(const FlvScan scan, scan_flv(context.limits, file, last_carrier(inventory)));
    const Bytes* record = changes.record;
    std::vector<Splice> splices;
    std::vector<AmfPosition> positions;
    for (const FlvTag& tag : scan.scripts) {
      SIGNMARK_ASSIGN(const AmfScript script, script_of(context.limits, tag));
      positions.insert(positions.end(), script.positions.begin(), script.positions.end());
      const bool home = record != nullptr && script.name == kMetadata && script.end_at != 0;
      splice_properties(script, changes, home ? record : nullptr, splices);
      if (home) record = nullptr;
      SIGNMARK_TRY(fix_tag(tag, splices));
    }
    if (record != nullptr) splices.push_back({{scan.first_tag, 0}, new_script(*record)});
    fix_positions(positions, splices);
    return splice_plan(file, std::move(splices));
  }
};

}  // namespace

const Handler& flv_handler() {
  static const FlvHandler handler;
  return handler;
}

}  // namespace signmark::container
