// SPDX-License-Identifier: Apache-2.0
// FLAC (RFC 9639): the record is a Vorbis comment; the manifest stands in an ID3v2 tag in front.
#include <fmt/format.h>

#include <algorithm>

#include "container/timed/id3_tag.hpp"
#include "container/timed/vorbis_comment.hpp"

namespace signmark::container {
namespace {

constexpr Byte kLast = 0x80;
constexpr Byte kStreamInfo = 0, kPadding = 1, kComment = 4;
constexpr std::uint64_t kMaxBlock = 0xFFFFFF;

struct FlacBlock {
  Byte type = 0;
  bool last = false;
  Range range;
  ByteView data;
};

struct FlacScan {
  std::vector<FlacBlock> blocks;
  std::optional<Error> damage;
};

Result<FlacBlock> next_block(ByteReader& reader) {
  FlacBlock block;
  const std::uint64_t start = reader.position();
  SIGNMARK_ASSIGN(const Byte head, reader.u8());
  SIGNMARK_ASSIGN(const std::uint32_t size, reader.u24be());
  SIGNMARK_ASSIGN(block.data, reader.take(size));
  block.type = head & 0x7F;
  block.last = (head & kLast) != 0;
  block.range = {start, reader.position() - start};
  return block;
}

Result<FlacScan> scan_flac(const Limits& limits, ByteView file, std::uint64_t start) {
  FlacScan scan;
  ByteReader reader(file, "container.flac");
  SIGNMARK_TRY(reader.skip(start + 4));
  do {
    const auto block = next_block(reader);
    if (!block) {
      scan.damage = block.error();
      return scan;
    }
    scan.blocks.push_back(*block);
    SIGNMARK_TRY(check_limit("flac", "blocks", scan.blocks.size(), limits.blocks,
                             at_byte(block->range.offset)));
  } while (!scan.blocks.back().last);
  const auto sync = reader.u16be();
  if (!sync || (*sync & 0xFFFE) != 0xFFF8)
    scan.damage = reader.error("truncated", "no audio frame behind the metadata").value();
  return scan;
}

PlaceOf place_in(const FlacBlock& block) {
  const std::uint64_t start = block.range.offset + 4;
  return [start](Range within) { return Range{start + within.offset, within.size}; };
}

Bytes block_of(Byte type, bool last, ByteView data) {
  ByteWriter out;
  out.u8(static_cast<Byte>(type | (last ? kLast : 0))).u8(static_cast<Byte>(data.size() >> 16));
  out.u16be(static_cast<std::uint16_t>(data.size())).bytes(data);
  return out.take();
}

Status add_flac_block(const Context& context, const FlacBlock& block, Inventory& inventory) {
  if (block.type == kStreamInfo || block.type == kPadding) return {};
  if (block.type != kComment)
    return add_block(
        context, inventory,
        {BlockKind::other, fmt::format("FLAC block {}", block.type), {}, block.range, {}});
  const auto comment =
      read_comment(context.limits, Format::flac, block.data, block.range.offset + 4);
  if (comment) return add_comment(context, *comment, "FLAC", place_in(block), inventory);
  if (comment.error().code.ends_with(".limit")) return tl::unexpected<Error>(comment.error());
  mark_damaged(inventory, comment.error());
  return {};
}

/// Takes what the comment grew by from padding, so that the audio does not move.
void use_padding(const FlacScan& scan, std::int64_t grown, std::vector<Splice>& splices) {
  for (const FlacBlock& block : scan.blocks) {
    if (block.type != kPadding) continue;
    const std::int64_t left = static_cast<std::int64_t>(block.data.size()) - grown;
    if (left < 0 || left > static_cast<std::int64_t>(kMaxBlock)) continue;
    splices.push_back({block.range, block_of(kPadding, block.last, Bytes(left, 0))});
    return;
  }
}

/// Behind the stream information, which then is no longer the last block.
void insert_comment(ByteView file, const FlacBlock& info, Bytes data,
                    std::vector<Splice>& splices) {
  if (info.last)
    splices.push_back(
        {{info.range.offset, 1}, {static_cast<Byte>(file[info.range.offset] & ~kLast)}});
  splices.push_back({{info.range.end(), 0}, block_of(kComment, info.last, data)});
}

Status splice_comments(const Limits& limits, ByteView file, const FlacScan& scan,
                       const Changes& changes, std::vector<Splice>& splices) {
  const Bytes* record = changes.record;
  std::vector<Splice> own;
  for (const FlacBlock& block : scan.blocks) {
    if (block.type != kComment || (record == nullptr && !changes.within(block.range))) continue;
    SIGNMARK_ASSIGN(const VorbisComment comment,
                    read_comment(limits, Format::flac, block.data, block.range.offset + 4));
    const Bytes data = write_comment(comment, place_in(block), changes, record);
    record = nullptr;
    SIGNMARK_TRY(check_limit("flac", "metadata-block", data.size(), kMaxBlock, "FLAC comment"));
    own.push_back({block.range, block_of(kComment, block.last, data)});
  }
  if (record != nullptr) {
    constexpr std::string_view kEmpty("\x08\0\0\0signmark\0\0\0\0", 16);
    SIGNMARK_ASSIGN(const VorbisComment comment,
                    read_comment(limits, Format::flac, as_bytes(kEmpty), 0));
    const auto nowhere = [](Range) { return Range{}; };
    insert_comment(file, scan.blocks.front(), write_comment(comment, nowhere, {}, record), own);
  }
  if (const std::int64_t grown = growth(own); grown != 0) use_padding(scan, grown, own);
  splices.insert(splices.end(), own.begin(), own.end());
  return {};
}

class FlacHandler final : public Handler {
 public:
  const FormatInfo& info() const override {
    static constexpr FormatInfo kInfo{.format = Format::flac,
                                      .name = "FLAC",
                                      .mime = "audio/flac",
                                      .extension = "flac",
                                      .writes_metadata = true,
                                      .timed = true,
                                      .native_aigc = true};
    return kInfo;
  }
  bool matches(ByteView file) const override {
    const ByteView stream = file.subspan(behind_id3(file));
    return starts_with(stream, "fLaC") && stream.size() > 4 && (stream[4] & ~kLast) == kStreamInfo;
  }
  Status inspect(const Context& context, ByteView file, Inventory& inventory) const override {
    SIGNMARK_ASSIGN(const auto tags, read_leading_id3(context.limits, Format::flac, file));
    for (const Id3Tag& tag : tags) SIGNMARK_TRY(add_id3(context, tag, inventory));
    SIGNMARK_ASSIGN(const FlacScan scan, scan_flac(context.limits, file, behind_id3(file)));
    for (const FlacBlock& block : scan.blocks)
      SIGNMARK_TRY(add_flac_block(context, block, inventory));
    if (scan.damage) mark_damaged(inventory, *scan.damage);
    inventory.sound_tracks = 1;
    return {};
  }
  Result<Plan> plan(const Context& context, ByteView file, const Inventory& inventory,
                    const Edits& edits) const override {
    SIGNMARK_ASSIGN(const Changes changes, changes_of(inventory, edits, context.limits));
    SIGNMARK_ASSIGN(const auto tags, read_leading_id3(context.limits, Format::flac, file));
    SIGNMARK_ASSIGN(const FlacScan scan, scan_flac(context.limits, file, behind_id3(file)));
    std::vector<Splice> splices;
    SIGNMARK_TRY(splice_leading_id3(Format::flac, tags, changes, false, splices));
    SIGNMARK_TRY(splice_comments(context.limits, file, scan, changes, splices));
    return splice_plan(file, std::move(splices));
  }
};

}  // namespace

const Handler& flac_handler() {
  static const FlacHandler handler;
  return handler;
}

}  // namespace signmark::container
