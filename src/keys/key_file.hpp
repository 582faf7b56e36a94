// SPDX-License-Identifier: Apache-2.0
// The key file (keys.md section 4): header in the clear and authenticated, 32 secret bytes sealed.
//
// All numbers big-endian, times Unix seconds. In this order: magic "SMKEY1" · role 1 · algorithm 1
// · kdf 1 · opslimit 4 · memlimit in KiB 4 · salt 16 · nonce 24 · public key or carrier fingerprint
// 32 · created 8 · expires 8 · label length 1 · label n · ciphertext 32 · tag 16. All before the
// ciphertext is associated data. Wrapped as RFC 7468 text.
#pragma once

#include "base/result.hpp"
#include "keys/names.hpp"
#include "signmark/keyring.hpp"

namespace signmark::keys {

inline constexpr std::size_t kMaxKeyFile = std::size_t{16} * 1024;  ///< bytes of text, section 4.1
/// Names of the RFC 7468 block. A key without passphrase names itself, so that a person and a
/// secret scanner see what lies open.
inline constexpr std::string_view kArmorProtected = "SIGNMARK KEY";
inline constexpr std::string_view kArmorUnprotected = "SIGNMARK UNPROTECTED KEY";
inline constexpr std::size_t kSeed = 32;  ///< secret bytes of every role

/// The last second of UTCTime's range, 2049-12-31T23:59:59Z (RFC 5280 4.1.2.5).
inline constexpr UnixTime kLastTime = 2'524'607'999;

struct KeyHeader {
  Role role = Role::signing;
  KdfCost cost;  ///< opslimit 0 means no passphrase
  std::array<Byte, 16> salt{};
  std::array<Byte, 24> nonce{};
  PublicKey public_key{};
  UnixTime created = 0, expires = 0;
  std::string label;
};

struct KeyFile {
  KeyHeader header;
  std::array<Byte, kSeed + 16> sealed{};  ///< ciphertext and tag
};

/// What the header says of the key. Only unlocking proves it.
KeyInfo info_of(const KeyHeader& header);

/// Strict; refuses costs above section 4.1's caps before anything is allocated.
/// Errors: `keys.armor.syntax`, `keys.file.version`, `keys.file.header`, `keys.file.cost`,
/// `keys.file.truncated`, `keys.file.size`.
Result<KeyFile> decode_key_file(std::string_view text);
std::string encode_key_file(const KeyFile& file);

/// Seals a secret of 32 bytes under a passphrase with salt and nonce from `random`, which must be
/// the system's outside tests. `header.public_key` is set from the secret. `passphrase` is ignored
/// when the header's cost says so. Errors: `keys.kdf.memory`, `keys.passphrase.empty`.
Result<KeyFile> seal_key(Random& random, KeyHeader header, const SecretBytes& secret,
                         const SecretBytes& passphrase);

/// The same with the header's public key left as it is; only tests want that.
Result<KeyFile> seal_key_as(Random& random, KeyHeader header, const SecretBytes& secret,
                            const SecretBytes& passphrase);

/// Opens it and checks that the secret belongs to the header (key commitment). `passphrase` is
/// ignored for a key without one. Errors: `keys.unlock` (wrong passphrase or damaged file, not told
/// apart), `keys.kdf.memory`, `keys.memory`.
Result<SecretBytes> unseal_key(const KeyFile& file, const SecretBytes& passphrase,
                               SecureArena& arena);

/// NFC form of a label that fits into key file and certificate: at most 64 characters (X.520's
/// bound of a common name), no control characters. Errors: `keys.label`.
Result<std::string> check_label(std::string_view label);

}  // namespace signmark::keys
