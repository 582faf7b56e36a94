// SPDX-License-Identifier: Apache-2.0
// Which TIFF fields are metadata blocks, and how a block finds back to its fields.
#pragma once

#include "container/tiff_scan.hpp"

namespace signmark::container {

/// Where a block stands.
struct TiffField {
  std::size_t dir = 0;  ///< index into TiffScan::dirs
  TiffEntry entry;
};

/// Kind and key of the block that an entry makes; `other` with an empty key for fields that are
/// only kept, nothing for the picture's own fields.
struct TiffBlockKind {
  BlockKind kind = BlockKind::other;
  std::string_view key;
};
std::optional<TiffBlockKind> tiff_block_kind(TiffDirKind dir, std::uint16_t tag);

/// All fields whose value is the block's: pages may share one value.
std::vector<TiffField> tiff_fields_of(const TiffScan& scan, const Block& block);

/// Adds the blocks of a whole file, page size, orientation and manifest exclusions.
/// Errors: `container.tiff.limit`.
Status add_tiff_blocks(const Context& context, const TiffScan& scan, Inventory& inventory);

}  // namespace signmark::container
