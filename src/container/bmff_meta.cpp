// SPDX-License-Identifier: Apache-2.0
// Reads pitm, iinf, iloc, iref and ipma.
#include "container/bmff_meta.hpp"

#include <algorithm>
#include <array>

namespace signmark::container {
namespace {

using FullBox = BmffSource::FullBox;

/// A big-endian number of 0, 2, 4 or 8 bytes.
Result<std::uint64_t> number(ByteReader& reader, std::uint32_t width) {
  std::uint64_t value = 0;
  SIGNMARK_ASSIGN(const ByteView bytes, reader.take(width));
  for (const Byte byte : bytes) value = value << 8 | byte;
  return value;
}

/// Narrow before the version in which a box got wide ids.
Result<std::uint32_t> item_id(FullBox& full, std::uint8_t wide_from) {
  SIGNMARK_ASSIGN(const std::uint64_t id, number(full.reader, full.version < wide_from ? 2 : 4));
  return static_cast<std::uint32_t>(id);
}

class MetaReader {
 public:
  MetaReader(const BmffSource& source, const BmffBox& box) : source_(source) {
    meta_.box = &box;
    meta_.iinf = box.find("iinf");
    meta_.iloc = box.find("iloc");
    meta_.iref = box.find("iref");
    meta_.idat = box.find("idat");
    meta_.ipco = box.find({"iprp", "ipco"});
  }

  Result<BmffMeta> read() {
    SIGNMARK_TRY(read_primary());
    if (meta_.iinf != nullptr) SIGNMARK_TRY(read_items());
    if (meta_.iloc != nullptr) SIGNMARK_TRY(read_locations());
    if (meta_.iref != nullptr) SIGNMARK_TRY(read_references());
    SIGNMARK_TRY(read_all_associations());
    for (const auto& [id, location] : meta_.locations) SIGNMARK_TRY(check_place(location));
    return std::move(meta_);
  }

 private:
  Status read_primary() {
    const BmffBox* pitm = meta_.box->find("pitm");
    if (pitm == nullptr) return {};
    SIGNMARK_ASSIGN(FullBox full, source_.full_box(*pitm));
    SIGNMARK_ASSIGN(meta_.primary, item_id(full, 1));
    return {};
  }

  Status read_items() {
    SIGNMARK_ASSIGN(FullBox full, source_.full_box(*meta_.iinf));
    SIGNMARK_ASSIGN(meta_.entries, item_id(full, 1));
    const std::uint64_t head = full.reader.position();
    const Range content = meta_.iinf->content;
    SIGNMARK_ASSIGN(const auto entries,
                    bmff_boxes(source_, {content.offset + head, content.size - head}));
    for (const BmffBox& entry : entries)
      if (entry.type == "infe") SIGNMARK_TRY(read_entry(entry));
    return {};
  }

  Status read_entry(const BmffBox& box) {
    SIGNMARK_ASSIGN(FullBox full, source_.full_box(box));
    if (full.version < 2) return {};  // has no item type: not used for pictures
    SIGNMARK_ASSIGN(const std::uint32_t id, item_id(full, 3));
    BmffItem item;
    item.infe = box.range;
    item.hidden = (full.flags & 1U) != 0;
    SIGNMARK_TRY(full.reader.skip(2));
    const std::uint64_t head = full.reader.position();
    item.tail = {box.content.offset + head, box.content.size - head};
    SIGNMARK_ASSIGN(item.type, full.reader.fourcc());
    SIGNMARK_TRY(full.reader.cstring());
    if (item.type == "mime") {
      SIGNMARK_ASSIGN(item.content_type, full.reader.cstring());
      if (!full.reader.at_end()) {
        SIGNMARK_ASSIGN(item.encoding, full.reader.cstring());
      }
    }
    if (!meta_.items.emplace(id, std::move(item)).second)
      return full.reader.error("syntax", "two items have one id");
    return {};
  }

  Status read_locations() {
    SIGNMARK_ASSIGN(FullBox full, source_.full_box(*meta_.iloc));
    BmffLocationForm& form = meta_.form;
    form.version = full.version;
    SIGNMARK_ASSIGN(const std::uint8_t sizes, full.reader.u8());
    SIGNMARK_ASSIGN(const std::uint8_t more, full.reader.u8());
    form.offset_size = sizes >> 4;
    form.length_size = sizes & 0xF;
    form.base_size = more >> 4;
    form.index_size = full.version == 0 ? 0 : more & 0xF;
    for (const std::uint8_t size :
         {form.offset_size, form.length_size, form.base_size, form.index_size})
      if (full.version > 2 || (size != 0 && size != 4 && size != 8))
        return full.reader.error("syntax", "iloc has an unknown form");
    SIGNMARK_ASSIGN(const std::uint32_t count, item_id(full, 2));
    for (std::uint32_t i = 0; i < count; ++i) SIGNMARK_TRY(read_location(full));
    return {};
  }

