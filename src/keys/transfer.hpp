// SPDX-License-Identifier: Apache-2.0
// Handing a carrier key to somebody (keys.md section 7.5): a request with a one-time X25519 key,
// and the carrier key sealed to it.
//
// All three are RFC 7468 text. Request: magic "SMREQ1", public key 32. Its secret half, which waits
// in the keyring: magic "SMWAIT1", secret key 32. Sealed key: magic "SMSEAL1", fingerprint of the
// request 32, then a libsodium sealed box (X25519, XChaCha20-Poly1305) of:
// "signmark/carrier-key/v1" and 0x00 · created 8 · expires 8 · label length 1 · label n ·
// secret 32. Numbers are big-endian.
#pragma once

#include "keys/key_file.hpp"

namespace signmark::keys {

inline constexpr std::size_t kMaxTransferText = 4096;  ///< bytes

inline constexpr std::string_view kRequestArmor = "SIGNMARK TRANSFER REQUEST";
inline constexpr std::string_view kSealedArmor = "SIGNMARK SEALED CARRIER KEY";

using TransferKey = std::array<Byte, 32>;  ///< X25519, public

/// BLAKE2b-256("signmark/transfer/v1" || 0x00 || public key).
Fingerprint transfer_fingerprint_of(const TransferKey& key);
/// Its first 128 bits in groups of four hexadecimal digits, for reading aloud.
std::string transfer_fingerprint_text(const Fingerprint& fingerprint);

std::string encode_request(const TransferKey& key);
/// Errors: `keys.transfer.syntax`.
Result<TransferKey> decode_request(std::string_view text);

/// The one-time key of a request. Errors: `keys.memory`.
struct WaitingRequest {
  TransferKey key{};
  SecretBytes secret;  ///< X25519 secret key
};
Result<WaitingRequest> make_request(SecureArena& arena);
/// The text is a secret: wipe it.
std::string encode_waiting(const SecretBytes& secret);
/// Errors: `keys.transfer.syntax`, `keys.memory`.
Result<WaitingRequest> decode_waiting(std::string_view text, SecureArena& arena);

/// A carrier key on its way; `header` carries label and dates.
struct CarriedKey {
  KeyHeader header;
  SecretBytes secret;
};

/// Errors: `keys.memory`.
Result<std::string> seal_carrier(const CarriedKey& carried, const TransferKey& to);

/// For whom a sealed key is: the fingerprint of the request. Errors: `keys.transfer.syntax`.
Result<Fingerprint> sealed_recipient(std::string_view text);
/// Errors: `keys.transfer.syntax`, `keys.transfer.sealed` (sealed to another request, or damaged).
Result<CarriedKey> unseal_carrier(std::string_view text, const WaitingRequest& request,
                                  SecureArena& arena);

}  // namespace signmark::keys
