// SPDX-License-Identifier: Apache-2.0
// Reads tkhd, hdlr, stsz, stco and co64 of every track.
#include "container/bmff_tracks.hpp"

#include <algorithm>

namespace signmark::container {
namespace {

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

Status read_chunks(const BmffSource& source, const BmffBox& table, std::uint32_t width,
                   BmffTrack& track) {
  SIGNMARK_ASSIGN(auto full, source.full_box(table));
  SIGNMARK_ASSIGN(const std::uint32_t count, full.reader.u32be());
  if (count > full.reader.remaining() / width)
    return full.reader.error("truncated", "the list of chunks is too short");
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint64_t position = table.content.offset + full.reader.position();
    SIGNMARK_ASSIGN(std::uint64_t value, full.reader.u32be());
    if (width == 8) {
      SIGNMARK_ASSIGN(const std::uint32_t low, full.reader.u32be());
      value = value << 32 | low;
    }
    if (value >= source.file.size())
      return bmff_error(source, "truncated", "media data lies behind the end of the file",
                        position);
    track.chunks.push_back({position, width, value});
  }
  return {};
}

Result<BmffTrack> read_track(const BmffSource& source, const BmffBox& trak) {
  BmffTrack track;
  SIGNMARK_TRY(read_size(source, trak, track));
  SIGNMARK_TRY(read_handler(source, trak, track));
  const BmffBox* stbl = trak.find({"mdia", "minf", "stbl"});
  if (stbl == nullptr) return track;
  SIGNMARK_TRY(read_samples(source, *stbl, track));
  for (const BmffBox& table : stbl->children) {
    if (table.type == "stco") SIGNMARK_TRY(read_chunks(source, table, 4, track));
    if (table.type == "co64") SIGNMARK_TRY(read_chunks(source, table, 8, track));
  }
  return track;
}

}  // namespace

Result<std::vector<BmffTrack>> read_bmff_tracks(const BmffSource& source, const BmffScan& scan) {
  std::vector<BmffTrack> tracks;
  const BmffBox* moov = scan.find("moov");
  if (moov == nullptr) return tracks;
  for (const BmffBox& box : moov->children) {
    if (box.type != "trak") continue;
    SIGNMARK_ASSIGN(BmffTrack track, read_track(source, box));
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