  Status read_location(FullBox& full) {
    const BmffLocationForm& form = meta_.form;
    SIGNMARK_ASSIGN(const std::uint32_t id, item_id(full, 2));
    BmffLocation location;
    if (full.version > 0) {
      SIGNMARK_ASSIGN(location.method, full.reader.u16be());
      location.method &= 0xF;
    }
    SIGNMARK_ASSIGN(location.data_reference, full.reader.u16be());
    SIGNMARK_ASSIGN(const std::uint64_t base, number(full.reader, form.base_size));
    SIGNMARK_ASSIGN(const std::uint16_t count, full.reader.u16be());
    SIGNMARK_TRY(check_limit(code_name(source_.format), "blocks", extents_ += count + 1U,
                             source_.limits.blocks, at_byte(meta_.iloc->range.offset)));
    for (std::uint16_t i = 0; i < count; ++i) {
      BmffExtent extent;
      SIGNMARK_ASSIGN(extent.index, number(full.reader, form.index_size));
      SIGNMARK_ASSIGN(extent.offset, number(full.reader, form.offset_size));
      SIGNMARK_ASSIGN(extent.length, number(full.reader, form.length_size));
      if (extent.offset > UINT64_MAX - base)
        return full.reader.error("syntax", "the place of an item overflows");
      extent.offset += base;
      location.extents.push_back(extent);
    }
    meta_.location_index.emplace(id, meta_.locations.size());
    meta_.locations.emplace_back(id, std::move(location));
    return {};
  }

  Status read_references() {
    SIGNMARK_ASSIGN(FullBox full, source_.full_box(*meta_.iref));
    const Range content = meta_.iref->content;
    SIGNMARK_ASSIGN(const auto boxes, bmff_boxes(source_, {content.offset + kFullBoxHeader,
                                                           content.size - kFullBoxHeader}));
    for (const BmffBox& box : boxes) {
      FullBox entry{full.version, 0, source_.reader(box.content)};
      BmffReference reference{box.type, 0, {}};
      SIGNMARK_ASSIGN(reference.from, item_id(entry, 1));
      SIGNMARK_ASSIGN(const std::uint16_t count, entry.reader.u16be());
      for (std::uint16_t i = 0; i < count; ++i) {
        SIGNMARK_ASSIGN(const std::uint32_t to, item_id(entry, 1));
        reference.to.push_back(to);
      }
      meta_.references.push_back(std::move(reference));
    }
    return {};
  }

  Status read_all_associations() {
    const BmffBox* iprp = meta_.box->find("iprp");
    if (iprp == nullptr) return {};
    for (const BmffBox& box : iprp->children)
      if (box.type == "ipma") SIGNMARK_TRY(read_associations(box));
    return {};
  }

  Status read_associations(const BmffBox& box) {
    SIGNMARK_ASSIGN(FullBox full, source_.full_box(box));
    const bool wide = (full.flags & 1U) != 0;
    const std::uint64_t essential = wide ? 0x8000 : 0x80;
    BmffAssociations list{&box, full.version, full.flags, {}};
    SIGNMARK_ASSIGN(const std::uint32_t count, full.reader.u32be());
    for (std::uint32_t i = 0; i < count; ++i) {
      SIGNMARK_ASSIGN(const std::uint32_t id, item_id(full, 1));
      SIGNMARK_ASSIGN(const std::uint8_t properties, full.reader.u8());
      auto& item = list.items.emplace_back(id, std::vector<BmffAssociation>{}).second;
      for (std::uint8_t j = 0; j < properties; ++j) {
        SIGNMARK_ASSIGN(const std::uint64_t value, number(full.reader, wide ? 2 : 1));
        item.push_back(
            {static_cast<std::uint16_t>(value & (essential - 1)), (value & essential) != 0});
      }
    }
    meta_.associations.push_back(std::move(list));
    return {};
  }

