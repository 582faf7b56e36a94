// SPDX-License-Identifier: Apache-2.0
// Ogg with Vorbis, Opus or FLAC, also chained: the record is a tag in the comment header; the
// manifest is a logical stream of its own (C2PA 2.5, Annex A).
#include <fmt/format.h>

#include <algorithm>

#include "container/timed/ogg_scan.hpp"

namespace signmark::container {
namespace {

constexpr std::string_view kManifest("\0c2pa", 5);
constexpr std::uint32_t kSerial = 0x63327061;  // of our manifest's stream, unless it is taken

// ---------------------------------------------------------------------------------------------
// Reading

void check_pages(ByteView file, const OggStream& stream, Inventory& inventory) {
  for (const OggPage& page : stream.pages)
    if (ogg_crc(file.subspan(page.range.offset, page.range.size)) != page.crc)
      note_problem(inventory, format_error(Format::ogg, "checksum", "a page has a wrong check sum",
                                           at_byte(page.range.offset))
                                  .value());
}

/// Pages that follow one another are one range.
void add_exclusions(const OggStream& stream, Inventory& inventory) {
  auto& ranges = inventory.manifest_exclusions;
  for (const OggPage& page : stream.pages) {
    if (ranges.empty() || ranges.back().end() != page.range.offset)
      ranges.push_back(page.range);
    else
      ranges.back().size += page.range.size;
  }
}

Status add_manifest(const Context& context, const OggStream& stream, Inventory& inventory) {
  add_exclusions(stream, inventory);
  if (!stream.packet_size) {
    mark_damaged(inventory, format_error(Format::ogg, "truncated", "the manifest is cut off",
                                         at_byte(stream.first.range.offset))
                                .value());
    return {};
  }
  const ByteView store =
      ByteView(stream.packets).first(*stream.packet_size).subspan(kManifest.size());
  return add_block(
      context, inventory,
      {BlockKind::c2pa, "Ogg c2pa stream", {}, stream.first.range, {store.begin(), store.end()}});
}

void add_picture_size(const OggStream& stream, Inventory& inventory) {
  ByteReader reader(stream.first.body, "container.ogg");
  if (!reader.skip(14)) return;  // PICW and PICH of Theora I, 6.2
  inventory.width = reader.u24be().value_or(0);
  inventory.height = reader.u24be().value_or(0);
}

/// Tracks are counted in the first link: the others of a chain follow it in time.
Status add_stream(const Context& context, ByteView file, const OggStream& stream, bool first_link,
                  Inventory& inventory) {
  if (stream.manifest) return add_manifest(context, stream, inventory);
  if (stream.codec == nullptr) return {};
  if (first_link) ++(stream.codec->sound ? inventory.sound_tracks : inventory.video_tracks);
  if (!stream.codec->sound) add_picture_size(stream, inventory);
  check_pages(file, stream, inventory);
  const auto comment = comment_of(context.limits, stream);
  if (comment)
    return add_comment(context, *comment, fmt::format("Ogg {}", stream.codec->name),
                       stream.place_of(), inventory);
  if (comment.error().code.ends_with(".limit")) return tl::unexpected<Error>(comment.error());
  mark_damaged(inventory, comment.error());
  return {};
}

// ---------------------------------------------------------------------------------------------
// Writing

/// The stream that takes a new record: the first with sound, else the first with a comment.
const OggStream* home_of_record(const OggScan& scan) {
  const OggStream* home = nullptr;
  for (const OggStream& stream : scan.streams) {
    if (stream.codec != nullptr && stream.codec->sound) return &stream;
    if (stream.codec != nullptr && home == nullptr) home = &stream;
  }
  return home;
}

/// The comment's packet with new values.
Result<Bytes> new_packet(const Limits& limits, const OggStream& stream, const Changes& changes,
                         const Bytes* record) {
  SIGNMARK_ASSIGN(const VorbisComment comment, comment_of(limits, stream));
  const Bytes data = write_comment(comment, stream.place_of(), changes, record);
  ByteWriter out;
  if (stream.codec->name == "FLAC") {  // a metadata block with its header (RFC 9639, 10.1)
    SIGNMARK_TRY(check_limit("ogg", "metadata-block", data.size(), 0xFFFFFF, "FLAC comment"));
    out.u8(stream.packets[0]).u8(static_cast<Byte>(data.size() >> 16));
    out.u16be(static_cast<std::uint16_t>(data.size()));
  } else {
    out.bytes(ByteView(stream.packets).first(stream.codec->prefix));
  }
  out.bytes(data);
  return out.take();
}

/// Segment sizes of what follows the comment's packet on its pages.
Bytes later_lacing(const OggStream& stream) {
  Bytes all;
  for (const OggPage& page : stream.pages)
    all.insert(all.end(), page.lacing.begin(), page.lacing.end());
  const auto end = std::find_if(all.begin(), all.end(), [](Byte size) { return size < 255; });
  return {end + 1, all.end()};
}

/// All pages of the stream behind its header get other numbers.
Status renumber(const Limits& limits, ByteView file, const OggStream& stream, std::uint32_t shift,
                std::vector<Splice>& splices) {
  for (std::uint64_t at = stream.pages.back().range.end(); at < file.size();) {
    const auto page = read_ogg_page(file, at);
    if (!page || (page->serial == stream.serial && page->first())) return {};
    at = page->range.end();
    if (page->serial != stream.serial) continue;
    splices.push_back(
        {{page->range.offset + ogg::kSequenceAt, 8}, renumbered(*page, page->sequence + shift)});
    SIGNMARK_TRY(check_limit("ogg", "blocks", splices.size(), limits.blocks, at_byte(at)));
  }
  return {};
}

Status splice_stream(const Limits& limits, ByteView file, const OggStream& stream,
                     const Changes& changes, const Bytes* record, std::vector<Splice>& splices) {
  SIGNMARK_ASSIGN(Bytes body, new_packet(limits, stream, changes, record));
  Bytes lacing = ogg_lacing(body.size());
  const Bytes later = later_lacing(stream);
  lacing.insert(lacing.end(), later.begin(), later.end());
  const auto rest = stream.packets.begin() + static_cast<std::ptrdiff_t>(*stream.packet_size);
  body.insert(body.end(), rest, stream.packets.end());
  const OggPage& last = stream.pages.back();
  const OggRun run{stream.serial, stream.pages.front().sequence, last.granule,
                   static_cast<Byte>(last.flags & ogg::kLast), stream.pages.size()};
  std::vector<Bytes> pages = ogg_pages(run, lacing, body);
  const std::size_t more = pages.size() - stream.pages.size();
  for (std::size_t i = 0; i < pages.size(); ++i) {
    const bool old = i < stream.pages.size();
    const Range place = old ? stream.pages[i].range : Range{last.range.end(), 0};
    splices.push_back({place, std::move(pages[i])});
  }
  if (more == 0) return {};
  return renumber(limits, file, stream, static_cast<std::uint32_t>(more), splices);
}

bool changes_stream(const OggStream& stream, const Changes& changes) {
  if (stream.codec == nullptr || stream.pages.empty()) return false;
  const std::uint64_t start = stream.pages.front().range.offset;
  const std::uint64_t end = stream.pages.back().range.end();
  return std::any_of(changes.carriers.begin(), changes.carriers.end(),
                     [&](const CarrierEdit& edit) {
                       return edit.block->range.offset >= start && edit.block->range.end() <= end;
                     });
}

void splice_manifest(const OggScan& scan, const Inventory& inventory, const Bytes& store,
                     std::vector<Splice>& splices) {
  for (const Range& range : inventory.manifest_exclusions) splices.push_back({range, {}});
  OggRun run{kSerial, 0, 0, ogg::kFirst | ogg::kLast, 1};
  while (scan.serials.contains(run.serial)) ++run.serial;
  ByteWriter packet;
  packet.text(kManifest).bytes(store);
  Bytes bytes;
  for (const Bytes& page : ogg_pages(run, ogg_lacing(packet.size()), packet.view()))
    bytes.insert(bytes.end(), page.begin(), page.end());
  splices.push_back({{scan.behind_first, 0}, std::move(bytes), true});
}

class OggHandler final : public Handler {
 public:
  const FormatInfo& info() const override {
    static constexpr FormatInfo kInfo{.format = Format::ogg,
                                      .name = "Ogg",
                                      .mime = "audio/ogg",
                                      .extension = "ogg",
                                      .writes_metadata = true,
                                      .timed = true,
                                      .native_aigc = true};
    return kInfo;
  }
  bool matches(ByteView file) const override { return is_ogg(file); }
  Status inspect(const Context& context, ByteView file, Inventory& inventory) const override {
    SIGNMARK_ASSIGN(const OggScan scan, scan_ogg(context.limits, file));
    for (const OggStream& stream : scan.streams)
      SIGNMARK_TRY(add_stream(context, file, stream, stream.first.range.offset < scan.behind_first,
                              inventory));
    if (scan.damage)
      mark_damaged(inventory, *scan.damage);
    else if (scan.end < file.size())
      inventory.trailing = {scan.end, file.size() - scan.end};
    return {};
  }
  Result<Plan> plan(const Context& context, ByteView file, const Inventory& inventory,
                    const Edits& edits) const override {
    SIGNMARK_ASSIGN(const Changes changes, changes_of(inventory, edits, context.limits));
    SIGNMARK_ASSIGN(const OggScan scan, scan_ogg(context.limits, file, last_carrier(inventory)));
    const OggStream* home = changes.record == nullptr ? nullptr : home_of_record(scan);
    std::vector<Splice> splices;
    for (const OggStream& stream : scan.streams)
      if (&stream == home || changes_stream(stream, changes))
        SIGNMARK_TRY(splice_stream(context.limits, file, stream, changes,
                                   &stream == home ? changes.record : nullptr, splices));
    if (changes.manifest != nullptr) splice_manifest(scan, inventory, *changes.manifest, splices);
    return splice_plan(file, std::move(splices));
  }
};

}  // namespace

const Handler& ogg_handler() {
  static const OggHandler handler;
  return handler;
}

}  // namespace signmark::container
