// SPDX-License-Identifier: Apache-2.0
// Passphrases meet key files.
#include "keys/key_open.hpp"

#include "base/result.hpp"
#include "keys/kdf.hpp"
#include "keys/key_select.hpp"

namespace signmark::keys {

Result<SecretBytes> unlock_file(const KeyringParts& parts, const KeyFile& file,
                                const UnlockOptions& unlock) {
  SecretBytes passphrase;
  if (file.header.cost.passes != 0) {
    const Prompt prompt{Prompt::Purpose::unlock, describe(info_of(file.header)), false};
    SIGNMARK_ASSIGN(passphrase, passphrase_for(parts.context, unlock, prompt, *parts.arena));
  }
  return unseal_key(file, passphrase, *parts.arena);
}

Result<OpenedKey> open_key(const KeyringParts& parts, const StoredKey& key,
                           const UnlockOptions& unlock) {
  if (!key.has_secret)
    return fail("keys.state.no_secret", "the secret of this key is not here", key.info.id());
  SIGNMARK_ASSIGN(LoadedKeyFile loaded, load_key_file(key.secret_file, parts.policy()));
  auto secret = unlock_file(parts, loaded.file, unlock);
  if (!secret) return tl::unexpected<Error>(secret.error().at(key.secret_file.string()));
  return OpenedKey{std::move(loaded.file), std::move(*secret)};
}

Result<SecretBytes> open_secret(const KeyringParts& parts, const StoredKey& key,
                                const UnlockOptions& unlock) {
  SIGNMARK_ASSIGN(OpenedKey opened, open_key(parts, key, unlock));
  return std::move(opened.secret);
}

Result<KdfCost> cost_of(const Protection& protection, const KdfCost& otherwise) {
  if (protection.without_passphrase) return KdfCost{};
  const KdfCost cost = protection.kdf.value_or(otherwise);
  SIGNMARK_TRY(check_kdf_cost(cost));
  return cost;
}

Result<SecretBytes> new_passphrase(const KeyringParts& parts, const Protection& protection,
                                   std::string subject) {
  if (protection.without_passphrase) return SecretBytes();
  const Prompt prompt{Prompt::Purpose::protect, std::move(subject), true};
  return passphrase_for(parts.context, protection.passphrase, prompt, *parts.arena);
}

Result<KeyFile> seal_new_key(KeyHeader header, const SecretBytes& secret,
                             const SecretBytes& passphrase) {
  return seal_key(*Context::standard().random, std::move(header), secret, passphrase);
}

}  // namespace signmark::keys
