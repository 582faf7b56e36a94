// SPDX-License-Identifier: Apache-2.0
// Character codes of UserComment (Exif 2.32, 4.6.5 and table 9), and what writers make of them.
#include "container/exif_comment.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "container/tiff_ifd.hpp"

namespace signmark::container {
namespace {

constexpr std::size_t kCodeSize = 8;  // bytes of the character code

enum class CharacterCode { none, ascii, unicode, jis, undefined };

/// Codes are padded with NUL; writers that pad with spaces or use lower case exist.
CharacterCode character_code(ByteView raw) {
  if (raw.size() < kCodeSize) return CharacterCode::none;
  std::string_view name = as_text(raw.first(kCodeSize));
  if (name == std::string_view("\0\0\0\0\0\0\0\0", kCodeSize)) return CharacterCode::undefined;
  const auto last = name.find_last_not_of(std::string_view("\0 ", 2));
  name = name.substr(0, last == std::string_view::npos ? 0 : last + 1);
  if (iequals(name, "ASCII")) return CharacterCode::ascii;
  if (iequals(name, "UNICODE")) return CharacterCode::unicode;
  if (iequals(name, "JIS")) return CharacterCode::jis;
  return CharacterCode::none;
}

ByteView without_closing_nuls(ByteView raw) {
  while (!raw.empty() && raw.back() == 0) raw = raw.first(raw.size() - 1);
  return raw;
}

/// The byte order of UTF-16 text: its mark, else where the zero bytes of ASCII characters stand,
/// else the block's order, which the standard asks for.
bool utf16_is_big(ByteView raw, bool big_endian) {
  std::size_t zero_first = 0, zero_second = 0;
  for (std::size_t i = 0; i + 1 < raw.size(); i += 2) {
    zero_first += raw[i] == 0 ? 1 : 0;
    zero_second += raw[i + 1] == 0 ? 1 : 0;
  }
  return zero_first == zero_second ? big_endian : zero_first > zero_second;
}

std::u16string utf16_units(ByteView raw, bool big) {
  std::u16string units;
  for (std::size_t i = 0; i + 1 < raw.size(); i += 2)
    units.push_back(
        static_cast<char16_t>(big ? raw[i] << 8 | raw[i + 1] : raw[i + 1] << 8 | raw[i]));
  while (!units.empty() && units.back() == 0) units.pop_back();
  return units;
}

/// Code points; nothing when a surrogate stands alone.
std::optional<std::u32string> join_surrogates(const std::u16string& units) {
  std::u32string out;
  for (std::size_t i = 0; i < units.size(); ++i) {
    const char32_t unit = units[i];
    if (unit < 0xD800 || unit > 0xDFFF) {
      out.push_back(unit);
      continue;
    }
    const char32_t low = i + 1 < units.size() ? units[i + 1] : 0;
    if (unit > 0xDBFF || low < 0xDC00 || low > 0xDFFF) return std::nullopt;
    out.push_back(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00));
    ++i;
  }
  return out;
}

Bytes decode_unicode(ByteView raw, bool big_endian) {
  const ByteView text = without_closing_nuls(raw);
  // Writers that put UTF-8 behind the UNICODE code exist: UTF-16 of a label always has zero bytes.
  if (std::find(text.begin(), text.end(), Byte{0}) == text.end() && is_utf8(as_text(text)))
    return {text.begin(), text.end()};
  bool big = utf16_is_big(raw, big_endian);
  const bool marked = starts_with(raw, "\xFE\xFF") || starts_with(raw, "\xFF\xFE");
  if (marked) big = raw[0] == 0xFE;
  const auto points = join_surrogates(utf16_units(marked ? raw.subspan(2) : raw, big));
  if (!points) return {text.begin(), text.end()};
  const std::string utf8 = encode_utf8(*points);
  return {utf8.begin(), utf8.end()};
}

Bytes encode_unicode(std::string_view text, bool big_endian) {
  const auto points = decode_utf8(text);
  if (!points) return {text.begin(), text.end()};
  const TiffLayout order{big_endian, false};
  ByteWriter out;
  for (const char32_t point : *points) {
    if (point < 0x10000) {
      out.bytes(order.number(point, 2));
      continue;
    }
    out.bytes(order.number(0xD800 + ((point - 0x10000) >> 10), 2));
    out.bytes(order.number(0xDC00 + ((point - 0x10000) & 0x3FF), 2));
  }
  return out.take();
}

}  // namespace

Bytes decode_exif_field(std::uint16_t tag, ByteView raw, bool big_endian) {
  if (tag == kTagUserComment) {
    const CharacterCode code = character_code(raw);
    if (code != CharacterCode::none) raw = raw.subspan(kCodeSize);
    if (code == CharacterCode::unicode) return decode_unicode(raw, big_endian);
  }
  const ByteView text = without_closing_nuls(raw);
  return {text.begin(), text.end()};
}

Bytes encode_exif_field(std::uint16_t tag, ByteView old, ByteView text, bool big_endian) {
  ByteWriter out;
  if (tag != kTagUserComment) return out.bytes(text).u8(0).take();
  const CharacterCode code = character_code(old);
  if (code != CharacterCode::none) out.bytes(old.first(kCodeSize));
  if (code == CharacterCode::unicode)
    return out.bytes(encode_unicode(as_text(text), big_endian)).take();
  return out.bytes(text).take();
}

}  // namespace signmark::container
