// SPDX-License-Identifier: Apache-2.0
// Changing the metadata of ISO base media files.
#pragma once

#include "container/bmff_editor.hpp"

namespace signmark::container {

/// As Handler::plan, for AVIF and HEIF. The manifest stands in a `uuid` box behind `ftyp` (C2PA 2.5
/// A.5).
Result<Plan> plan_bmff(const BmffSource& source, const Inventory& inventory, const Edits& edits);

/// As Handler::plan, for films and sound. The record goes into `moov.udta.meta` unless another list
/// is there, and then into `moov.meta`; XMP into a `uuid` box, of QuickTime into
/// `moov.udta` (XMP specification part 3, 1.2.7). Neither moves the media while `free` boxes have
/// room.
Result<Plan> plan_mp4(const BmffSource& source, const Inventory& inventory, const Edits& edits);

/// Gives a `uuid` box with XMP, or a metadata item, a new value. Errors: `container.edits.block`.
Status apply_bmff_edit(const BmffSource& source, BmffEditor& editor, CarrierEdit edit);

/// Takes out every store and puts a new one behind `ftyp`. Errors: unwritable.
Status put_bmff_manifest(const BmffSource& source, BmffEditor& editor, const Inventory& inventory,
                         const Bytes& store);

/// A root box with an XMP packet.
Bytes bmff_xmp_box(ByteView packet);

}  // namespace signmark::container
