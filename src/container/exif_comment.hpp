// SPDX-License-Identifier: Apache-2.0
// Values of EXIF text fields: character codes of UserComment, closing NULs.
#pragma once

#include "base/bytes.hpp"

namespace signmark::container {

/// The text of a field: UserComment without its 8-byte character code (Exif 4.6.5, table 9), UTF-16
/// turned into UTF-8 where it is valid; other fields as they are; both without closing NULs. A
/// UserComment without any character code, seen in the wild, is taken whole.
Bytes decode_exif_field(std::uint16_t tag, ByteView raw, bool big_endian);

/// The raw value for a new text in place of `old`: keeps the character code of the old one (none
/// stays none, UNICODE is written in the block's byte order), and closes text fields with NUL.
Bytes encode_exif_field(std::uint16_t tag, ByteView old, ByteView text, bool big_endian);

}  // namespace signmark::container
