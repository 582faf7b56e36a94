// SPDX-License-Identifier: Apache-2.0
// Reads and writes the metadata chunks of WAV and AVI.
#include "container/timed/riff_media.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "container/timed/id3_tag.hpp"

namespace signmark::container {
namespace {

bool is_list(const RiffChunk& chunk, std::string_view type) {
  return chunk.id == "LIST" && starts_with(chunk.data, type);
}

bool is_id3_chunk(const RiffChunk& chunk) {
  return iequals(chunk.id, "id3 ") && is_id3(chunk.data);
}

bool holds_media(const RiffChunk& chunk) {
  constexpr std::array<std::string_view, 6> kMedia = {"fmt ", "data", "fact",
                                                      "ds64", "JUNK", "idx1"};
  return std::find(kMedia.begin(), kMedia.end(), chunk.id) != kMedia.end() ||
         is_list(chunk, "hdrl") || is_list(chunk, "movi");
}

/// Values end with a NUL, or with several as padding.
ByteView trimmed(ByteView value) {
  while (!value.empty() && value.back() == 0) value = value.first(value.size() - 1);
  return value;
}

std::string place_of(const Inventory& inventory, std::string_view what) {
  return fmt::format("{} {}", format_info(inventory.format).name, printable(what));
}

Status add_info(const Context& context, ByteView file, const RiffChunk& list,
                Inventory& inventory) {
  SIGNMARK_ASSIGN(const RiffScan scan,
                  scan_riff_list(context.limits, inventory.format, file, list));
  if (scan.damage) mark_damaged(inventory, *scan.damage);
  for (const RiffChunk& child : scan.chunks)
    SIGNMARK_TRY(add_block(context, inventory,
                           tag_block(place_of(inventory, "INFO"), printable(child.id), child.range,
                                     trimmed(child.data))));
  return {};
}

Result<Id3Tag> tag_in(const Limits& limits, Format format, ByteView file, const RiffChunk& chunk) {
  const std::uint64_t start = chunk.range.offset + 8;
  return read_id3(limits, format, file.first(start + chunk.data.size()), start);
}

Status add_chunk(const Context& context, ByteView file, const RiffChunk& chunk,
                 Inventory& inventory) {
  if (holds_media(chunk)) return {};
  if (is_list(chunk, "INFO")) return add_info(context, file, chunk, inventory);
  if (is_id3_chunk(chunk)) {
    SIGNMARK_ASSIGN(const Id3Tag tag, tag_in(context.limits, inventory.format, file, chunk));
    return add_id3(context, tag, inventory);
  }
  const auto add = [&](BlockKind kind, ByteView payload, std::string key = {}) {
    return add_block(context, inventory,
                     {kind,
                      place_of(inventory, chunk.id),
                      std::move(key),
                      chunk.range,
                      {payload.begin(), payload.end()}});
  };
  if (chunk.id == "AIGC") return add(BlockKind::aigc, trimmed(chunk.data), "AIGC");
  if (chunk.id == "_PMX") return add(BlockKind::xmp, chunk.data);
  if (chunk.id != "C2PA") return add(BlockKind::other, {});
  inventory.manifest_exclusions.push_back(chunk.range);
  return add(BlockKind::c2pa, chunk.data);
}

/// Whether anything in this chunk changes.
Result<bool> is_touched(const RiffTask& task, const RiffChunk& chunk) {
  const Range dropped = task.dropped;
  if (task.changes.within(chunk.range) ||
      (dropped.offset >= chunk.range.offset && dropped.end() <= chunk.range.end()))
    return true;
  if (task.changes.manifest == nullptr || !is_id3_chunk(chunk)) return false;
  SIGNMARK_ASSIGN(const Id3Tag tag, tag_in(task.limits, task.format, task.file, chunk));
  return tag.has_store();
}

/// The new value of a record or tag in a chunk.
Bytes new_value(const RiffTask& task, const RiffChunk& chunk) {
  Bytes value = *task.changes.at(chunk.range);
  if (chunk.id != "_PMX" && chunk.range.offset < task.keep_size_before)
    value.resize(std::max(value.size(), chunk.data.size()), 0);
  return value;
}

/// The chunk's own new bytes.
Result<Bytes> rewrite(const RiffTask& task, const RiffChunk& chunk) {
  if (!is_id3_chunk(chunk)) return riff_chunk(task.format, chunk.id, new_value(task, chunk));
  SIGNMARK_ASSIGN(const Id3Tag tag, tag_in(task.limits, task.format, task.file, chunk));
  const Id3Wanted wanted{nullptr, nullptr, task.changes.manifest != nullptr};
  SIGNMARK_ASSIGN(const Id3Written written, write_id3(task.format, &tag, task.changes, wanted));
  return riff_chunk(task.format, chunk.id, written.bytes);
}

}  // namespace

const RiffChunk* find_list(const RiffScan& scan, std::string_view type) {
  const auto found = std::find_if(scan.chunks.begin(), scan.chunks.end(),
                                  [&](const RiffChunk& chunk) { return is_list(chunk, type); });
  return found == scan.chunks.end() ? nullptr : &*found;
}

Status add_riff_media(const Context& context, ByteView file, const RiffScan& scan,
                      Inventory& inventory) {
  if (scan.damage) mark_damaged(inventory, *scan.damage);
  for (const RiffChunk& chunk : scan.chunks)
    SIGNMARK_TRY(add_chunk(context, file, chunk, inventory));
  return {};
}

Result<Bytes> info_list(const RiffTask& task, const RiffChunk* list, bool record) {
  ByteWriter out;
  out.text("INFO");
  RiffScan scan;
  if (list != nullptr) {
    SIGNMARK_ASSIGN(scan, scan_riff_list(task.limits, task.format, task.file, *list));
  }
  for (const RiffChunk& child : scan.chunks) {
    if (child.range == task.dropped) continue;
    if (task.changes.at(child.range) == nullptr) {
      out.bytes(task.file.subspan(child.range.offset, child.range.size));
      out.fill(child.range.size % 2, 0);
      continue;
    }
    SIGNMARK_ASSIGN(const Bytes chunk, riff_chunk(task.format, child.id, new_value(task, child)));
    out.bytes(chunk);
  }
  if (record) {
    SIGNMARK_ASSIGN(const Bytes chunk, riff_chunk(task.format, "AIGC", *task.changes.record));
    out.bytes(chunk);
  }
  return riff_chunk(task.format, "LIST", out.view());
}

Status splice_riff_carriers(const RiffTask& task, const RiffChunk* with_record,
                            std::vector<Splice>& splices) {
  for (const RiffChunk& chunk : task.scan.chunks) {
    const bool record = &chunk == with_record;
    SIGNMARK_ASSIGN(const bool touched, is_touched(task, chunk));
    const bool old_manifest = chunk.id == "C2PA" && task.changes.manifest != nullptr;
    if (old_manifest || chunk.range == task.dropped) {
      splices.push_back({chunk.range, {}});
    } else if (record || touched) {
      SIGNMARK_ASSIGN(Bytes bytes, is_list(chunk, "INFO") ? info_list(task, &chunk, record)
                                                          : rewrite(task, chunk));
      splices.push_back({chunk.range, std::move(bytes)});
    }
  }
  return {};
}

Status append_manifest(const RiffTask& task, std::vector<Splice>& splices) {
  if (task.changes.manifest == nullptr) return {};
  SIGNMARK_ASSIGN(Bytes chunk, riff_chunk(task.format, "C2PA", *task.changes.manifest));
  splices.push_back({{task.scan.end, 0}, std::move(chunk), true});
  return {};
}

}  // namespace signmark::container
