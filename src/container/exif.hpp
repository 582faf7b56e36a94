// SPDX-License-Identifier: Apache-2.0
// EXIF/TIFF structures inside other containers: orientation, text fields, and changing one field.
#pragma once

#include "signmark/container.hpp"

namespace signmark::container {

/// What we read from an EXIF block (payload without `Exif\0\0`).
struct ExifText {
  std::string key;  ///< "UserComment", "ImageDescription"
  Bytes value;      ///< UserComment: without its 8-byte character code; no trailing NULs
};
struct ExifView {
  int orientation = 1;
  std::vector<ExifText> texts;  ///< IFD0 ImageDescription 0x010E, ExifIFD UserComment 0x9286
};

/// Errors: `container.exif.truncated`, `container.exif.loop`, `container.exif.syntax`.
Result<ExifView> read_exif(ByteView tiff, const Limits& limits);

/// A copy of the block in which one text field has a new value (appended, the entry re-pointed; no
/// other offset moves, so maker notes stay good). Errors: as read_exif, `container.exif.absent`.
Result<Bytes> replace_exif_text(ByteView tiff, std::string_view key, ByteView value,
                                const Limits& limits);

}  // namespace signmark::container
