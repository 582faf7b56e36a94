// SPDX-License-Identifier: Apache-2.0
// Items of an ISO base media file: the file-level `meta` box (ISO/IEC 14496-12, 8.11; 23008-12).
#pragma once

#include <map>

#include "container/bmff_boxes.hpp"

namespace signmark::container {

/// A stretch of an item's data. `index` only counts for construction method 2.
struct BmffExtent {
  std::uint64_t index = 0;
  std::uint64_t offset = 0;  ///< with the item's base offset
  std::uint64_t length = 0;  ///< 0: all of what it is taken from
};

/// Where `iloc` says that data lies.
enum BmffConstruction : std::uint16_t { kFileOffset = 0, kIdatOffset = 1, kItemOffset = 2 };

/// One entry of `iloc`, with one of its own since items may lack it.
struct BmffLocation {
  std::uint16_t method = kFileOffset;
  std::uint16_t data_reference = 0;  ///< 0: this file
  std::vector<BmffExtent> extents;
};

/// The property of an item: 1-based index into `ipco`.
struct BmffAssociation {
  std::uint16_t property = 0;
  bool essential = false;
};

struct BmffItem {
  std::string type;          ///< "av01", "Exif", "mime", …
  std::string content_type;  ///< of `mime` items
  std::string encoding;      ///< of `mime` items: "" or a compression such as "deflate"
  bool hidden = false;
  Range infe;  ///< its entry in `iinf`
  Range tail;  ///< of the entry: from the item type to the end
};

struct BmffReference {
  std::string type;  ///< "cdsc", "thmb", "auxl", "dimg", …
  std::uint32_t from = 0;
  std::vector<std::uint32_t> to;
};

/// One `ipma` box; a file may have several of different form.
struct BmffAssociations {
  const BmffBox* box = nullptr;
  std::uint8_t version = 0;
  std::uint32_t flags = 0;
  std::vector<std::pair<std::uint32_t, std::vector<BmffAssociation>>> items;
};

/// The head of `iloc`, as it was.
struct BmffLocationForm {
  std::uint8_t version = 0;
  std::uint8_t offset_size = 4, length_size = 4, base_size = 0, index_size = 0;
};

/// Everything `meta` says about items. Boxes point into the scan.
struct BmffMeta {
  const BmffBox* box = nullptr;
  const BmffBox* iinf = nullptr;
  const BmffBox* iloc = nullptr;
  const BmffBox* iref = nullptr;
  const BmffBox* idat = nullptr;
  const BmffBox* ipco = nullptr;
  std::optional<std::uint32_t> primary;
  std::uint32_t entries = 0;  ///< what `iinf` says of their number
  std::map<std::uint32_t, BmffItem> items;
  BmffLocationForm form;
  std::vector<std::pair<std::uint32_t, BmffLocation>> locations;  ///< in the order of `iloc`
  std::map<std::uint32_t, std::size_t> location_index;            ///< the first of each item
  std::vector<BmffReference> references;
  std::vector<BmffAssociations> associations;

  [[nodiscard]] const BmffLocation* location(std::uint32_t item) const;
  /// An item's properties in the order in which they apply.
  struct Property {
    const BmffBox* box = nullptr;
    bool essential = false;
  };
  [[nodiscard]] std::vector<Property> properties(std::uint32_t item) const;
};

/// Reads `meta` and checks that all data of items lies in the file.
/// Errors: `container.<format>.truncated`, `.syntax`, `.limit`.
Result<BmffMeta> read_bmff_meta(const BmffSource& source, const BmffBox& meta);

/// Where an item's data lies in the file, extent by extent. Errors: `container.<format>.syntax`
/// for data in other files or taken from other items.
Result<std::vector<Range>> item_ranges(const BmffSource& source, const BmffMeta& meta,
                                       std::uint32_t item);

/// The data of an item. Errors: as item_ranges; `container.<format>.limit` above metadata-block.
Result<Bytes> item_data(const BmffSource& source, const BmffMeta& meta, std::uint32_t item);

inline constexpr std::string_view kXmpContentType = "application/rdf+xml";

bool is_xmp_item(const BmffItem& item);

/// Whether an item describes the picture instead of being one: Exif, XMP and other MIME items.
bool is_metadata_item(const BmffItem& item);

/// `irot` and `imir` of an item as EXIF orientation 1..8 (ISO/IEC 23008-12, 6.5.10 and 6.5.12).
int bmff_orientation(const BmffSource& source, const BmffMeta& meta, std::uint32_t item);

}  // namespace signmark::container
