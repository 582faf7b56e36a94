// SPDX-License-Identifier: Apache-2.0
// A fresh AVIF or HEIF encoding gets the metadata of the file that it was made from.
#pragma once

#include "container/bmff_boxes.hpp"

namespace signmark::container {

/// `encoded` keeps its picture items. From `original` come the items that describe its primary item
/// (EXIF, XMP, other MIME and URI items), its colour profile, the properties that say how it is
/// shown (rotation, mirroring, aperture, pixel shape, light levels) and foreign `uuid` boxes.
/// Thumbnails and auxiliary pictures show the old pixels and are left out, as is the manifest.
/// Errors: `container.<format>.unwritable`, also for picture sequences.
Result<Rope> transplant_bmff(const BmffSource& original, const BmffSource& encoded);

}  // namespace signmark::container
