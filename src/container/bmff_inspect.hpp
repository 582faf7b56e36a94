// SPDX-License-Identifier: Apache-2.0
// What the members of the BMFF family have in common when they are looked at.
#pragma once

#include "container/bmff_boxes.hpp"
#include "container/bmff_meta.hpp"

namespace signmark::container {

/// Runs `step`; an error that is no limit is recorded as damage.
Status damage_or_limit(const BmffSource& source, Inventory& inventory, const Status& step);

/// Blocks of the `uuid` boxes at the root: XMP, manifest stores, foreign ones.
Status add_uuid_boxes(const Context& context, const BmffSource& source, const BmffScan& scan,
                      Inventory& inventory);

/// Blocks of the metadata items: XMP, EXIF, other MIME items; the colour profile of the primary
/// item.
Status add_meta_items(const Context& context, const BmffSource& source, const BmffMeta& meta,
                      Inventory& inventory);

/// Whether a property is `colr` with an ICC profile (ISO/IEC 23008-12, 6.5.5).
bool is_profile(const BmffSource& source, const BmffBox& box);

/// Copies a part of the file into a block.
Block bmff_block(BlockKind kind, std::string place, std::string key, Range carrier,
                 ByteView payload);

}  // namespace signmark::container
