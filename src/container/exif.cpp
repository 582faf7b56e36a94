// SPDX-License-Identifier: Apache-2.0
// EXIF blocks: orientation and the text fields in which labels are found in the wild
// (Exif 2.32, 4.6).
#include "container/exif.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "container/exif_comment.hpp"
#include "container/tiff_ifd.hpp"

namespace signmark::container {
namespace {

struct TextTag {
  std::uint16_t tag;
  std::string_view key;
};
constexpr TextTag kTextTags[] = {{kTagImageDescription, "ImageDescription"},
                                 {kTagUserComment, "UserComment"}};

/// IFD0 and, where there is one, the Exif directory: labels are looked for in both, because writers
/// confuse them.
struct ExifIfds {
  std::vector<TiffIfd> ifds;
};

Result<ExifIfds> read_ifds(const TiffView& tiff, const Limits& limits) {
  ExifIfds out;
  SIGNMARK_ASSIGN(TiffIfd ifd0, tiff.ifd(tiff.first_ifd(), limits.blocks));
  const TiffEntry* pointer = ifd0.find(kTagExifIfd);
  std::optional<TiffIfd> exif;
  if (pointer != nullptr) {
    SIGNMARK_ASSIGN(const std::uint64_t offset, tiff.number(*pointer));
    if (offset == ifd0.offset)
      return tiff.error("loop", "the Exif directory is the first directory itself", offset);
    SIGNMARK_ASSIGN(exif, tiff.ifd(offset, limits.blocks));
  }
  out.ifds.push_back(std::move(ifd0));
  if (exif) out.ifds.push_back(std::move(*exif));
  return out;
}

/// A BigTIFF structure is no EXIF block: Exif 4.5.2 knows version 42 only.
Result<TiffView> open_exif(ByteView data) {
  SIGNMARK_ASSIGN(TiffView tiff, TiffView::open(data, "container.exif"));
  if (tiff.layout().big_tiff) return tiff.error("syntax", "a BigTIFF structure as EXIF block", 2);
  return tiff;
}

Result<Bytes> read_text(const TiffView& tiff, const TiffEntry& entry, const Limits& limits) {
  SIGNMARK_ASSIGN(const ByteView raw, tiff.value(entry));
  if (raw.size() > limits.metadata_block)
    return tiff.error("limit",
                      fmt::format("a text field of {} bytes, more than the {} allowed "
                                  "(--limit metadata-block)",
                                  raw.size(), limits.metadata_block),
                      entry.position);
  return decode_exif_field(entry.tag, raw, tiff.layout().big_endian);
}

int read_orientation(const TiffView& tiff, const TiffIfd& ifd0) {
  const TiffEntry* entry = ifd0.find(kTagOrientation);
  if (entry == nullptr) return 1;
  const auto value = tiff.number(*entry);
  return value && *value >= 1 && *value <= 8 ? static_cast<int>(*value) : 1;
}

/// The place of a text field: the first entry of its tag, IFD0 before the Exif directory.
const TiffEntry* find_text(const ExifIfds& exif, std::string_view key) {
  for (const TiffIfd& ifd : exif.ifds)
    for (const TextTag& text : kTextTags)
      if (const TiffEntry* entry = text.key == key ? ifd.find(text.tag) : nullptr) return entry;
  return nullptr;
}

/// Re-points `entry` to a value appended at the (even) end.
void append_value(Bytes& block, const TiffLayout& layout, const TiffEntry& entry, ByteView value) {
  if (value.size() > layout.offset_size() && block.size() % 2 != 0) block.push_back(0);
  const Bytes fresh = layout.entry(entry.tag, entry.type, value.size(), value, block.size());
  std::copy(fresh.begin(), fresh.end(),
            block.begin() + static_cast<std::ptrdiff_t>(entry.position));
  if (value.size() > layout.offset_size()) block.insert(block.end(), value.begin(), value.end());
}

}  // namespace

Result<ExifView> read_exif(ByteView data, const Limits& limits) {
  SIGNMARK_ASSIGN(const TiffView tiff, open_exif(data));
  SIGNMARK_ASSIGN(const ExifIfds exif, read_ifds(tiff, limits));
  ExifView out;
  out.orientation = read_orientation(tiff, exif.ifds.front());
  // The first entry of a tag only: many entries on one value would multiply memory.
  for (const TiffIfd& ifd : exif.ifds)
    for (const TextTag& text : kTextTags)
      if (const TiffEntry* entry = ifd.find(text.tag)) {
        SIGNMARK_ASSIGN(Bytes value, read_text(tiff, *entry, limits));
        out.texts.push_back({std::string(text.key), std::move(value)});
      }
  return out;
}

Result<Bytes> replace_exif_text(ByteView data, std::string_view key, ByteView value,
                                const Limits& limits) {
  SIGNMARK_ASSIGN(const TiffView tiff, open_exif(data));
  SIGNMARK_ASSIGN(const ExifIfds exif, read_ifds(tiff, limits));
  const TiffEntry* entry = find_text(exif, key);
  if (entry == nullptr)
    return fail("container.exif.absent", fmt::format("the EXIF block has no field {}", key));
  if (tiff_type_size(entry->type) != 1)
    return tiff.error("syntax", fmt::format("the field {} is not of bytes", key), entry->position);
  SIGNMARK_ASSIGN(const ByteView old, tiff.value(*entry));
  const Bytes field = encode_exif_field(entry->tag, old, value, tiff.layout().big_endian);
  Bytes block(data.begin(), data.end());
  append_value(block, tiff.layout(), *entry, field);
  // Directories that overlap would make the change of one entry damage another: read it back.
  SIGNMARK_ASSIGN(const ExifView check, read_exif(block, limits));
  const auto same = [&](const ExifText& text) {
    return text.key == key &&
           std::equal(text.value.begin(), text.value.end(), value.begin(), value.end());
  };
  if (std::none_of(check.texts.begin(), check.texts.end(), same))
    return tiff.error("syntax", fmt::format("the field {} cannot be changed alone", key),
                      entry->position);
  return block;
}

}  // namespace signmark::container
