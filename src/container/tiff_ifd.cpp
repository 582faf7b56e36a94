// SPDX-License-Identifier: Apache-2.0
// TIFF 6.0 section 2 and BigTIFF: header, directories, entries, in both byte orders.
#include "container/tiff_ifd.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace signmark::container {
namespace {

constexpr std::uint64_t kUnbounded = ~std::uint64_t{0};

/// count * size, saturating: a saturated size can never lie inside a file.
std::uint64_t saturating_product(std::uint64_t count, std::uint64_t size) {
  return size != 0 && count > kUnbounded / size ? kUnbounded : count * size;
}

bool is_integer_type(std::uint16_t type) {
  return type == kTypeByte || type == kTypeShort || type == kTypeLong || type == kTypeIfd ||
         type == kTypeLong8 || type == kTypeIfd8;
}

}  // namespace

std::uint64_t tiff_type_size(std::uint16_t type) {
  switch (type) {
    case kTypeByte:
    case kTypeAscii:
    case 6:  // SBYTE
    case kTypeUndefined:
    case 129:  // UTF-8 (Exif 3.0)
      return 1;
    case kTypeShort:
    case 8:  // SSHORT
      return 2;
    case kTypeLong:
    case 9:   // SLONG
    case 11:  // FLOAT
    case kTypeIfd:
      return 4;
    case 5:   // RATIONAL
    case 10:  // SRATIONAL
    case 12:  // DOUBLE
    case kTypeLong8:
    case 17:  // SLONG8
    case kTypeIfd8:
      return 8;
    default:
      return 0;
  }
}

const TiffEntry* TiffIfd::find(std::uint16_t tag) const {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [tag](const TiffEntry& entry) { return entry.tag == tag; });
  return found == entries.end() ? nullptr : &*found;
}

Bytes TiffLayout::number(std::uint64_t value, std::uint64_t width) const {
  Bytes out(width);
  for (std::uint64_t i = 0; i < width; ++i)
    out[big_endian ? width - 1 - i : i] = static_cast<Byte>(value >> (8 * i));
  return out;
}

Bytes TiffLayout::ifd(const std::vector<Bytes>& entries, std::uint64_t next) const {
  ByteWriter out;
  out.bytes(number(entries.size(), entry_count_size()));
  for (const Bytes& entry : entries) out.bytes(entry);
  return out.bytes(number(next, offset_size())).take();
}

Bytes TiffLayout::entry(std::uint16_t tag, std::uint16_t type, std::uint64_t count, ByteView value,
                        std::uint64_t offset) const {
  ByteWriter out;
  out.bytes(number(tag, 2)).bytes(number(type, 2)).bytes(number(count, offset_size()));
  if (value.size() > offset_size()) return out.bytes(number(offset, offset_size())).take();
  return out.bytes(value).fill(offset_size() - value.size(), 0).take();
}

tl::unexpected<Error> TiffView::error(std::string_view what, std::string message,
                                      std::uint64_t position) const {
  return fail(fmt::format("{}.{}", context_, what), std::move(message),
              fmt::format("byte {}", position));
}

Result<std::uint64_t> TiffView::read(std::uint64_t position, std::uint64_t width) const {
  ByteReader in(data_, context_);
  SIGNMARK_TRY(in.seek(position));
  SIGNMARK_ASSIGN(const ByteView raw, in.take(width));
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < raw.size(); ++i)
    value = value << 8 | raw[layout_.big_endian ? i : raw.size() - 1 - i];
  return value;
}

Result<TiffView> TiffView::open(ByteView data, std::string context) {
  TiffView view(data, std::move(context));
  if (!starts_with(data, "II") && !starts_with(data, "MM"))
    return view.error("syntax", "neither II nor MM at the start of the TIFF structure", 0);
  view.layout_.big_endian = data[0] == 'M';
  SIGNMARK_ASSIGN(const std::uint64_t version, view.read(2, 2));
  if (version != 42 && version != 43)
    return view.error("syntax", fmt::format("TIFF version {} instead of 42 or 43", version), 2);
  view.layout_.big_tiff = version == 43;
  if (view.layout_.big_tiff) {
    SIGNMARK_ASSIGN(const std::uint64_t sizes, view.read(4, 2));
    if (sizes != 8) return view.error("syntax", "BigTIFF with offsets of other than 8 bytes", 4);
  }
  SIGNMARK_ASSIGN(view.first_ifd_,
                  view.read(view.layout_.first_ifd_field(), view.layout_.offset_size()));
  return view;
}

Result<TiffEntry> TiffView::read_entry(std::uint64_t position) const {
  const std::uint64_t width = layout_.offset_size();
  TiffEntry entry;
  entry.position = position;
  SIGNMARK_ASSIGN(const std::uint64_t tag, read(position, 2));
  SIGNMARK_ASSIGN(const std::uint64_t type, read(position + 2, 2));
  SIGNMARK_ASSIGN(entry.count, read(position + 4, width));
  SIGNMARK_ASSIGN(const std::uint64_t offset, read(position + 4 + width, width));
  entry.tag = static_cast<std::uint16_t>(tag);
  entry.type = static_cast<std::uint16_t>(type);
  const std::uint64_t size = saturating_product(entry.count, tiff_type_size(entry.type));
  entry.value = {size <= width ? position + 4 + width : offset, size};
  return entry;
}

Result<TiffIfd> TiffView::ifd(std::uint64_t offset, std::uint64_t max_entries) const {
  TiffIfd ifd;
  ifd.offset = offset;
  SIGNMARK_ASSIGN(const std::uint64_t count, read(offset, layout_.entry_count_size()));
  // Tested before the limit: a count that the file cannot hold is damage, not size.
  if (count > data_.size() / layout_.entry_size())
    return error("truncated", fmt::format("a directory of {} entries does not fit the file", count),
                 offset);
  if (count > max_entries)
    return fail(context_ + ".limit",
                fmt::format("a directory has {} entries, {} are allowed here", count, max_entries),
                fmt::format("byte {}", offset), "raise it with --limit blocks=N");
  ifd.entries.reserve(count);
  std::uint64_t position = offset + layout_.entry_count_size();
  for (std::uint64_t i = 0; i < count; ++i, position += layout_.entry_size()) {
    SIGNMARK_ASSIGN(TiffEntry entry, read_entry(position));
    ifd.entries.push_back(entry);
  }
  SIGNMARK_ASSIGN(ifd.next, read(position, layout_.offset_size()));
  return ifd;
}

Result<ByteView> TiffView::value(const TiffEntry& entry) const {
  if (tiff_type_size(entry.type) == 0)
    return error("syntax", fmt::format("tag {} has the unknown type {}", entry.tag, entry.type),
                 entry.position);
  if (entry.value.offset > data_.size() || entry.value.size > data_.size() - entry.value.offset)
    return error("truncated", fmt::format("the value of tag {} lies beyond the end", entry.tag),
                 entry.position);
  return data_.subspan(entry.value.offset, entry.value.size);
}

Result<std::uint64_t> TiffView::number(const TiffEntry& entry, std::uint64_t index) const {
  if (!is_integer_type(entry.type) || index >= entry.count)
    return error("syntax", fmt::format("tag {} is not the expected number", entry.tag),
                 entry.position);
  SIGNMARK_TRY(value(entry));
  const std::uint64_t width = tiff_type_size(entry.type);
  return read(entry.value.offset + index * width, width);
}

}  // namespace signmark::container
