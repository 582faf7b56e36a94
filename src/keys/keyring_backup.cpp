// SPDX-License-Identifier: Apache-2.0
// Keyring: backups (keys.md section 7.4).
#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <tuple>

#include "base/result.hpp"
#include "keys/backup.hpp"
#include "keys/key_open.hpp"

namespace signmark::keys {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMaxFile = 1U << 20;  // the largest signed object has a third of it

// ---------------------------------------------------------------------------------------------
// Collecting

Result<Bytes> load_file(const KeyringParts& parts, const fs::path& path) {
  if (path.extension() != ".key") return read_file(path, kMaxFile);
  SIGNMARK_ASSIGN(LoadedSecretFile loaded, load_secret_file(path, kMaxKeyFile, parts.policy()));
  return std::move(loaded.bytes);
}

/// All files of a backup's names in one folder. A secret that cannot be read stops the backup:
/// better none than one that lacks a key.
Status collect_folder(const KeyringParts& parts, const fs::path& folder, BackupContent& content) {
  std::error_code code;
  if (!fs::is_directory(folder, code)) return {};
  for (fs::directory_iterator it(folder, code), end; !code && it != end; it.increment(code)) {
    std::string name = it->path().lexically_relative(parts.home.data).generic_string();
    if (!is_backup_name(name)) continue;
    SIGNMARK_ASSIGN(Bytes bytes, load_file(parts, it->path()));
    content.files.push_back({std::move(name), std::move(bytes)});
  }
  if (code)
    return fail("keys.dir.read", fmt::format("cannot list the folder: {}", code.message()),
                folder.string());
  return {};
}

Result<BackupContent> collect(const KeyringParts& parts) {
  BackupContent content;
  {
    // Half of a change must not get into a backup.
    SIGNMARK_ASSIGN(const DirectoryLock lock, lock_keyring(parts.home, parts.home.keys()));
    for (const Role role : kRoles)
      SIGNMARK_TRY(collect_folder(parts, parts.home.keys(role), content));
  }
  std::error_code code;
  std::vector<fs::path> issuers;
  for (fs::directory_iterator it(parts.home.trust(), code), end; !code && it != end;
       it.increment(code))
    issuers.push_back(it->path());
  for (const fs::path& folder : issuers) SIGNMARK_TRY(collect_folder(parts, folder, content));
  if (content.files.empty())
    return fail("keys.backup.empty", "there is nothing to back up", parts.home.keys().string(),
                "signmark key new");
  return content;
}

// ---------------------------------------------------------------------------------------------
// Looking at a backup

tl::unexpected<Error> bad_content(const std::string& name, const std::string& why) {
  return fail("keys.backup.content", fmt::format("a file of the backup is bad: {}", why), name);
}

/// Notes the key of a file and whether the backup's passphrase opens it too.
Status check_key(const KeyringParts& parts, const BackupEntry& entry, const SecretBytes& passphrase,
                 BackupReport& report) {
  const auto file = decode_key_file(as_text(entry.content));
  if (!file) return bad_content(entry.name, file.error().message);
  const KeyInfo info = info_of(file->header);
  const std::string expected = fmt::format("keys/{}/{}.key", role_name(info.role), info.id());
  if (entry.name != expected) return bad_content(entry.name, "it holds another key");
  report.keys.push_back(info.id());
  const auto secret = unseal_key(*file, passphrase, *parts.arena);
  if (secret) return {};
  if (secret.error().code != "keys.unlock") return tl::unexpected<Error>(secret.error());
  if (file->header.cost.passes == 0) return bad_content(entry.name, secret.error().message);
  report.not_opened.push_back(info.id());
  return {};
}

Status check_entry(const KeyringParts& parts, const BackupEntry& entry,
                   const SecretBytes& passphrase, BackupReport& report) {
  const std::string kind = fs::path(entry.name).extension();
  if (kind == ".key") return check_key(parts, entry, passphrase, report);
  Status good;
  if (kind == ".pub") good = decode_key_record(as_text(entry.content)).map([](const auto&) {});
  if (kind == ".cert") good = certificates_from_pem(as_text(entry.content)).map([](const auto&) {});
  if (!good) return bad_content(entry.name, good.error().message);
  return {};
}

struct OpenedBackup {
  BackupContent content;
  BackupReport report;
};

Result<OpenedBackup> read_backup(const KeyringParts& parts, const fs::path& file,
                                 const UnlockOptions& unlock) {
  SIGNMARK_ASSIGN(const Bytes bytes, read_file(file, 2 * kMaxBackup));
  if (const Status good = check_backup_header(bytes); !good)
    return tl::unexpected<Error>(good.error().at(file.string()));
  const Prompt prompt{Prompt::Purpose::unlock, "the backup " + file.string(), false};
  SIGNMARK_ASSIGN(const SecretBytes passphrase,
                  passphrase_for(parts.context, unlock, prompt, *parts.arena));
  auto content = open_backup(bytes, passphrase);
  if (!content) return tl::unexpected<Error>(content.error().at(file.string()));
  OpenedBackup out;
  out.content = std::move(*content);
  out.report.file = file;
  out.report.files = out.content.files.size();
  for (const BackupEntry& entry : out.content.files)
    SIGNMARK_TRY(check_entry(parts, entry, passphrase, out.report));
  return out;
}

bool same_files(const BackupContent& a, const BackupContent& b) {
  return std::equal(a.files.begin(), a.files.end(), b.files.begin(), b.files.end(),
                    [](const BackupEntry& x, const BackupEntry& y) {
                      return x.name == y.name && x.content == y.content;
                    });
}

// ---------------------------------------------------------------------------------------------
// Restoring

/// A run that is cut off must not leave what is trusted without its revocation, or a secret whose
/// other files are still to come.
int rank(const std::string& name) {
  const fs::path path = name;
  if (name.starts_with("trust/")) return path.filename().string().starts_with("trust.") ? 1 : 0;
  return path.extension() == ".key" ? 1 : 0;
}

bool is_restored_before(const BackupEntry& a, const BackupEntry& b) {
  return std::tuple(rank(a.name), a.name.size(), a.name) <
         std::tuple(rank(b.name), b.name.size(), b.name);
}

/// Whether the file has to be written. Errors: `keys.backup.conflict`.
Result<bool> is_missing(const KeyringParts& parts, const BackupEntry& entry) {
  const fs::path path = parts.home.data / entry.name;
  if (!has_file(path)) return true;
  SIGNMARK_ASSIGN(Bytes here, load_file(parts, path));
  const bool same = here == entry.content;
  sodium_memzero(here.data(), here.size());
  if (same) return false;
  return fail("keys.backup.conflict", "a file here has other content than in the backup",
              path.string(), "move it away, or restore into an empty SIGNMARK_HOME");
}

Status restore(const KeyringParts& parts, const BackupEntry& entry) {
  const fs::path path = parts.home.data / entry.name;
  if (path.extension() == ".key") return create_secret_file(path, {entry.content});
  SIGNMARK_TRY(ensure_private_directory(path.parent_path()));
  return write_public_file(path, as_text(entry.content));
}

}  // namespace

