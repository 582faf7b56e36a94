// SPDX-License-Identifier: Apache-2.0
// Argon2id below key files and backups, and the caps on its cost (keys.md section 4.1).
#pragma once

#include "base/result.hpp"
#include "signmark/keyring.hpp"

namespace signmark::keys {

inline constexpr std::uint32_t kMinKdfMemory = 8;  ///< KiB, Argon2's own floor for one lane

using KdfSalt = std::array<Byte, 16>;

/// Refuses what a reader would refuse, before anything is allocated. Errors: `keys.kdf.cost`.
Status check_kdf_cost(const KdfCost& cost);

/// Argon2id v1.3, one lane; never steps down when memory is short. `out` is a secret: wipe it.
/// Errors: `keys.kdf.memory`.
Status derive_key(const KdfCost& cost, const KdfSalt& salt, const SecretBytes& passphrase,
                  std::span<Byte> out);

}  // namespace signmark::keys
