// SPDX-License-Identifier: Apache-2.0
// Role and algorithm bytes as they stand in key files and fingerprints.
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

std::optional<Role> role_from_name(std::string_view name);
std::optional<Role> role_from_byte(std::uint8_t value);

}  // namespace signmark::keys