Result<BackupReport> Keyring::export_all(const fs::path& file, const Protection& protection) const {
  const KeyringParts parts{context_, home_, options_, arena_};
  if (protection.without_passphrase)
    return fail("keys.backup.protection", "a backup always has a passphrase", {},
                "keep it on paper, apart from the backup");
  SIGNMARK_ASSIGN(const KdfCost cost, cost_of(protection, default_kdf(Role::issuer)));
  if (has_file(file))
    return fail("keys.file.exists", "the file exists already and is not replaced", file.string(),
                "name another file");
  SIGNMARK_ASSIGN(BackupContent content, collect(parts));
  std::sort(content.files.begin(), content.files.end(), is_restored_before);
  SIGNMARK_ASSIGN(const SecretBytes passphrase, new_passphrase(parts, protection, "the backup"));
  SIGNMARK_ASSIGN(const Bytes sealed, seal_backup(content, cost, passphrase));
  SIGNMARK_ASSIGN(AtomicFile out,
                  AtomicFile::create(file, {.replace = false, .mode = 0600, .keep = {}}));
  SIGNMARK_TRY(out.write(sealed));
  SIGNMARK_TRY(out.sync());
  SIGNMARK_ASSIGN(const Bytes written, read_file(out.temporary(), 2 * kMaxBackup));
  SIGNMARK_ASSIGN(const BackupContent again, open_backup(written, passphrase));
  if (!same_files(content, again))
    return fail("keys.backup.content", "the backup reads back differently", file.string());
  SIGNMARK_TRY(out.commit());
  BackupReport report;
  report.file = file;
  report.files = content.files.size();
  for (const BackupEntry& entry : content.files)
    if (const fs::path path = entry.name; path.extension() == ".key")
      report.keys.push_back(path.stem());
  return report;
}

Result<BackupReport> Keyring::check_backup(const fs::path& file,
                                           const UnlockOptions& unlock) const {
  const KeyringParts parts{context_, home_, options_, arena_};
  SIGNMARK_ASSIGN(OpenedBackup backup, read_backup(parts, file, unlock));
  return std::move(backup.report);
}

Result<BackupReport> Keyring::import_backup(const fs::path& file,
                                            const UnlockOptions& unlock) const {
  const KeyringParts parts{context_, home_, options_, arena_};
  SIGNMARK_ASSIGN(OpenedBackup backup, read_backup(parts, file, unlock));
  std::sort(backup.content.files.begin(), backup.content.files.end(), is_restored_before);
  for (const Role role : kRoles) SIGNMARK_TRY(lock_keyring(home_, home_.keys(role)));
  SIGNMARK_TRY(ensure_private_directory(home_.trust()));
  SIGNMARK_ASSIGN(const DirectoryLock keys_lock, lock_keyring(home_, home_.keys()));
  SIGNMARK_ASSIGN(const DirectoryLock trust_lock, DirectoryLock::acquire(home_.trust()));
  std::vector<const BackupEntry*> missing;
  for (const BackupEntry& entry : backup.content.files) {
    SIGNMARK_ASSIGN(const bool wanted, is_missing(parts, entry));
    if (wanted) missing.push_back(&entry);
  }
  for (const BackupEntry* entry : missing) {
    SIGNMARK_TRY(restore(parts, *entry));
    backup.report.restored.push_back(entry->name);
  }
  return std::move(backup.report);
}

}  // namespace signmark::keys
