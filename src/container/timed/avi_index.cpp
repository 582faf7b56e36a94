// SPDX-License-Identifier: Apache-2.0
// OpenDML (AVI 2.0): `indx` lists, by offsets from the start of the file, the indexes `ix##` that
// stand among the pictures of all forms; each of those has a base that is such an offset too.
#include <algorithm>
#include <map>

#include "container/timed/riff_media.hpp"

namespace signmark::container {
namespace {

constexpr Byte kIndexOfIndexes = 0;
constexpr std::uint64_t kIndexHead = 24;   // of indx and of ix## behind the chunk header
constexpr std::uint64_t kBaseAt = 8 + 12;  // qwBaseOffset in an ix## chunk
constexpr std::uint64_t kSuperEntry = 16;

/// The positions in the file of all 64-bit fields that hold an offset at or behind `end`.
using Fields = std::map<std::uint64_t, std::uint64_t>;

tl::unexpected<Error> contradiction(std::uint64_t offset) {
  return format_error(Format::avi, "unwritable", "the OpenDML index contradicts the file",
                      at_byte(offset), "remux the file first (ffmpeg -c copy)");
}

/// The base of the index at `offset`.
Status collect_base(ByteView file, std::uint64_t offset, std::uint64_t end, Fields& fields) {
  if (offset > file.size() || file.size() - offset < 8 + kIndexHead ||
      !starts_with(file.subspan(offset), "ix"))
    return contradiction(offset);
  ByteReader reader(file.subspan(offset + kBaseAt), "container.avi", offset + kBaseAt);
  SIGNMARK_ASSIGN(const std::uint64_t base, reader.u64le());
  if (base >= end) fields[offset + kBaseAt] = base;
  return {};
}

Status collect(ByteView file, const RiffChunk& indx, std::uint64_t end, Fields& fields) {
  ByteReader reader(indx.data, "container.avi", indx.range.offset + 8);
  SIGNMARK_TRY(reader.skip(3));
  SIGNMARK_ASSIGN(const Byte type, reader.u8());
  if (type != kIndexOfIndexes) return {};
  SIGNMARK_ASSIGN(const std::uint32_t entries, reader.u32le());
  SIGNMARK_TRY(reader.seek(kIndexHead));
  for (std::uint32_t i = 0; i < entries && reader.remaining() >= kSuperEntry; ++i) {
    const std::uint64_t at = indx.range.offset + 8 + reader.position();
    SIGNMARK_ASSIGN(const std::uint64_t offset, reader.u64le());
    SIGNMARK_TRY(reader.skip(8));
    if (offset < end) continue;
    fields[at] = offset;
    SIGNMARK_TRY(collect_base(file, offset, end, fields));
  }
  return {};
}

Result<Fields> collect_all(const RiffTask& task) {
  Fields fields;
  const RiffChunk* header = find_list(task.scan, "hdrl");
  if (header == nullptr) return fields;
  SIGNMARK_ASSIGN(const RiffScan streams,
                  scan_riff_list(task.limits, Format::avi, task.file, *header));
  for (const RiffChunk& stream : streams.chunks) {
    if (stream.id != "LIST" || !starts_with(stream.data, "strl")) continue;
    SIGNMARK_ASSIGN(const RiffScan parts,
                    scan_riff_list(task.limits, Format::avi, task.file, stream));
    for (const RiffChunk& part : parts.chunks)
      if (part.id == "indx") SIGNMARK_TRY(collect(task.file, part, task.scan.end, fields));
  }
  return fields;
}

}  // namespace

bool is_avix(ByteView bytes) {
  return bytes.size() >= kRiffHeader && starts_with(bytes, "RIFF") &&
         starts_with(bytes.subspan(8), "AVIX");
}

Status shift_avi_indexes(const RiffTask& task, std::vector<Splice>& splices) {
  const std::int64_t grown = growth(splices);
  if (grown == 0 || !is_avix(task.file.subspan(task.scan.end))) return {};
  SIGNMARK_ASSIGN(const Fields fields, collect_all(task));
  std::uint64_t previous_end = 0;
  for (const auto& [at, offset] : fields) {
    if (at < previous_end) return contradiction(at);
    previous_end = at + 8;
    ByteWriter field;
    field.u64le(offset + static_cast<std::uint64_t>(grown));
    splices.push_back({{at, 8}, field.take()});
  }
  return {};
}

}  // namespace signmark::container
