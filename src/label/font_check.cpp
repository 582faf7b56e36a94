// SPDX-License-Identifier: Apache-2.0
// Walks the table directory of each face (OpenType specification, "Organization of an OpenType
// Font").
#include "label/font_check.hpp"

#include <map>

#include "base/bytes.hpp"

namespace signmark::label {
namespace {

constexpr std::uint32_t kMaxFaces = 256;  // the largest known collections have fewer than 50
using Tables = std::map<std::string, ByteView>;

Result<Tables> read_directory(ByteView file, std::uint32_t offset) {
  ByteReader reader(file, "label.font");
  SIGNMARK_TRY(reader.seek(offset));
  SIGNMARK_TRY(reader.skip(4));  // the flavour: stb_truetype checks it
  SIGNMARK_ASSIGN(const std::uint16_t count, reader.u16be());
  SIGNMARK_TRY(reader.skip(6));
  Tables tables;
  for (int i = 0; i < count; ++i) {
    SIGNMARK_ASSIGN(std::string tag, reader.fourcc());
    SIGNMARK_TRY(reader.skip(4));
    SIGNMARK_ASSIGN(const std::uint32_t start, reader.u32be());
    SIGNMARK_ASSIGN(const std::uint32_t size, reader.u32be());
    if (start > file.size() || size > file.size() - start)
      return reader.error("truncated", "a table leaves the file");
    tables[tag] = file.subspan(start, size);
  }
  return tables;
}

/// Glyph offsets of a TrueType font must stay inside `glyf` and never step back.
bool sane_outlines(const Tables& tables, std::uint32_t glyphs, bool long_offsets) {
  ByteReader loca(tables.at("loca"), "label.font");
  const std::uint64_t limit = tables.at("glyf").size();
  std::uint64_t previous = 0;
  for (std::uint32_t i = 0; i <= glyphs; ++i) {
    std::uint64_t offset = 0;
    if (long_offsets) {
      const auto value = loca.u32be();
      if (!value) return false;
      offset = *value;
    } else {
      const auto value = loca.u16be();
      if (!value) return false;
      offset = 2ULL * *value;
    }
    if (offset < previous || offset > limit) return false;
    previous = offset;
  }
  return true;
}

bool sane_face(const Tables& tables) {
  for (const char* tag : {"cmap", "head", "hhea", "hmtx", "maxp"})
    if (!tables.contains(tag)) return false;
  const ByteView head = tables.at("head"), hhea = tables.at("hhea"), maxp = tables.at("maxp");
  if (head.size() < 54 || hhea.size() < 36 || maxp.size() < 6) return false;
  const std::uint32_t glyphs = maxp[4] * 256U + maxp[5];
  const std::uint32_t metrics = hhea[34] * 256U + hhea[35];  // hhea.numberOfHMetrics
  if (metrics == 0 || metrics > glyphs || tables.at("hmtx").size() < 4ULL * metrics) return false;
  if (tables.contains("CFF ")) return true;
  if (!tables.contains("glyf") || !tables.contains("loca")) return false;
  return sane_outlines(tables, glyphs, head[51] != 0);  // head.indexToLocFormat
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

Result<std::vector<std::uint32_t>> check_font(ByteView file) {
  std::vector<std::uint32_t> sane;
  if (const auto offsets = face_offsets(file)) {
    for (const std::uint32_t offset : *offsets) {
      const auto tables = read_directory(file, offset);
      if (tables && sane_face(*tables)) sane.push_back(offset);
    }
  }
  if (sane.empty())
    return fail("label.font.unreadable",
                "not a TrueType or OpenType font with outlines, or damaged", {},
                "give a .ttf, .otf or .ttc file");
  return sane;
}

}  // namespace signmark::label
