// SPDX-License-Identifier: Apache-2.0
// AVI, also with the further forms of OpenDML: the record is a tag in LIST INFO. Whatever stands
// before the pictures keeps its size, since indexes may count from the start of the file.
#include <algorithm>
#include <optional>

#include "container/timed/riff_media.hpp"

namespace signmark::container {
namespace {

/// Where the pictures begin: nothing before may grow.
std::uint64_t media_start(const RiffScan& scan) {
  const RiffChunk* movi = find_list(scan, "movi");
  return movi == nullptr ? scan.end : movi->range.offset;
}

// ---------------------------------------------------------------------------------------------
// Reading

void read_main_header(const RiffChunk& chunk, Inventory& inventory) {
  ByteReader reader(chunk.data, "container.avi");
  if (!reader.skip(32)) return;  // dwWidth stands behind eight other fields
  inventory.width = reader.u32le().value_or(0);
  inventory.height = reader.u32le().value_or(0);
}

Status read_header(const Limits& limits, ByteView file, const RiffChunk& hdrl,
                   Inventory& inventory) {
  SIGNMARK_ASSIGN(const RiffScan scan, scan_riff_list(limits, Format::avi, file, hdrl));
  if (scan.damage) mark_damaged(inventory, *scan.damage);
  for (const RiffChunk& chunk : scan.chunks) {
    if (chunk.id == "avih") read_main_header(chunk, inventory);
    if (chunk.id != "LIST" || !starts_with(chunk.data, "strlstrh") || chunk.data.size() < 16)
      continue;
    inventory.video_tracks += starts_with(chunk.data.subspan(12), "vids") ? 1 : 0;
    inventory.sound_tracks += starts_with(chunk.data.subspan(12), "auds") ? 1 : 0;
  }
  return {};
}

/// Goes over the forms `AVIX` that follow the first one; where the last ends.
std::uint64_t behind_forms(ByteView file, std::uint64_t at, Inventory& inventory) {
  while (at < file.size()) {
    ByteReader reader(file.subspan(at), "container.avi", at);
    if (!is_avix(file.subspan(at))) return at;
    const std::uint64_t size = reader.skip(4) ? reader.u32le().value_or(0) : 0;
    if (size > reader.remaining()) {
      mark_damaged(inventory, reader.error("truncated", "a further form is cut off").value());
      return file.size();
    }
    at += 8 + size;
  }
  return at;
}

// ---------------------------------------------------------------------------------------------
// Writing

/// Evens out with JUNK what the splices before the pictures grew by. False: there is no room.
Result<bool> settle(const RiffScan& scan, std::vector<Splice>& splices) {
  const std::uint64_t media = media_start(scan);
  const std::int64_t grown = growth(splices, {0, media});
  if (grown == 0) return true;
  const auto put_junk = [&](Range range, std::int64_t size) -> Status {
    SIGNMARK_ASSIGN(Bytes junk, riff_chunk(Format::avi, "JUNK", Bytes(size, 0)));
    splices.push_back({range, std::move(junk)});
    return {};
  };
  for (const RiffChunk& chunk : scan.chunks) {
    const std::int64_t left = static_cast<std::int64_t>(chunk.range.size) - 8 - grown;
    if (chunk.id != "JUNK" || chunk.range.offset >= media || left < 0) continue;
    SIGNMARK_TRY(put_junk(chunk.range, left));
    return true;
  }
  if (grown > -8) return false;
  SIGNMARK_TRY(put_junk({media, 0}, -grown - 8));
  return true;
}

/// The first INFO list before or behind the pictures.
const RiffChunk* info_in(const RiffScan& scan, bool front) {
  const auto found = std::find_if(scan.chunks.begin(), scan.chunks.end(), [&](const auto& chunk) {
    return chunk.id == "LIST" && starts_with(chunk.data, "INFO") &&
           (chunk.range.offset < media_start(scan)) == front;
  });
  return found == scan.chunks.end() ? nullptr : &*found;
}

/// Splices for record and tags, with the record before or behind the pictures. Nothing: no room.
Result<std::optional<std::vector<Splice>>> place_tags(const RiffTask& task, bool front) {
  std::vector<Splice> splices;
  const bool record = task.changes.record != nullptr;
  const RiffChunk* list = record ? info_in(task.scan, front) : nullptr;
  SIGNMARK_TRY(splice_riff_carriers(task, list, splices));
  if (record && list == nullptr) {
    SIGNMARK_ASSIGN(Bytes bytes, info_list(task, nullptr, true));
    splices.push_back({{front ? media_start(task.scan) : task.scan.end, 0}, std::move(bytes)});
  }
  SIGNMARK_ASSIGN(const bool fits, settle(task.scan, splices));
  if (!fits) return std::nullopt;
  return splices;
}

/// Behind the pictures, also a record that stood before them.
Result<std::optional<std::vector<Splice>>> place_tags_behind(const RiffTask& task) {
  Changes changes = task.changes;
  RiffTask moved{task.limits, task.format, task.file, task.scan, changes, task.keep_size_before};
  for (const CarrierEdit& edit : task.changes.carriers) {
    const Range range = edit.block->range;
    if (edit.block->kind != BlockKind::aigc || range.offset >= task.keep_size_before) continue;
    moved.dropped = range;
    changes.record = &edit.payload;
    std::erase_if(changes.carriers,
                  [&](const CarrierEdit& other) { return other.block->range == range; });
    break;
  }
  return place_tags(moved, false);
}

Result<Plan> plan_avi(const RiffTask& task) {
  // Players look for tags before the pictures.
  SIGNMARK_ASSIGN(auto splices, place_tags(task, true));
  if (!splices) {
    SIGNMARK_ASSIGN(splices, place_tags_behind(task));
  }
  if (!splices)
    return format_error(Format::avi, "unwritable", "there is no room before the pictures",
                        at_byte(media_start(task.scan)), "remux the file first (ffmpeg -c copy)");
  pad_riff_end(task.scan, *splices);
  SIGNMARK_TRY(append_manifest(task, *splices));
  SIGNMARK_TRY(shift_avi_indexes(task, *splices));
  SIGNMARK_TRY(fix_riff_size(Format::avi, task.scan, *splices));
  return splice_plan(task.file, std::move(*splices));
}

class AviHandler final : public Handler {
 public:
  const FormatInfo& info() const override {
    static constexpr FormatInfo kInfo{.format = Format::avi,
                                      .name = "AVI",
                                      .mime = "video/x-msvideo",
                                      .extension = "avi",
                                      .writes_metadata = true,
                                      .timed = true,
                                      .native_aigc = true};
    return kInfo;
  }
  bool matches(ByteView file) const override {
    return file.size() >= kRiffHeader && starts_with(file, "RIFF") &&
           starts_with(file.subspan(8), "AVI ");
  }
  Status inspect(const Context& context, ByteView file, Inventory& inventory) const override {
    SIGNMARK_ASSIGN(const RiffScan scan, scan_riff(context.limits, Format::avi, file));
    SIGNMARK_TRY(add_riff_media(context, file, scan, inventory));
    const RiffChunk* header = find_list(scan, "hdrl");
    if (header != nullptr) SIGNMARK_TRY(read_header(context.limits, file, *header, inventory));
    if ((header == nullptr || find_list(scan, "movi") == nullptr) && inventory.complete)
      mark_damaged(inventory, format_error(Format::avi, "syntax", "the file holds no film",
                                           at_byte(kRiffHeader))
                                  .value());
    const std::uint64_t end = behind_forms(file, scan.end, inventory);
    if (end < file.size()) inventory.trailing = {end, file.size() - end};
    return {};
  }
  Result<Plan> plan(const Context& context, ByteView file, const Inventory& inventory,
                    const Edits& edits) const override {
    SIGNMARK_ASSIGN(const Changes changes, changes_of(inventory, edits, context.limits));
    SIGNMARK_ASSIGN(const RiffScan scan, scan_riff(context.limits, Format::avi, file));
    return plan_avi({context.limits, Format::avi, file, scan, changes, media_start(scan)});
  }
};

}  // namespace

const Handler& avi_handler() {
  static const AviHandler handler;
  return handler;
}

}  // namespace signmark::container
