// SPDX-License-Identifier: Apache-2.0
// The one place where stb_truetype is compiled. Its own start assumes that a CFF table has 512 MiB;
// ours says how long it is, and from there on every read of stb is checked.
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wcast-align"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wsign-compare"
// A library never aborts: the checks of font_check.hpp come first, and stb clamps where it asserts.
#define STBTT_assert(condition) ((void)0)
#define STB_TRUETYPE_IMPLEMENTATION
#include "label/font_stb.hpp"

namespace signmark::label {
namespace {

/// The subroutines and per-font dictionaries of a CID-keyed font, and the glyphs' programs.
bool read_compact_font(stbtt_fontinfo& info) {
  constexpr int kCharStrings = 17, kType = 0x106, kFontDicts = 0x124, kSelect = 0x125;
  stbtt__buf reader = info.cff;
  stbtt__buf_skip(&reader, 2);
  stbtt__buf_seek(&reader, stbtt__buf_get8(&reader));
  stbtt__cff_get_index(&reader);  // names
  stbtt__buf top = stbtt__cff_index_get(stbtt__cff_get_index(&reader), 0);
  stbtt__cff_get_index(&reader);  // strings
  info.gsubrs = stbtt__cff_get_index(&reader);
  stbtt_uint32 programs = 0, type = 2, dicts = 0, select = 0;
  stbtt__dict_get_ints(&top, kCharStrings, 1, &programs);
  stbtt__dict_get_ints(&top, kType, 1, &type);
  stbtt__dict_get_ints(&top, kFontDicts, 1, &dicts);
  stbtt__dict_get_ints(&top, kSelect, 1, &select);
  const auto size = static_cast<stbtt_uint32>(reader.size);
  if (type != 2 || programs == 0 || programs >= size || dicts >= size || select >= size)
    return false;
  info.subrs = stbtt__get_subrs(reader, top);
  if (dicts != 0) {
    stbtt__buf_seek(&reader, static_cast<int>(dicts));
    info.fontdicts = stbtt__cff_get_index(&reader);
    info.fdselect =
        stbtt__buf_range(&reader, static_cast<int>(select), static_cast<int>(size - select));
  }
  stbtt__buf_seek(&reader, static_cast<int>(programs));
  info.charstrings = stbtt__cff_get_index(&reader);
  return true;
}

}  // namespace

bool init_face(stbtt_fontinfo& info, ByteView file, const SaneFace& face) {
  if (!face.compact) return stbtt_InitFont(&info, file.data(), static_cast<int>(face.offset)) != 0;
  const auto place = [&](const char* tag) {
    return static_cast<int>(face.tables.at(tag).data() - file.data());
  };
  info = {};
  info.data = const_cast<unsigned char*>(file.data());  // stb never writes there
  info.fontstart = static_cast<int>(face.offset);
  info.head = place("head");
  info.hhea = place("hhea");
  info.hmtx = place("hmtx");
  info.numGlyphs = static_cast<int>(face.glyphs);
  info.index_map = static_cast<int>(face.characters);
  info.svg = -1;
  const ByteView cff = face.tables.at("CFF ");
  info.cff = stbtt__new_buf(cff.data(), cff.size());
  return read_compact_font(info);
}

}  // namespace signmark::label
