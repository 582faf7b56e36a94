// SPDX-License-Identifier: Apache-2.0
// Making one key: its secret, certificate, revocation and files.
#pragma once

#include "keys/key_open.hpp"

namespace signmark::keys {

/// What is decided about a key before anybody is asked for a passphrase.
struct KeyPlan {
  Role role = Role::signing;
  std::string label;
  KdfCost cost;
  UnixTime created = 0, expires = 0;
};

/// Errors: `keys.label`, `keys.expires`, `keys.kdf.cost`, `keys.request.role`.
Result<KeyPlan> plan_key(const KeyringParts& parts, Role role, const NewKey& wanted);

/// An issuer that can certify.
struct Authority {
  StoredKey key;
  SecretBytes seed;
};

/// The issuer of this keyring that a selector means, unlocked. Errors: `keys.select.*`,
/// `keys.state.*`, `keys.cert.missing` (it has no root certificate), and as open_secret.
Result<Authority> open_authority(const KeyringParts& parts, std::string_view selector,
                                 const UnlockOptions& unlock);
/// The same, or nothing when none is named and the keyring has no usable one.
Result<std::optional<Authority>> find_authority(const KeyringParts& parts, const NewKey& wanted);

/// The name that a certificate request gives.
CertificateName request_name(const KeyInfo& info);

/// Refuses a key whose secret is here already, or known to everybody (all zero, or the public
/// carrier key). Errors: `keys.import.exists`, `keys.import.known`.
Status check_absent(const KeyringParts& parts, Role role, const SecretBytes& secret);

/// 32 bytes of libsodium's generator. Errors: `keys.memory`.
Result<SecretBytes> draw_secret(SecureArena& arena);
/// Errors: `keys.memory`.
Result<SecretBytes> copy_secret(SecureArena& arena, const SecretBytes& secret);

/// A certificate for a signing key, cut to the issuer's life.
Result<Certificate> issue_leaf(const KeyringParts& parts, const Authority& authority,
                               const PublicKey& key, const std::string& label, UnixTime created,
                               UnixTime expires);

/// Seals the secret and publishes all files of the key. A signing key gets its certificate from
/// `authority`, which may be null. Errors: as Keyring::create.
Result<CreatedKey> make_key(const KeyringParts& parts, KeyPlan plan, const SecretBytes& secret,
                            const SecretBytes& passphrase, const Authority* authority);

}  // namespace signmark::keys
