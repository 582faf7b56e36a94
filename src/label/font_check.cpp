// SPDX-License-Identifier: Apache-2.0
// Walks the table directory of each face (OpenType specification, "Organization of an OpenType
// Font").
#include "label/font_check.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace signmark::label {
namespace {

constexpr std::uint32_t kMaxFaces = 256;  // the largest known collections have fewer than 50

Result<FontTables> read_directory(ByteView file, std::uint32_t offset) {
  ByteReader reader(file, "label.font");
  SIGNMARK_TRY(reader.seek(offset));
  SIGNMARK_TRY(reader.skip(4));  // the flavour: stb_truetype checks it
  SIGNMARK_ASSIGN(const std::uint16_t count, reader.u16be());
  SIGNMARK_TRY(reader.skip(6));
  FontTables tables;
  for (int i = 0; i < count; ++i) {
    SIGNMARK_ASSIGN(std::string tag, reader.fourcc());
    SIGNMARK_TRY(reader.skip(4));
    SIGNMARK_ASSIGN(const std::uint32_t start, reader.u32be());
    SIGNMARK_ASSIGN(const std::uint32_t size, reader.u32be());
    if (start > file.size() || size > file.size() - start)
      return reader.error("truncated", "a table leaves the file");
    tables.emplace(std::move(tag), file.subspan(start, size));  // the first of a name counts
  }
  return tables;
}

std::uint32_t u16_at(ByteView bytes, std::size_t at) { return bytes[at] * 256U + bytes[at + 1]; }

std::uint64_t u32_at(ByteView bytes, std::size_t at) {
  return u16_at(bytes, at) * 65536ULL + u16_at(bytes, at + 2);
}

/// Format 4: the search starts from numbers in the file, and each segment points somewhere.
bool sane_segments(ByteView map) {
  if (map.size() < 16) return false;
  const std::size_t count = u16_at(map, 6) / 2;
  const std::size_t range = u16_at(map, 8) / 2, shift = u16_at(map, 12) / 2;
  if (map.size() < 16 + 8 * count || range == 0 || range + shift > count) return false;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t last = u16_at(map, 14 + 2 * i), first = u16_at(map, 16 + 2 * (count + i));
    const std::size_t at = 16 + 2 * (3 * count + i), offset = u16_at(map, at);
    if (offset == 0 || first > last || first == 0xFFFF) continue;  // 0xFFFF ends the list
    if (at + offset + 2 * (last - first) + 2 > map.size()) return false;
  }
  return true;
}

bool sane_map(ByteView map) {
  if (map.size() < 16) return false;
  switch (u16_at(map, 0)) {
    case 0:
      return u16_at(map, 2) <= map.size();
    case 4:
      return sane_segments(map);
    case 6:
      return 10 + 2ULL * u16_at(map, 8) <= map.size();
    case 12:
    case 13:
      return 16 + 12 * u32_at(map, 12) <= map.size();
    default:
      return true;  // never read
  }
}

/// The subtable that stb_truetype takes: the last one for Unicode. Nothing when it is not sane.
std::optional<std::uint32_t> find_characters(ByteView file, ByteView cmap) {
  if (cmap.size() < 4) return std::nullopt;
  const std::size_t count = u16_at(cmap, 2);
  if (cmap.size() < 4 + 8 * count) return std::nullopt;
  std::optional<std::uint64_t> found;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t platform = u16_at(cmap, 4 + 8 * i), encoding = u16_at(cmap, 6 + 8 * i);
    if (platform == 0 || (platform == 3 && (encoding == 1 || encoding == 10)))
      found = u32_at(cmap, 8 + 8 * i);
  }
  if (!found || *found > cmap.size() || !sane_map(cmap.subspan(*found))) return std::nullopt;
  return static_cast<std::uint32_t>(cmap.data() - file.data()) + static_cast<std::uint32_t>(*found);
}

std::optional<SaneFace> sane_face(ByteView file, std::uint32_t offset, FontTables tables) {
  for (const char* tag : {"cmap", "head", "hhea", "hmtx", "maxp"})
    if (!tables.contains(tag)) return std::nullopt;
  const ByteView head = tables.at("head"), hhea = tables.at("hhea"), maxp = tables.at("maxp");
  if (head.size() < 54 || hhea.size() < 36 || maxp.size() < 6) return std::nullopt;
  const std::uint32_t em = u16_at(head, 18);
  if (em < 16 || em > 16384) return std::nullopt;  // OpenType, "head"
  SaneFace face{offset, u16_at(maxp, 4), 0, !tables.contains("glyf"), std::move(tables)};
  const std::uint32_t metrics = u16_at(hhea, 34);  // numberOfHMetrics
  if (metrics == 0 || metrics > face.glyphs ||
      face.tables.at("hmtx").size() < 4ULL * metrics + 2ULL * (face.glyphs - metrics))
    return std::nullopt;
  const auto characters = find_characters(file, face.tables.at("cmap"));
  if (!characters) return std::nullopt;
  face.characters = *characters;
  if (face.compact) return face.tables.contains("CFF ") ? std::optional(face) : std::nullopt;
  if (!face.tables.contains("loca") || !sane_outlines(face.tables, face.glyphs))
    return std::nullopt;
  return face;
}

Result<std::vector<std::uint32_t>> face_offsets(ByteView file) {
  if (!starts_with(file, "ttcf")) return std::vector<std::uint32_t>{0};
  ByteReader reader(file, "label.font");
  SIGNMARK_TRY(reader.skip(8));
  SIGNMARK_ASSIGN(const std::uint32_t count, reader.u32be());
  std::vector<std::uint32_t> offsets;
  for (std::uint32_t i = 0; i < std::min(count, kMaxFaces); ++i) {
    SIGNMARK_ASSIGN(const std::uint32_t offset, reader.u32be());
    offsets.push_back(offset);
  }
  return offsets;
}

}  // namespace

Result<std::vector<SaneFace>> check_font(ByteView file) {
  std::vector<SaneFace> sane;
  if (const auto offsets = face_offsets(file)) {
    for (const std::uint32_t offset : *offsets) {
      auto tables = read_directory(file, offset);
      if (!tables) continue;
      if (auto face = sane_face(file, offset, std::move(*tables))) sane.push_back(std::move(*face));
    }
  }
  if (sane.empty())
    return fail("label.font.unreadable",
                "not a TrueType or OpenType font with outlines, or damaged", {},
                "give a .ttf, .otf or .ttc file");
  return sane;
}

}  // namespace signmark::label
