// SPDX-License-Identifier: Apache-2.0
// Carrier keys: the built-in public one and the keys of media below a master (keys.md section 2.2).
#include <sodium.h>

#include <algorithm>

#include "base/hash.hpp"
#include "base/result.hpp"
#include "keys/names.hpp"

namespace signmark::keys {
namespace {

constexpr char kKdfContext[crypto_kdf_CONTEXTBYTES + 1] = "smkWMv01";

// BLAKE2b-256("signmark public carrier key v1"): nothing up the sleeve, checked by a test.
constexpr std::array<Byte, 32> kPublicCarrier{
    0xbb, 0x02, 0x1d, 0x6a, 0x9d, 0xa9, 0x2d, 0xc8, 0xd7, 0xf4, 0xb2, 0xc7, 0x41, 0x6c, 0x53, 0x96,
    0xbd, 0x82, 0x87, 0x4d, 0x4f, 0xb0, 0xe9, 0x4d, 0x58, 0xc0, 0x8b, 0x12, 0xdc, 0x0d, 0xce, 0xfa};

Result<SecretBytes> derive(SecureArena& arena, const SecretBytes& master, Medium medium) {
  SIGNMARK_ASSIGN(SecretBytes out, arena.allocate(crypto_kdf_KEYBYTES));
  const auto from = master.open();
  const auto to = out.open();
  crypto_kdf_derive_from_key(to.bytes().data(), to.bytes().size(),
                             static_cast<std::uint64_t>(medium), kKdfContext, from.bytes().data());
  return out;
}

}  // namespace

const std::array<Byte, 32>& public_carrier_key() { return kPublicCarrier; }

KeyInfo public_carrier_info() {
  KeyInfo info;
  info.role = Role::carrier;
  info.public_key = public_part(Role::carrier, kPublicCarrier);
  info.fingerprint = info.public_key;
  info.label = "public";
  return info;
}

CarrierKey CarrierKey::from_master(KeyInfo info, std::shared_ptr<SecureArena> arena,
                                   SecretBytes master) {
  // std::function wants copyable captures; the secret itself is never copied.
  const auto shared = std::make_shared<const SecretBytes>(std::move(master));
  return {std::move(info), [arena = std::move(arena), shared](Medium medium) {
            return derive(*arena, *shared, medium);
          }};
}

Result<CarrierKey> CarrierKey::make_public(const std::shared_ptr<SecureArena>& arena) {
  SIGNMARK_ASSIGN(SecretBytes master, arena->allocate(kPublicCarrier.size()));
  std::copy(kPublicCarrier.begin(), kPublicCarrier.end(), master.open().bytes().begin());
  return from_master(public_carrier_info(), arena, std::move(master));
}

bool CarrierKey::is_public() const {
  return info_.fingerprint == public_carrier_info().fingerprint;
}

}  // namespace signmark::keys
