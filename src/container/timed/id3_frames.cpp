// SPDX-License-Identifier: Apache-2.0
// What the frames of an ID3v2 tag say.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "container/timed/id3_tag.hpp"
#include "container/timed/id3_text.hpp"

namespace signmark::container {
namespace {

constexpr Byte kLatin1 = 0, kUtf16 = 1, kUtf16Big = 2;

bool is_wide(Byte encoding) { return encoding == kUtf16 || encoding == kUtf16Big; }

std::string from_utf16(ByteView text, bool big) {
  std::u32string out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    const char32_t unit =
        static_cast<char32_t>(text[i] << (big ? 8 : 0) | text[i + 1] << (big ? 0 : 8));
    const bool low = unit >= 0xDC00 && unit < 0xE000;
    if (low && !out.empty() && out.back() >= 0xD800 && out.back() < 0xDC00)
      out.back() = 0x10000 + ((out.back() - 0xD800) << 10) + (unit - 0xDC00);
    else
      out.push_back(unit);
  }
  for (char32_t& c : out)
    if (c >= 0xD800 && c < 0xE000) c = 0xFFFD;
  return encode_utf8(out);
}

std::string from_latin1(ByteView text) {
  return encode_utf8(std::u32string(text.begin(), text.end()));
}

bool is_c2pa_type(std::string_view type) {
  return type == "application/c2pa" || type == "application/x-c2pa-manifest-store";
}

Block block_of(const Id3Frame& frame) {
  const std::string place = "ID3 " + frame.id;
  const ByteView data = frame.data;
  Block foreign{BlockKind::other, place, {}, frame.range, {}};
  if (data.empty()) return foreign;
  if (frame.store.size > 0) {
    const auto store = id3_store(frame.id, data);
    const ByteView bytes = data.subspan(store->offset, store->size);
    return {BlockKind::c2pa, place, {}, frame.range, {bytes.begin(), bytes.end()}};
  }
  if (frame.id == "PRIV" && starts_with(data, std::string_view("XMP\0", 4)))
    return {BlockKind::xmp, place, {}, frame.range, {data.begin() + 4, data.end()}};
  if (frame.id[0] != 'T') return foreign;
  if (frame.id != "TXXX" && frame.id != "TXX") {
    const std::string value = id3_text(data[0], data.subspan(1));
    return {BlockKind::text, place, frame.id, frame.range, {value.begin(), value.end()}};
  }
  const Id3Split split = split_id3(data[0], data.subspan(1));
  return tag_block(place, id3_text(data[0], split.first), frame.range,
                   as_bytes(id3_text(data[0], split.rest)));
}

}  // namespace

std::string id3_text(Byte encoding, ByteView text) {
  const bool marked = encoding == kUtf16 && text.size() >= 2;
  const bool little = marked && text[0] == 0xFF && text[1] == 0xFE;
  const bool big = encoding == kUtf16Big || (marked && text[0] == 0xFE && text[1] == 0xFF);
  std::string out(as_text(text));
  if (is_wide(encoding))
    out = from_utf16(text.subspan(little || (big && marked) ? 2 : 0), big);
  else if (encoding == kLatin1 && !is_utf8(out))
    out = from_latin1(text);
  return out.substr(0, out.find_last_not_of('\0') + 1);
}

Id3Split split_id3(Byte encoding, ByteView bytes) {
  const std::size_t unit = is_wide(encoding) ? 2 : 1;
  for (std::size_t i = 0; i + unit <= bytes.size(); i += unit)
    if (bytes[i] == 0 && bytes[i + unit - 1] == 0) return {bytes.first(i), bytes.subspan(i + unit)};
  return {bytes, {}};
}

std::optional<Range> id3_store(std::string_view frame, ByteView data) {
  if ((frame != "GEOB" && frame != "GEO") || data.empty()) return {};
  const Id3Split type = split_id3(kLatin1, data.subspan(1));
  if (!is_c2pa_type(as_text(type.first))) return {};
  const ByteView store = split_id3(data[0], split_id3(data[0], type.rest).rest).rest;
  if (store.empty()) return {};
  return Range{data.size() - store.size(), store.size()};
}

Status add_id3(const Context& context, const Id3Tag& tag, Inventory& inventory) {
  if (tag.damage) mark_damaged(inventory, *tag.damage);
  for (const Id3Frame& frame : tag.frames) {
    // "Could not look" is not "none": a record or a manifest might be hidden.
    if (frame.hidden && (frame.id.starts_with("TXX") || frame.id.starts_with("GEO")))
      mark_damaged(inventory,
                   format_error(inventory.format, "unreadable",
                                fmt::format("an ID3 {} frame is encrypted or broken", frame.id),
                                at_byte(frame.range.offset))
                       .value());
    if (frame.store.size > 0) inventory.manifest_exclusions.push_back(frame.store);
    SIGNMARK_TRY(add_block(context, inventory, block_of(frame)));
  }
  return {};
}

}  // namespace signmark::container
