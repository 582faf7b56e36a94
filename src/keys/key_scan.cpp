// SPDX-License-Identifier: Apache-2.0
// Listing the keyring without unlocking anything.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.hpp"
#include "keys/key_disk.hpp"

namespace signmark::keys {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMaxCertificateFile =
    std::size_t{32} * 1024;                  // leaf and root of 8 KiB each, as PEM
constexpr std::size_t kMaxEntries = 10'000;  // files of one folder
constexpr std::array<std::string_view, 4> kExtensions{".key", ".pub", ".cert", ".revocation"};
constexpr std::string_view kKept = ".key~";

/// Names in a folder; none when it does not exist.
Result<std::vector<fs::path>> entries_of(const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code code;
  if (!has_file(folder)) return out;
  fs::directory_iterator it(folder, code);
  for (; !code && it != fs::directory_iterator() && out.size() < kMaxEntries; it.increment(code))
    out.push_back(it->path());
  if (code || out.size() == kMaxEntries)
    return fail("keys.dir.read",
                code ? fmt::format("cannot list the folder: {}", code.message())
                     : fmt::format("{} files or more", kMaxEntries),
                folder.string());
  return out;
}

Error stranger(const fs::path& path) {
  return {"keys.file.unknown", "the file does not belong into a keyring", path.string(),
          "move it elsewhere; a key from another machine comes in with `signmark key import`"};
}

/// Ids in a folder and which files each has; what fits no pattern becomes a problem.
struct Names {
  std::map<std::string, std::set<std::string>> ids;
  std::set<std::string> in_birth;
};

Names sort_names(const std::vector<fs::path>& entries, std::vector<Error>& problems) {
  Names out;
  for (const fs::path& path : entries) {
    const std::string name = path.filename().string();
    const std::string extension = path.extension().string();
    if (name.starts_with(kBirthPrefix)) out.in_birth.insert(name.substr(kBirthPrefix.size()));
    if (name.starts_with(".") || extension == kKept) continue;
    if (std::find(kExtensions.begin(), kExtensions.end(), extension) == kExtensions.end())
      problems.push_back(stranger(path));
    else
      out.ids[path.stem().string()].insert(extension);
  }
  // Not yet a key: its secret has not been written.
  for (const std::string& id : out.in_birth)
    if (const auto it = out.ids.find(id); it != out.ids.end() && !it->second.contains(".key"))
      out.ids.erase(it);
  return out;
}

KeyInfo info_of(const KeyRecord& record) {
  KeyInfo info;
  info.role = record.role;
  info.public_key = record.public_key;
  info.fingerprint = fingerprint_of(record.role, record.public_key);
  info.created = record.created;
  info.expires = record.expires;
  info.label = record.label;
  return info;
}

Status take_secret(StoredKey& key, const KeyPaths& paths, const SecretFilePolicy& policy) {
  SIGNMARK_ASSIGN(const LoadedKeyFile loaded, load_key_file(paths.secret, policy));
  key.info = info_of(loaded.file.header);
  key.info.file = paths.secret;
  key.kdf = loaded.file.header.cost;
  key.insecure = loaded.insecure;
  key.secret_file = paths.secret;
  return {};
}

Status take_record(StoredKey& key, const KeyPaths& paths) {
  SIGNMARK_ASSIGN(const auto record, load_record(paths.record));
  if (!record) {
    if (key.has_secret) return {};
    return tl::unexpected<Error>(
        stranger(has_file(paths.certificate) ? paths.certificate : paths.revocation));
  }
  if (!key.has_secret) key.info = info_of(*record);
  if (record->role != key.info.role || record->public_key != key.info.public_key)
    return fail("keys.record", "the .pub file is of another key", paths.record.string());
  key.stops = record->stops;
  key.superseded_by = record->superseded_by;
  if (record->withdrawn) key.withdrawn = record->withdrawn->reason;
  key.public_file = paths.record;
  return {};
}

Status take_certificates(StoredKey& key, const KeyPaths& paths) {
  SIGNMARK_ASSIGN(auto certificates,
                  load_certificates(paths.certificate, key.info.role, key.info.public_key));
  if (certificates.empty()) return {};
  key.root = certificates.size() > 1 ? std::optional(certificates.back()) : std::nullopt;
  if (certificates.front().is_root) key.root = certificates.front();
  key.certificate = std::move(certificates.front());
  key.certificate_file = paths.certificate;
  return {};
}

/// One key. A bad certificate is a problem beside a key that still can be backed up and rotated;
/// a bad `.pub` file is a refusal, because it may say that the key is withdrawn.
Result<StoredKey> load_stored_key(const KeyringParts& parts, Role role, const std::string& id,
                                  bool has_secret, std::vector<Error>& problems) {
  const KeyPaths paths = paths_of(parts.home, role, id);
  StoredKey key;
  key.has_secret = has_secret;
  if (has_secret) SIGNMARK_TRY(take_secret(key, paths, parts.policy()));
  SIGNMARK_TRY(take_record(key, paths));
  if (key.info.role != role || key.info.id() != id)
    return fail("keys.file.name", "the file holds another key than its name says",
                has_secret ? paths.secret.string() : paths.record.string());
  if (const Status taken = take_certificates(key, paths); !taken)
    problems.push_back(taken.error().at(paths.certificate.string()));
  if (has_file(paths.revocation)) key.revocation_file = paths.revocation;
  settle_state(key, parts.now());
  return key;
}

Status scan_role(const KeyringParts& parts, Role role, FoundKeys& found) {
  SIGNMARK_ASSIGN(const auto entries, entries_of(parts.home.keys(role)));
  const Names names = sort_names(entries, found.problems);
  for (const auto& [id, extensions] : names.ids) {
    auto key = load_stored_key(parts, role, id, extensions.contains(".key"), found.problems);
    if (key)
      found.keys.push_back(std::move(*key));
    else
      found.problems.push_back(std::move(key.error()));
  }
  return {};
}

bool comes_first(const StoredKey& a, const StoredKey& b) {
  if (a.info.role != b.info.role) return a.info.role < b.info.role;
  if (a.info.created != b.info.created) return a.info.created > b.info.created;
  // Of two keys of one second, the successor is the newer one.
  if (a.superseded_by.empty() != b.superseded_by.empty()) return a.superseded_by.empty();
  return a.info.id() < b.info.id();
}

}  // namespace