  /// Items whose data lies in this file or in `idat` must lie there wholly.
  Status check_place(const BmffLocation& location) const {
    if (location.data_reference != 0 || location.method > kIdatOffset) return {};
    const bool in_idat = location.method == kIdatOffset;
    if (in_idat && meta_.idat == nullptr)
      return bmff_error(source_, "syntax", "an item lies in idat, which is missing",
                        meta_.iloc->range.offset);
    const std::uint64_t size = in_idat ? meta_.idat->content.size : source_.file.size();
    for (const BmffExtent& extent : location.extents)
      if (extent.offset > size || extent.length > size - extent.offset)
        return bmff_error(source_, "truncated", "an item lies behind the end",
                          meta_.iloc->range.offset);
    return {};
  }

  const BmffSource& source_;
  BmffMeta meta_;
  std::uint64_t extents_ = 0;
};

/// A turn by multiples of 90° clockwise that follows a left-right mirroring or none.
struct Turn {
  int quarters = 0;
  bool mirrored = false;
};

int exif_value(const Turn& turn) {
  constexpr std::array<int, 4> kPlain = {1, 6, 3, 8};
  constexpr std::array<int, 4> kMirrored = {2, 7, 4, 5};
  return (turn.mirrored ? kMirrored : kPlain)[static_cast<std::size_t>(turn.quarters)];
}

/// A mirroring after a turn is the opposite turn after the mirroring.
Turn mirrored(const Turn& turn, bool left_right) {
  const int half = left_right ? 0 : 2;  // top-bottom is left-right and half a turn
  return {(half + 4 - turn.quarters) % 4, !turn.mirrored};
}

}  // namespace

const BmffLocation* BmffMeta::location(std::uint32_t item) const {
  const auto found = location_index.find(item);
  return found == location_index.end() ? nullptr : &locations[found->second].second;
}

std::vector<BmffMeta::Property> BmffMeta::properties(std::uint32_t item) const {
  std::vector<Property> found;
  if (ipco == nullptr) return found;
  for (const BmffAssociations& list : associations)
    for (const auto& [id, properties] : list.items) {
      if (id != item) continue;
      for (const BmffAssociation& link : properties)
        if (link.property > 0 && link.property <= ipco->children.size())
          found.push_back({&ipco->children[link.property - 1], link.essential});
    }
  return found;
}

Result<BmffMeta> read_bmff_meta(const BmffSource& source, const BmffBox& meta) {
  return MetaReader(source, meta).read();
}

Result<std::vector<Range>> item_ranges(const BmffSource& source, const BmffMeta& meta,
                                       std::uint32_t item) {
  const BmffLocation* location = meta.location(item);
  if (location == nullptr) return std::vector<Range>{};
  if (location->data_reference != 0 || location->method > kIdatOffset)
    return bmff_error(source, "syntax", "the data of an item lies in another file or item",
                      meta.iloc->range.offset);
  const Range whole =
      location->method == kIdatOffset ? meta.idat->content : Range{0, source.file.size()};
  std::vector<Range> ranges;
  for (const BmffExtent& extent : location->extents) {
    const std::uint64_t length = extent.length != 0 ? extent.length : whole.size - extent.offset;
    ranges.push_back({whole.offset + extent.offset, length});
  }
  return ranges;
}

Result<Bytes> item_data(const BmffSource& source, const BmffMeta& meta, std::uint32_t item) {
  SIGNMARK_ASSIGN(const auto ranges, item_ranges(source, meta, item));
  Bytes data;
  for (const Range& range : ranges) {
    SIGNMARK_TRY(check_limit(code_name(source.format), "metadata-block", data.size() + range.size,
                             source.limits.metadata_block, at_byte(range.offset)));
    const ByteView part = source.view(range);
    data.insert(data.end(), part.begin(), part.end());
  }
  return data;
}

bool is_xmp_item(const BmffItem& item) {
  return item.type == "mime" && item.content_type == kXmpContentType;
}

bool is_metadata_item(const BmffItem& item) {
  return item.type == "Exif" || item.type == "mime" || item.type == "uri ";
}

int bmff_orientation(const BmffSource& source, const BmffMeta& meta, std::uint32_t item) {
  Turn turn;
  for (const auto& [box, essential] : meta.properties(item)) {
    if (box->content.size == 0) continue;
    const Byte value = source.file[box->content.offset];
    if (box->type == "irot") turn.quarters = (turn.quarters + 4 - (value & 3)) % 4;
    if (box->type == "imir") turn = mirrored(turn, (value & 1) != 0);
  }
  return exif_value(turn);
}

}  // namespace signmark::container
