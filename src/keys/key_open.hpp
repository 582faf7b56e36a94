// SPDX-License-Identifier: Apache-2.0
// Opening the secret of a stored key, and choosing how a new one is protected.
#pragma once

#include "keys/key_disk.hpp"
#include "keys/key_signer.hpp"
#include "keys/unlock.hpp"

namespace signmark::keys {

struct OpenedKey {
  KeyFile file;        ///< as it was read
  SecretBytes secret;  ///< 32 bytes
};

/// Nobody is asked for a key without passphrase. Errors: `keys.state.no_secret`, `keys.unlock`,
/// `keys.passphrase.*`, `keys.file.*`, `keys.memory`.
Result<OpenedKey> open_key(const KeyringParts& parts, const StoredKey& key,
                           const UnlockOptions& unlock);
/// Only the secret. Errors: as open_key.
Result<SecretBytes> open_secret(const KeyringParts& parts, const StoredKey& key,
                                const UnlockOptions& unlock);

/// The secret of a file that was read. Errors: as open_key.
Result<SecretBytes> unlock_file(const KeyringParts& parts, const KeyFile& file,
                                const UnlockOptions& unlock);

/// The cost of a new key file; `otherwise` where the protection leaves it open.
/// Errors: `keys.kdf.cost`.
Result<KdfCost> cost_of(const Protection& protection, const KdfCost& otherwise);

/// A new passphrase; empty when the protection is without one. Errors: as passphrase_for.
Result<SecretBytes> new_passphrase(const KeyringParts& parts, const Protection& protection,
                                   std::string subject);

/// Seals with the system's randomness, whatever the context's is. Errors: as seal_key.
Result<KeyFile> seal_new_key(KeyHeader header, const SecretBytes& secret,
                             const SecretBytes& passphrase);

}  // namespace signmark::keys
