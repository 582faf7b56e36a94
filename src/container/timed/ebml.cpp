// SPDX-License-Identifier: Apache-2.0
// Reads and writes EBML elements.
#include "container/timed/ebml.hpp"

#include <zlib.h>

#include <algorithm>
#include <bit>

namespace signmark::container {
namespace {

constexpr std::size_t kCrcElement = 6;  // id, size, four bytes

/// A variable-size integer; `marker`: keep the bit that tells its length.
Result<std::uint64_t> read_vint(ByteReader& reader, std::size_t longest, bool marker) {
  SIGNMARK_ASSIGN(const Byte first, reader.u8());
  const auto width = static_cast<std::size_t>(std::countl_zero(first)) + 1;
  if (width > longest) return reader.error("syntax", "no EBML element where one should stand");
  std::uint64_t value = marker ? first : first & ((1U << (8 - width)) - 1);
  SIGNMARK_ASSIGN(const ByteView rest, reader.take(width - 1));
  for (const Byte byte : rest) value = value << 8 | byte;
  return value;
}

std::uint64_t all_ones(std::size_t width) { return (std::uint64_t{1} << (7 * width)) - 1; }

Bytes id_bytes(std::uint32_t id) {
  Bytes out;
  for (int shift = 24; shift >= 0; shift -= 8)
    if (id >> shift != 0) out.push_back(static_cast<Byte>(id >> shift));
  return out;
}

}  // namespace

Result<EbmlElement> read_ebml(ByteView file, std::uint64_t offset, std::uint64_t end) {
  ByteReader reader(file.subspan(offset, end - offset), "container.matroska", offset);
  EbmlElement element;
  SIGNMARK_ASSIGN(const std::uint64_t id, read_vint(reader, 4, true));
  element.id = static_cast<std::uint32_t>(id);
  element.size_at = offset + reader.position();
  SIGNMARK_ASSIGN(const std::uint64_t size, read_vint(reader, 8, false));
  element.data_at = offset + reader.position();
  element.open = size == all_ones(element.data_at - element.size_at);
  if (!element.open) SIGNMARK_TRY(reader.skip(size));
  element.range = {offset, reader.position()};
  return element;
}

Result<std::vector<EbmlElement>> ebml_children(const Limits& limits, ByteView file,
                                               const EbmlElement& parent) {
  std::vector<EbmlElement> children;
  for (std::uint64_t at = parent.data_at; at < parent.range.end();) {
    SIGNMARK_ASSIGN(EbmlElement child, read_ebml(file, at, parent.range.end()));
    if (child.open)
      return format_error(Format::matroska, "syntax", "an element has no size", at_byte(at));
    at = child.range.end();
    children.push_back(child);
    SIGNMARK_TRY(check_limit("matroska", "blocks", children.size(), limits.blocks, at_byte(at)));
  }
  return children;
}

std::uint64_t ebml_number(ByteView data) {
  std::uint64_t value = 0;
  if (data.size() > 8) return 0;
  for (const Byte byte : data) value = value << 8 | byte;
  return value;
}

Bytes ebml_size(std::uint64_t size, std::size_t width) {
  std::size_t needed = 1;
  while (needed < 8 && size >= all_ones(needed)) ++needed;
  needed = std::max(needed, width);
  const std::uint64_t value = size | std::uint64_t{1} << (7 * needed);
  Bytes out;
  for (std::size_t i = needed; i-- > 0;) out.push_back(static_cast<Byte>(value >> (8 * i)));
  return out;
}

Bytes ebml_element(std::uint32_t id, ByteView data, std::size_t width) {
  ByteWriter out;
  out.bytes(id_bytes(id)).bytes(ebml_size(data.size(), width)).bytes(data);
  return out.take();
}

std::optional<Bytes> ebml_fit(std::uint32_t id, ByteView data, std::uint64_t room) {
  Bytes out = ebml_element(id, data);
  if (out.size() + 1 == room)  // too little for a Void
    out = ebml_element(id, data, out.size() - id_bytes(id).size() - data.size() + 1);
  if (out.size() > room) return std::nullopt;
  if (out.size() < room) {
    const Bytes rest = ebml_void(room - out.size());
    out.insert(out.end(), rest.begin(), rest.end());
  }
  return out;
}

Bytes ebml_void(std::uint64_t size) {
  constexpr std::uint64_t kShort = 100;
  if (size < kShort) return ebml_element(ebml::kVoid, Bytes(size - 2, 0));
  return ebml_element(ebml::kVoid, Bytes(size - 9, 0), 8);
}

void fix_ebml_crc(Bytes& data) {
  if (data.size() < kCrcElement || data[0] != ebml::kCrc || data[1] != 0x84) return;
  const ByteView rest = ByteView(data).subspan(kCrcElement);
  ByteWriter sum;
  sum.u32le(static_cast<std::uint32_t>(crc32_z(0, rest.data(), rest.size())));
  std::copy_n(sum.view().begin(), 4, data.begin() + 2);
}

}  // namespace signmark::container
