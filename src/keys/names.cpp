// SPDX-License-Identifier: Apache-2.0
// Names of keys: roles, fingerprints, short ids (keys.md section 3).
#include <sodium.h>

#include <optional>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "keys/names.hpp"

namespace signmark::keys {
namespace {

constexpr std::string_view kBase32 = "abcdefghijklmnopqrstuvwxyz234567";  // RFC 4648, lower case
constexpr std::size_t kShortIdBytes = 10;                                 // 80 bits
constexpr std::size_t kGroup = 4;  // characters between dashes

}  // namespace

std::string_view role_name(Role role) {
  switch (role) {
    case Role::issuer:
      return "issuer";
    case Role::signing:
      return "signing";
    case Role::carrier:
      return "carrier";
  }
  return "unknown";
}

std::optional<Role> role_from_name(std::string_view name) {
  for (const Role role : kRoles)
    if (role_name(role) == name) return role;
  return std::nullopt;
}

std::optional<Role> role_from_byte(std::uint8_t value) {
  for (const Role role : kRoles)
    if (static_cast<std::uint8_t>(role) == value) return role;
  return std::nullopt;
}

Fingerprint fingerprint(Role role, const PublicKey& key) {
  ByteWriter writer;
  writer.text("signmark/keyid/v1").u8(0).u8(static_cast<std::uint8_t>(role));
  writer.u8(algorithm_of(role)).bytes(key);
  return blake2b(writer.view());
}

std::string short_id(const Fingerprint& fingerprint) {
  std::string out = "sm1";
  std::uint32_t buffer = 0;
  unsigned bits = 0;
  std::size_t written = 0;
  for (const Byte byte : ByteView(fingerprint).first(kShortIdBytes)) {
    buffer = buffer << 8 | byte;
    for (bits += 8; bits >= 5; bits -= 5) {
      if (written++ % kGroup == 0) out += '-';
      out += kBase32[buffer >> (bits - 5) & 31];
    }
  }
  return out;
}

}  // namespace signmark::keys
