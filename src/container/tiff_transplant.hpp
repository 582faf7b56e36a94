// SPDX-License-Identifier: Apache-2.0
// A fresh TIFF encoding gets the metadata of the file that it was made from.
#pragma once

#include "container/tiff_scan.hpp"

namespace signmark::container {

/// `fresh` keeps the tags that describe its pixels' storage; all others come from `old`, page by
/// page, with their Exif and GPS directories. Left out are the manifest and reduced pictures (they
/// show the old pixels). Values change to the fresh file's byte order; opaque ones (maker notes)
/// stay as they are, so offsets inside them no longer hold. Errors: `container.tiff.unwritable`:
/// other number of pages, SubIFDs that are no reduced pictures (camera raw), fields of unknown
/// type.
Result<Rope> transplant_tiff(const TiffScan& old, const TiffScan& fresh);

}  // namespace signmark::container
