// SPDX-License-Identifier: Apache-2.0
// Reads tkhd, hdlr, stsd, stsz and the lists of positions of every track.
#include "container/bmff_tracks.hpp"

#include <algorithm>

namespace signmark::container {
namespace {

/// Version and flags, and the number of entries.
constexpr std::uint64_t kListHead = kFullBoxHeader + 4;

/// Width and height are the last fields of `tkhd`, as 16.16 fixed point.
Status read_size(const BmffSource& source, const BmffBox& trak, BmffTrack& track) {
  const BmffBox* tkhd = trak.find("tkhd");
  if (tkhd == nullptr) return {};
  ByteReader reader = source.reader(tkhd->content);
  if (reader.size() < 8) return reader.error("truncated", "the track header is too short");
  SIGNMARK_TRY(reader.seek(reader.size() - 8));
  SIGNMARK_ASSIGN(const std::uint32_t width, reader.u32be());
  SIGNMARK_ASSIGN(const std::uint32_t height, reader.u32be());
  track.width = width >> 16;
  track.height = height >> 16;
  return {};
}

Status read_handler(const BmffSource& source, const BmffBox& trak, BmffTrack& track) {
  const BmffBox* hdlr = trak.find({"mdia", "hdlr"});
  if (hdlr == nullptr) return {};
  SIGNMARK_ASSIGN(auto full, source.full_box(*hdlr));
  SIGNMARK_TRY(full.reader.skip(4));
  SIGNMARK_ASSIGN(track.handler, full.reader.fourcc());
  return {};
}

/// `stsz` and `stz2` agree in where the count stands.
Status read_samples(const BmffSource& source, const BmffBox& stbl, BmffTrack& track) {
  const BmffBox* sizes = stbl.find("stsz");
  if (sizes == nullptr) sizes = stbl.find("stz2");
  if (sizes == nullptr) return {};
  SIGNMARK_ASSIGN(auto full, source.full_box(*sizes));
  SIGNMARK_TRY(full.reader.skip(4));
  SIGNMARK_ASSIGN(track.samples, full.reader.u32be());
  return {};
}

/// Stored pixels, as the first sample entry says (ISO/IEC 14496-12, 12.1.3).
Status read_stored_size(const BmffSource& source, const BmffBox& stbl, BmffTrack& track) {
  constexpr std::uint64_t kSizeInEntry = 32;  // behind the entry's header and fixed fields
  const BmffBox* stsd = stbl.find("stsd");
  const bool pictures = track.handler == "vide" || track.handler == "pict";
  if (stsd == nullptr || !pictures) return {};
  SIGNMARK_ASSIGN(auto full, source.full_box(*stsd));
  SIGNMARK_ASSIGN(const std::uint32_t entries, full.reader.u32be());
  if (entries == 0 || full.reader.remaining() < kSizeInEntry + 4) return {};
  SIGNMARK_TRY(full.reader.skip(kSizeInEntry));
  SIGNMARK_ASSIGN(const std::uint32_t width, full.reader.u16be());
  SIGNMARK_ASSIGN(const std::uint32_t height, full.reader.u16be());
  if (width == 0 || height == 0) return {};
  track.width = width;
  track.height = height;
  return {};
}

/// The number of data references that name this file and those that name others.
struct References {
  std::uint32_t own = 0, others = 0;
};

Result<References> read_references(const BmffSource& source, const BmffBox& trak) {
  References count;
  const BmffBox* dref = trak.find({"mdia", "minf", "dinf", "dref"});
  if (dref == nullptr || dref->content.size <= kListHead) return count;
  const Range list{dref->content.offset + kListHead, dref->content.size - kListHead};
  SIGNMARK_ASSIGN(const auto entries, bmff_boxes(source, list));
  for (const BmffBox& entry : entries) {
    SIGNMARK_ASSIGN(const auto full, source.full_box(entry));
    ++((full.flags & 1U) != 0 ? count.own : count.others);
  }
  return count;
}

/// `extra`: bytes between version and flags and the number of entries.
Result<BmffOffsets> read_offsets(const BmffSource& source, std::vector<const BmffBox*> path,
                                 std::uint32_t width, std::uint64_t extra) {
  BmffOffsets list{std::move(path), 0, width, {}};
  SIGNMARK_ASSIGN(auto full, source.full_box(list.box()));
  SIGNMARK_TRY(full.reader.skip(extra));
  SIGNMARK_ASSIGN(const std::uint32_t count, full.reader.u32be());
  if (count > full.reader.remaining() / width)
    return full.reader.error("truncated", "the list of chunks is too short");
  list.position = list.box().content.offset + full.reader.position();
  list.values.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    SIGNMARK_ASSIGN(const std::uint64_t value,
                    width == 8 ? full.reader.u64be() : Result<std::uint64_t>(full.reader.u32be()));
    if (value >= source.file.size())
      return bmff_error(source, "truncated", "media data lies behind the end of the file",
                        list.position + std::uint64_t{i} * width);
    list.values.push_back(value);
  }
  return list;
}

Result<std::vector<BmffOffsets>> read_chunks(const BmffSource& source,
                                             const std::vector<const BmffBox*>& stbl) {
  std::vector<BmffOffsets> lists;
  for (const BmffBox& table : stbl.back()->children) {
    std::vector<const BmffBox*> path = stbl;
    path.push_back(&table);
    std::uint32_t width = table.type == "stco" ? 4 : 8;
    std::uint64_t extra = 0;
    if (table.type == "saio") {  // of encrypted samples; in a track it counts from the file's start
      SIGNMARK_ASSIGN(const auto full, source.full_box(table));
      width = full.version == 0 ? 4 : 8;
      extra = (full.flags & 1U) != 0 ? 8 : 0;
    } else if (table.type != "stco" && table.type != "co64") {
      continue;
    }
    SIGNMARK_ASSIGN(BmffOffsets list, read_offsets(source, std::move(path), width, extra));
    lists.push_back(std::move(list));
  }
  return lists;
}

/// The boxes from `moov` to `stbl`; empty when one is missing.
std::vector<const BmffBox*> path_to_samples(const BmffBox& moov, const BmffBox& trak) {
  std::vector<const BmffBox*> path = {&moov, &trak};
  for (const std::string_view step : {"mdia", "minf", "stbl"}) {
    path.push_back(path.back()->find(step));
    if (path.back() == nullptr) return {};
  }
  return path;
}

Result<BmffTrack> read_track(const BmffSource& source, const BmffBox& moov, const BmffBox& trak) {
  BmffTrack track;
  SIGNMARK_TRY(read_size(source, trak, track));
  SIGNMARK_TRY(read_handler(source, trak, track));
  const auto path = path_to_samples(moov, trak);
  if (path.empty()) return track;
  SIGNMARK_TRY(read_stored_size(source, *path.back(), track));
  SIGNMARK_TRY(read_samples(source, *path.back(), track));
  SIGNMARK_ASSIGN(const References references, read_references(source, trak));
  track.scattered = references.own > 0 && references.others > 0;
  if (references.others > 0) return track;
  SIGNMARK_ASSIGN(track.chunks, read_chunks(source, path));
  return track;
}

}  // namespace

Result<std::vector<BmffTrack>> read_bmff_tracks(const BmffSource& source, const BmffScan& scan) {
  std::vector<BmffTrack> tracks;
  const BmffBox* moov = scan.find("moov");
  if (moov == nullptr) return tracks;
  for (const BmffBox& box : moov->children) {
    if (box.type != "trak") continue;
    SIGNMARK_ASSIGN(BmffTrack track, read_track(source, *moov, box));
    tracks.push_back(std::move(track));
  }
  return tracks;
}

const BmffTrack* picture_track(const std::vector<BmffTrack>& tracks) {
  const auto found = std::find_if(tracks.begin(), tracks.end(), [](const BmffTrack& track) {
    return track.handler == "pict" || track.handler == "vide";
  });
  return found == tracks.end() ? nullptr : &*found;
}

}  // namespace signmark::container
