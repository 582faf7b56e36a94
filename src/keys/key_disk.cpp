// SPDX-License-Identifier: Apache-2.0
// Publishing the files of keys, and clearing up after killed writers.
#include "keys/key_disk.hpp"

#include <sodium.h>

#include <array>
#include <utility>

namespace signmark::keys {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMaxBirthNote = 1024;
constexpr unsigned kPublicMode = 0644;

/// Removes the files that a birth note names, unless the key was finished.
void finish_birth(const fs::path& note) {
  std::error_code code;
  const fs::path folder = note.parent_path();
  const std::string id = note.filename().string().substr(kBirthPrefix.size());
  const auto text = read_file(note, kMaxBirthNote);
  if (text && !has_file(folder / (id + ".key"))) {
    std::string_view names = as_text(*text);
    while (!names.empty()) {
      const std::size_t end = names.find('\n');
      const fs::path name = names.substr(0, end);
      if (name.stem() == id && name == name.filename()) fs::remove(folder / name, code);
      names.remove_prefix(end == std::string_view::npos ? names.size() : end + 1);
    }
  }
  fs::remove(note, code);
}

void finish_births(const fs::path& folder) {
  std::error_code code;
  std::vector<fs::path> notes;
  for (fs::directory_iterator it(folder, code), end; !code && it != end; it.increment(code))
    if (it->path().filename().string().starts_with(kBirthPrefix)) notes.push_back(it->path());
  for (const fs::path& note : notes) finish_birth(note);
}

/// With the lock held: then nobody's file is in the making.
void sweep(const fs::path& folder) {
  finish_births(folder);
  sweep_temporary_files(folder);
}

using NamedText = std::pair<fs::path, const std::string*>;

/// The public files that are wanted and not there.
std::vector<NamedText> missing_public_files(const KeyPaths& paths, const NewKeyFiles& files) {
  const std::array<NamedText, 3> all{{{paths.revocation, &files.revocation},
                                      {paths.certificate, &files.certificate},
                                      {paths.record, &files.record}}};
  std::vector<NamedText> out;
  for (const NamedText& entry : all)
    if (!entry.second->empty() && !has_file(entry.first)) out.push_back(entry);
  return out;
}

Status write_birth(const fs::path& note, const KeyPaths& paths, const NewKeyFiles& files) {
  const auto missing = missing_public_files(paths, files);
  std::string names;
  for (const auto& [path, text] : missing) names += path.filename().string() + "\n";
  SIGNMARK_TRY(write_file(note, as_bytes(names), {.replace = false, .mode = 0600, .keep = {}}));
  for (const auto& [path, text] : missing) SIGNMARK_TRY(write_public_file(path, *text));
  return create_secret_file(paths.secret, {as_bytes(files.secret)});
}

}  // namespace

bool has_file(const fs::path& path) {
  std::error_code code;
  return fs::exists(fs::symlink_status(path, code));
}

KeyPaths paths_of(const Home& home, Role role, const std::string& id) {
  const fs::path folder = home.keys(role);
  return {folder / (id + ".key"), folder / (id + ".pub"), folder / (id + ".cert"),
          folder / (id + ".revocation")};
}

Result<LoadedKeyFile> load_key_file(const fs::path& path, const SecretFilePolicy& policy) {
  SIGNMARK_ASSIGN(LoadedSecretFile loaded, load_secret_file(path, kMaxKeyFile, policy));
  auto file = decode_key_file(as_text(loaded.bytes));
  sodium_memzero(loaded.bytes.data(), loaded.bytes.size());
  if (!file) return tl::unexpected<Error>(file.error().at(path.string()));
  return LoadedKeyFile{std::move(*file), loaded.insecure};
}

Result<DirectoryLock> lock_keyring(const Home& home, const fs::path& folder) {
  SIGNMARK_TRY(ensure_private_directory(home.keys()));
  SIGNMARK_ASSIGN(DirectoryLock lock, DirectoryLock::acquire(home.keys()));
  SIGNMARK_TRY(ensure_private_directory(folder));
  sweep(folder);
  for (const Role role : kRoles) sweep(home.keys(role));
  return lock;
}

Status publish_key(const Home& home, const NewKeyFiles& files) {
  const fs::path folder = home.keys(files.role);
  const KeyPaths paths = paths_of(home, files.role, files.id);
  SIGNMARK_ASSIGN(const DirectoryLock lock, lock_keyring(home, folder));
  if (has_file(paths.secret))
    return fail("keys.file.exists", "the key exists already and is not replaced",
                paths.secret.string());
  const fs::path note = folder / (std::string(kBirthPrefix) + files.id);
  Status written = write_birth(note, paths, files);
  finish_birth(note);
  return written;
}

Status change_record(const KeyringParts& parts, const StoredKey& key,
                     const std::function<void(KeyRecord&)>& change) {
  const KeyPaths paths = paths_of(parts.home, key.info.role, key.info.id());
  SIGNMARK_ASSIGN(const DirectoryLock lock,
                  lock_keyring(parts.home, parts.home.keys(key.info.role)));
  SIGNMARK_ASSIGN(auto record, load_record(paths.record));
  if (!record) {  // somebody copied the secret alone; it says the rest
    SIGNMARK_ASSIGN(const LoadedKeyFile loaded, load_key_file(paths.secret, parts.policy()));
    record = record_of(info_of(loaded.file.header));
  }
  change(*record);
  return write_public_file(paths.record, encode_key_record(*record));
}

Status write_public_file(const fs::path& path, std::string_view text) {
  return write_file(path, as_bytes(text), {.replace = true, .mode = kPublicMode, .keep = {}});
}

}  // namespace signmark::keys