Result<std::optional<KeyRecord>> load_record(const fs::path& path) {
  if (!has_file(path)) return std::nullopt;
  SIGNMARK_ASSIGN(const Bytes text, read_file(path, kMaxKeyRecord));
  auto record = decode_key_record(as_text(text));
  if (!record) return tl::unexpected<Error>(record.error().at(path.string()));
  return std::optional(std::move(*record));
}

Result<std::vector<Certificate>> load_certificates(const fs::path& path, Role role,
                                                   const PublicKey& key) {
  if (!has_file(path)) return std::vector<Certificate>{};
  SIGNMARK_ASSIGN(const Bytes text, read_file(path, kMaxCertificateFile));
  SIGNMARK_ASSIGN(auto certificates, certificates_from_pem(as_text(text)));
  const std::size_t most = role == Role::issuer ? 1 : 2;
  const bool fits = !certificates.empty() && certificates.size() <= most &&
                    certificates.front().public_key == key &&
                    certificates.front().is_root == (role == Role::issuer) &&
                    (certificates.size() == 1 || certificates.back().is_root);
  if (!fits)
    return fail("keys.cert.key", "the certificate file is of another key", path.string(),
                "import the right certificate again");
  return certificates;
}

void settle_state(StoredKey& key, UnixTime now) {
  if (key.certificate)
    key.info.expires = std::min(key.info.expires, key.certificate->not_after + 1);
  if (key.stops) key.info.expires = std::min(key.info.expires, *key.stops);
  const bool is_carrier = key.info.role == Role::carrier;
  if (key.withdrawn)  // carrier keys are not revoked but retired (keys.md section 7.3)
    key.state = is_carrier ? KeyState::stopped : KeyState::withdrawn;
  else if (!key.has_secret)
    key.state = KeyState::no_secret;
  else if (now < key.info.created)
    key.state = KeyState::future;
  else if (key.stops && now >= *key.stops)
    key.state = KeyState::stopped;
  else if (now >= key.info.expires)
    key.state = KeyState::expired;
  else
    key.state = KeyState::usable;
}

Result<FoundKeys> scan_keys(const KeyringParts& parts) {
  FoundKeys found;
  SIGNMARK_ASSIGN(const auto folders, entries_of(parts.home.keys()));
  for (const fs::path& path : folders) {
    const std::string name = path.filename().string();
    if (!role_from_name(name) && name != kTransferFolder && !name.starts_with("."))
      found.problems.push_back(stranger(path));
  }
  for (const Role role : kRoles) SIGNMARK_TRY(scan_role(parts, role, found));
  std::sort(found.keys.begin(), found.keys.end(), comes_first);
  return found;
}

}  // namespace signmark::keys
