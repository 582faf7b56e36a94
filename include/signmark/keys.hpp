// SPDX-License-Identifier: Apache-2.0
// Room `keys`: who may sign, who is believed, and how secrets are kept (design page keys.md).
#ifndef SIGNMARK_KEYS_HPP_
#define SIGNMARK_KEYS_HPP_

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "signmark/base.hpp"

namespace signmark::keys {

// ---------------------------------------------------------------------------------------------
// Names of keys (keys.md sections 2 and 3)

/// Never one key for two roles; the byte is inside the key file, the fingerprint and every check.
enum class Role : std::uint8_t { issuer = 1, signing = 2, carrier = 3 };

using PublicKey = std::array<Byte, 32>;   ///< raw Ed25519 public key
using Signature = std::array<Byte, 64>;   ///< raw Ed25519 signature
using Fingerprint = std::array<Byte, 32>; ///< BLAKE2b-256, keys.md section 3

std::string_view role_name(Role role);

/// Fingerprint of a public key in a role.
Fingerprint fingerprint(Role role, const PublicKey& key);

/// `sm1-q7fz-2lka-m5xd-jw3t`: the first 80 bits, for people.
std::string short_id(const Fingerprint& fingerprint);

/// What may be shown of a key.
struct KeyInfo {
  Role role = Role::signing;
  PublicKey public_key{};      ///< for a carrier key: its keyed fingerprint
  Fingerprint fingerprint{};
  UnixTime created = 0;
  UnixTime expires = 0;
  std::string label;           ///< chosen by the user, UTF-8
  std::filesystem::path file;  ///< empty when the key lives elsewhere
  std::string id() const { return short_id(fingerprint); }
};

// ---------------------------------------------------------------------------------------------
// Signing

/// Something that signs: a key file, the agent, an external program. Thread-safe.
class Signer {
 public:
  virtual ~Signer() = default;
  [[nodiscard]] virtual const KeyInfo& key() const = 0;
  /// X.509 certificates in DER, leaf first, without the root; empty when none was issued yet.
  [[nodiscard]] virtual const std::vector<Bytes>& chain() const = 0;
  /// Signs `"signmark/<type>/v1" || 0x00 || body` (keys.md section 6).
  /// Errors: `keys.sign.type` (this role may not sign that), `keys.sign.expired`, the agent's own.
  [[nodiscard]] virtual Result<Signature> sign_object(std::string_view type, ByteView body) const = 0;
  /// Signs a COSE `Sig_structure` (RFC 9052 4.4) after checking that it is one.
  [[nodiscard]] virtual Result<Signature> sign_cose(ByteView sig_structure) const = 0;
};

/// Whether `signature` is a good one of `key` over a typed object. Strict (libsodium).
bool verify_object(const PublicKey& key, std::string_view type, ByteView body,
                   const Signature& signature);

}  // namespace signmark::keys

#endif  // SIGNMARK_KEYS_HPP_
