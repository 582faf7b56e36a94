// SPDX-License-Identifier: Apache-2.0
// Names of keys: roles, fingerprints, short ids (keys.md section 3).
#include "keys/names.hpp"

#include <sodium.h>

#include <algorithm>
#include <cassert>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "keys/bech32.hpp"

namespace signmark::keys {
namespace {

constexpr std::string_view kBase32 = "abcdefghijklmnopqrstuvwxyz234567";  // RFC 4648, lower case
constexpr std::size_t kShortIdBytes = 10;                                 // 80 bits
constexpr std::size_t kGroup = 4;                                         // between dashes

struct Prefixes {
  Role role;
  std::string_view public_text;  // empty: no public line exists
  std::string_view secret_text;  // upper case, so that one pattern finds every secret
};

constexpr std::array<Prefixes, 3> kPrefixes{{
    {Role::issuer, "smissuer", "SIGNMARK-ISSUER-SECRET-"},
    {Role::signing, "smsign", "SIGNMARK-SIGN-SECRET-"},
    {Role::carrier, "", "SIGNMARK-CARRIER-SECRET-"},
}};

const Prefixes& prefixes_of(Role role) {
  return *std::find_if(kPrefixes.begin(), kPrefixes.end(),
                       [&](const Prefixes& p) { return p.role == role; });
}

tl::unexpected<Error> unknown_prefix(std::string_view expected) {
  return fail("keys.text.prefix", "the text is no key of this kind", {},
              "it begins with " + std::string(expected));
}

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

PublicKey public_part(Role role, std::span<const Byte> secret) {
  assert(secret.size() == 32);
  if (role == Role::carrier) return blake2b(as_bytes("signmark/wmid/v1"), secret);
  PublicKey key{};
  std::array<Byte, crypto_sign_SECRETKEYBYTES> expanded{};
  crypto_sign_seed_keypair(key.data(), expanded.data(), secret.data());
  sodium_memzero(expanded.data(), expanded.size());
  return key;
}

Fingerprint fingerprint_of(Role role, const PublicKey& public_part) {
  return role == Role::carrier ? public_part : fingerprint(role, public_part);
}

std::string public_text(Role role, const PublicKey& key) {
  const std::string_view prefix = prefixes_of(role).public_text;
  if (prefix.empty()) return {};
  std::string out(prefix.size() + 1 + kBech32Data, ' ');
  bech32_encode(prefix, key, out);
  return out;
}

Result<NamedPublicKey> parse_public_text(std::string_view text) {
  if (text.starts_with("SIGNMARK-"))
    return fail("keys.text.secret", "this is a secret key, a public one is wanted", {},
                "a secret that was shown to others must be replaced");
  for (const Prefixes& p : kPrefixes) {
    if (p.public_text.empty() || !text.starts_with(p.public_text)) continue;
    NamedPublicKey out{p.role, {}};
    SIGNMARK_TRY(bech32_decode(p.public_text, text, out.key));
    return out;
  }
  return unknown_prefix("smissuer1 or smsign1");
}

Result<SecretBytes> secret_text(SecureArena& arena, Role role, const SecretBytes& secret) {
  const std::string_view prefix = prefixes_of(role).secret_text;
  SIGNMARK_ASSIGN(SecretBytes out, arena.allocate(prefix.size() + 1 + kBech32Data));
  const auto from = secret.open();
  const auto to = out.open();
  assert(from.bytes().size() == kBech32Payload);
  bech32_encode(prefix, std::span<const Byte, kBech32Payload>(from.bytes()),
                {reinterpret_cast<char*>(to.bytes().data()), to.bytes().size()});
  return out;
}

Result<NamedSecret> parse_secret_text(SecureArena& arena, std::string_view text) {
  for (const Prefixes& p : kPrefixes) {
    if (!text.starts_with(p.secret_text)) continue;
    NamedSecret out{p.role, {}};
    SIGNMARK_ASSIGN(out.secret, arena.allocate(kBech32Payload));
    const auto view = out.secret.open();
    SIGNMARK_TRY(bech32_decode(p.secret_text, text, std::span<Byte, kBech32Payload>(view.bytes())));
    return out;
  }
  return unknown_prefix(
      "SIGNMARK-ISSUER-SECRET-1, SIGNMARK-SIGN-SECRET-1 or SIGNMARK-CARRIER-SECRET-1");
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
