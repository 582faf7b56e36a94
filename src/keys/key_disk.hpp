// SPDX-License-Identifier: Apache-2.0
// The keyring's folders (keys.md section 4.3): finding, loading and publishing the files of keys.
//
//   keys/.lock                  writers take turns
//   keys/<role>/<id>.key        the secret, 0600; <id>.key~ as it was before the last passwd
//   keys/<role>/<id>.pub        public half and later life (key_record.hpp)
//   keys/<role>/<id>.cert       certificates, PEM: root of an issuer; leaf and root of a signing
//   key keys/<role>/<id>.revocation an issuer's own revocation, made at birth
//   keys/<role>/.birth-<id>     names the files of a key that is just being made
//   keys/transfer/              secret halves of transfer requests (transfer.hpp)
#pragma once

#include "keys/key_file.hpp"
#include "keys/key_record.hpp"
#include "keys/secret_file.hpp"
#include "signmark/keyring.hpp"

namespace signmark::keys {

/// Beginning of the name of a birth note (see publish_key).
inline constexpr std::string_view kBirthPrefix = ".birth-";

/// Folder of waiting transfer requests, below keys/.
inline constexpr std::string_view kTransferFolder = "transfer";

/// What the parts of a keyring share during one call.
struct KeyringParts {
  const Context& context;
  const Home& home;
  const KeyringOptions& options;
  const std::shared_ptr<SecureArena>& arena;

  [[nodiscard]] UnixTime now() const { return context.clock->now(); }
  [[nodiscard]] SecretFilePolicy policy() const {
    return {options.insecure_permissions, options.credentials_directory};
  }
};

/// Where the files of one key lie, whether they exist or not.
struct KeyPaths {
  std::filesystem::path secret, record, certificate, revocation;
};
KeyPaths paths_of(const Home& home, Role role, const std::string& id);

struct LoadedKeyFile {
  KeyFile file;
  bool insecure = false;
};
/// Errors: `keys.file.*`, `keys.armor.*`.
Result<LoadedKeyFile> load_key_file(const std::filesystem::path& path,
                                    const SecretFilePolicy& policy);

/// Nothing when there is no such file. Errors: `keys.record`, `base.file.*`.
Result<std::optional<KeyRecord>> load_record(const std::filesystem::path& path);

/// Certificates of a `.cert` file: own one first, then the root where it is another. Empty when
/// there is no such file. Errors: `base.file.*`, `keys.armor.*`, `keys.cert.*`, `keys.cert.key` (of
/// another key).
Result<std::vector<Certificate>> load_certificates(const std::filesystem::path& path, Role role,
                                                   const PublicKey& key);

/// Keys by role, newest first, and what could not be read.
struct FoundKeys {
  std::vector<StoredKey> keys;
  std::vector<Error> problems;
};
/// Errors: `keys.dir.read`.
Result<FoundKeys> scan_keys(const KeyringParts& parts);

/// State and end of a key from what its files say.
void settle_state(StoredKey& key, UnixTime now);

/// Makes the folder, takes the writers' lock, and clears away what killed writers left.
/// Errors: `keys.dir.*`.
Result<DirectoryLock> lock_keyring(const Home& home, const std::filesystem::path& folder);

/// Texts of a new key's files; empty ones are not written, existing public ones are kept.
struct NewKeyFiles {
  Role role = Role::signing;
  std::string id;
  std::string secret, record, certificate, revocation;
};
/// Publishes a key whole or not at all: the secret last, and until then its other files are named
/// by a note for whoever has to clear up. Errors: `keys.file.exists` (never replaces a key),
/// `keys.dir.*`, `base.file.*`.
Status publish_key(const Home& home, const NewKeyFiles& files);

/// Replaces the `.pub` or `.cert` file of a key. Call with the lock held. Errors: `base.file.*`.
Status write_public_file(const std::filesystem::path& path, std::string_view text);

/// Changes the `.pub` file of a key as it is on disk now. Errors: `keys.record`, `keys.file.*`,
/// `keys.dir.*`, `base.file.*`.
Status change_record(const KeyringParts& parts, const StoredKey& key,
                     const std::function<void(KeyRecord&)>& change);

/// Whether something has this name, be it a broken link.
bool has_file(const std::filesystem::path& path);

}  // namespace signmark::keys
