// SPDX-License-Identifier: Apache-2.0
// Keyring: withdrawing keys and changing passphrases (keys.md sections 7.3 and 4.2).
#include <sodium.h>

#include <algorithm>

#include "base/result.hpp"
#include "keys/key_open.hpp"
#include "keys/key_select.hpp"
#include "keys/signed_object.hpp"
#include "keys/trust_revocation.hpp"

namespace signmark::keys {
namespace fs = std::filesystem;
namespace {

/// A graver reason replaces a milder one, never the other way round: a revocation never turns into
/// a mere warning.
void withdraw(KeyRecord& record, RevocationReason reason, UnixTime since) {
  if (!record.withdrawn) {
    record.withdrawn = RecordedWithdrawal{reason, since};
    return;
  }
  if (reason == RevocationReason::compromised) record.withdrawn->reason = reason;
  record.withdrawn->since = std::min(record.withdrawn->since, since);
}

RevocationEntry entry_of(const StoredKey& key, RevocationReason reason, UnixTime since) {
  RevocationEntry entry;
  entry.target = RevocationTarget::key;
  entry.value.assign(key.info.public_key.begin(), key.info.public_key.end());
  entry.reason = reason;
  entry.since = since;
  return entry;
}

Result<std::string> load_own_revocation(const StoredKey& key) {
  if (key.revocation_file.empty())
    return fail("keys.revocation.missing",
                "the issuer's revocation, made with the key, is not here", key.info.id(),
                "bring it back from where you keep it, or restore a backup");
  SIGNMARK_ASSIGN(const Bytes text, read_file(key.revocation_file, kMaxWrapper));
  auto object = read_signed_object(as_text(text), kRevocationType);
  if (object && !is_signed_by(*object, Role::issuer, key.info.public_key))
    object = fail("keys.revocation.missing", "the revocation file is not of this issuer");
  if (!object) return tl::unexpected<Error>(object.error().at(key.revocation_file.string()));
  return std::string(as_text(text));
}

/// Puts the changed file in the place of the one that it was made from. It was proved in memory
/// that it opens; here the bytes on disk are proved to be those.
Status replace_key_file(const KeyringParts& parts, const StoredKey& key, const KeyFile& before,
                        const std::string& after, const fs::path& kept) {
  const fs::path& path = key.secret_file;
  SIGNMARK_ASSIGN(const DirectoryLock lock, lock_keyring(parts.home, path.parent_path()));
  SIGNMARK_ASSIGN(const LoadedKeyFile now, load_key_file(path, parts.policy()));
  if (encode_key_file(now.file) != encode_key_file(before))
    return fail("keys.file.changed", "another process changed the key meanwhile", path.string(),
                "look at it and try again");
  SIGNMARK_ASSIGN(AtomicFile file,
                  AtomicFile::create(path, {.replace = true, .mode = 0600, .keep = kept}));
  SIGNMARK_TRY(file.write(as_bytes(after)));
  SIGNMARK_TRY(file.sync());
  SIGNMARK_ASSIGN(LoadedSecretFile written, load_secret_file(file.temporary(), kMaxKeyFile, {}));
  const bool same = as_text(written.bytes) == after;
  sodium_memzero(written.bytes.data(), written.bytes.size());
  if (!same)
    return fail("base.file.write", "what was written reads back differently", path.string());
  return file.commit();
}

}  // namespace

Result<Withdrawal> Keyring::revoke(Role role, std::string_view selector, RevocationReason reason,
                                   UnixTime since) const {
  const KeyringParts parts{context_, home_, options_, arena_};
  SIGNMARK_ASSIGN(StoredKey key, find(selector, role));
  Withdrawal out;
  if (role == Role::issuer) {
    SIGNMARK_ASSIGN(out.own_revocation, load_own_revocation(key));
  }
  if (role == Role::signing) {
    out.entries.push_back(entry_of(key, reason, since));
    if (key.root) out.issuer_id = short_id(fingerprint(Role::issuer, key.root->public_key));
  }
  SIGNMARK_TRY(
      change_record(parts, key, [&](KeyRecord& record) { withdraw(record, reason, since); }));
  SIGNMARK_ASSIGN(out.key, find(key.info.id(), role));
  return out;
}

Result<ChangedPassphrase> Keyring::change_passphrase(std::string_view selector,
                                                     const UnlockOptions& current,
                                                     const Protection& fresh) const {
  const KeyringParts parts{context_, home_, options_, arena_};
  SIGNMARK_ASSIGN(const StoredKey key, find(selector, std::nullopt));
  const std::string what = describe(key.info);
  SIGNMARK_ASSIGN(const OpenedKey opened, open_key(parts, key, current));
  SIGNMARK_ASSIGN(const SecretBytes passphrase, new_passphrase(parts, fresh, what));
  KeyHeader header = opened.file.header;
  SIGNMARK_ASSIGN(header.cost,
                  cost_of(fresh, key.is_protected() ? key.kdf : default_kdf(key.info.role)));
  SIGNMARK_ASSIGN(const KeyFile sealed, seal_new_key(std::move(header), opened.secret, passphrase));
  const std::string text = encode_key_file(sealed);
  SIGNMARK_ASSIGN(const KeyFile again, decode_key_file(text));
  SIGNMARK_TRY(unseal_key(again, passphrase, *arena_));
  ChangedPassphrase out;
  out.kept = key.secret_file.string() + "~";
  SIGNMARK_TRY(replace_key_file(parts, key, opened.file, text, out.kept));
  SIGNMARK_ASSIGN(out.key, find(key.info.id(), key.info.role));
  return out;
}

}  // namespace signmark::keys
