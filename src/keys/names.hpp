// SPDX-License-Identifier: Apache-2.0
// Role and algorithm bytes as they stand in key files and fingerprints; text forms of secrets.
#pragma once

#include <optional>

#include "signmark/keys.hpp"

namespace signmark::keys {

inline constexpr std::array<Role, 3> kRoles{Role::issuer, Role::signing, Role::carrier};

/// Algorithm bytes of the key file (keys.md section 4); numbers are ours and never reused.
inline constexpr std::uint8_t kAlgEd25519 = 1;
inline constexpr std::uint8_t kAlgCarrier = 2;  // 32-byte symmetric secret, crypto_kdf below it

inline std::uint8_t algorithm_of(Role role) {
  return role == Role::carrier ? kAlgCarrier : kAlgEd25519;
}

std::optional<Role> role_from_byte(std::uint8_t value);

/// What the 32 secret bytes of a role publish: the Ed25519 public key of a seed, or the keyed
/// fingerprint of a carrier key. `secret` must have 32 bytes.
PublicKey public_part(Role role, std::span<const Byte> secret);

/// Fingerprint of a key of any role, from its public part.
Fingerprint fingerprint_of(Role role, const PublicKey& public_part);

/// `SIGNMARK-ISSUER-SECRET-1…` and so on. Errors: `keys.memory`.
Result<SecretBytes> secret_text(SecureArena& arena, Role role, const SecretBytes& secret);

struct NamedSecret {
  Role role = Role::signing;
  SecretBytes secret;  ///< 32 bytes
};

/// Reads a secret line; never quotes it. Errors: `keys.text.*`, `keys.memory`.
Result<NamedSecret> parse_secret_text(SecureArena& arena, std::string_view text);

}  // namespace signmark::keys
