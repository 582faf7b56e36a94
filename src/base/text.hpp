// SPDX-License-Identifier: Apache-2.0
// Text helpers: UTF-8, NFC (ICU), hex, base32, base64, UUIDs. All strict; none throws.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace signmark {

bool is_utf8(std::string_view text);
/// Code points of valid UTF-8. Errors: `base.utf8`.
Result<std::u32string> decode_utf8(std::string_view text);
std::string encode_utf8(std::u32string_view text);
/// Unicode NFC. Errors: `base.utf8`.
Result<std::string> nfc(std::string_view text);

std::string hex(ByteView bytes);  ///< lower case
/// Errors: `base.hex`.
Result<Bytes> unhex(std::string_view text);

/// RFC 4648 base64 with padding, no line breaks.
std::string base64(ByteView bytes);
/// Strict: one form only, no white space. Errors: `base.base64`.
Result<Bytes> unbase64(std::string_view text);

/// A random (version 4) UUID, lower case with dashes.
std::string uuid4(Random& random);

/// Replaces control characters and invalid UTF-8, so that foreign text is safe on a terminal.
std::string printable(std::string_view text);

/// Compares ASCII case-insensitively.
bool iequals(std::string_view a, std::string_view b);

}  // namespace signmark
