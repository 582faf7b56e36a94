// SPDX-License-Identifier: Apache-2.0
// Bech32 (BIP 173, checksum constant 1) for 32-byte payloads with a typed prefix (keys.md section
// 3).
#pragma once

#include "base/result.hpp"
#include "keys/names.hpp"

namespace signmark::keys {

inline constexpr std::size_t kBech32Payload = 32;  ///< bytes; nothing else is ever encoded
inline constexpr std::size_t kBech32Data = 58;     ///< 52 symbols of payload, 6 of checksum

/// `prefix` + "1" + symbols. The case of the prefix (all lower or all upper) decides the case of
/// the whole. Writes exactly prefix.size() + 1 + kBech32Data characters to `out`, so that a secret
/// can be written straight into locked memory; asserts on another size.
void bech32_encode(std::string_view prefix, std::span<const Byte, kBech32Payload> payload,
                   std::span<char> out);

/// Strict: this prefix in this case, one case throughout, exact length, good checksum, zero
/// padding. Writes nothing on failure, and no message quotes the text (it may be a secret). Errors:
/// `keys.text.prefix`, `keys.text.length`, `keys.text.character`, `keys.text.checksum`.
Status bech32_decode(std::string_view prefix, std::string_view text,
                     std::span<Byte, kBech32Payload> out);

}  // namespace signmark::keys
