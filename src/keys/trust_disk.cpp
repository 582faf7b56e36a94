// SPDX-License-Identifier: Apache-2.0
// Reading and writing the trust folders.
#include "keys/trust_disk.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "base/file.hpp"
#include "base/text.hpp"
#include "keys/secret_file.hpp"
#include "keys/trust_revocation.hpp"

namespace signmark::keys {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMaxEntries = 10'000;  // files of one folder
constexpr std::size_t kMaxRootSize = 8U << 10;
constexpr std::string_view kRootFile = "root.der";
constexpr std::string_view kBundlePrefix = "trust.";
constexpr std::string_view kRevokedPrefix = "revoked.";
constexpr std::string_view kWithdrawnPrefix = "withdrawn.";
constexpr std::string_view kSuffix = ".json";
constexpr std::string_view kFileSuffix = ".smbundle";

// ---------------------------------------------------------------------------------------------
// Folders

/// Whoever may write here decides whom we trust, so only the user and root may.
Status check_owner(const fs::path& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0)
    return fail("trust.store.unreadable",
                fmt::format("cannot look at it: {}", system_message(errno)), path.string());
  const bool owned = info.st_uid == ::geteuid() || info.st_uid == 0;
  if (owned && (info.st_mode & (S_IWGRP | S_IWOTH)) == 0 && !S_ISLNK(info.st_mode)) return {};
  return fail("trust.store.permissions", "others may write here, so nobody in it can be trusted",
              path.string(), fmt::format("chmod go-w '{}'", path.string()));
}

/// Names in a folder, sorted; nothing when the folder does not exist.
Result<std::vector<fs::path>> entries_of(const fs::path& directory) {
  std::vector<fs::path> out;
  std::error_code code;
  if (directory.empty() || !fs::exists(fs::symlink_status(directory, code))) return out;
  SIGNMARK_TRY(check_owner(directory));
  fs::directory_iterator it(directory, code);
  for (; !code && it != fs::directory_iterator() && out.size() <= kMaxEntries; it.increment(code))
    out.push_back(it->path());
  if (code || out.size() > kMaxEntries)
    return fail("trust.store.unreadable",
                code ? fmt::format("cannot list the folder: {}", code.message())
                     : fmt::format("more than {} files", kMaxEntries),
                directory.string());
  std::sort(out.begin(), out.end());
  return out;
}

// ---------------------------------------------------------------------------------------------
// File names

std::string bundle_name(std::uint64_t version) {
  return fmt::format("{}{}{}", kBundlePrefix, version, kSuffix);
}
std::string revoked_name(std::uint64_t version) {
  return fmt::format("{}{}{}", kRevokedPrefix, version, kSuffix);
}
std::string withdrawn_name(const PublicKey& key) {
  return fmt::format("{}{}{}", kWithdrawnPrefix, public_text(Role::issuer, key), kSuffix);
}

/// N of `<prefix>N.json` in its one form.
std::optional<std::uint64_t> version_of(const fs::path& path, std::string_view prefix) {
  const std::string name = path.filename().string();
  if (name.size() <= prefix.size() + kSuffix.size() || !name.starts_with(prefix) ||
      !name.ends_with(kSuffix))
    return std::nullopt;
  const char* begin = name.data() + prefix.size();
  const char* end = name.data() + name.size() - kSuffix.size();
  std::uint64_t value = 0;
  const auto [stop, code] = std::from_chars(begin, end, value);
  if (code != std::errc{} || stop != end || *begin == '0') return std::nullopt;
  return value;
}

/// What a folder holds, by meaning.
struct FolderFiles {
  std::map<std::uint64_t, fs::path> bundles, lists;
  std::vector<fs::path> withdrawals;
  fs::path root;
};

FolderFiles sort_files(const std::vector<fs::path>& entries) {
  FolderFiles out;
  for (const fs::path& path : entries) {
    const std::string name = path.filename().string();
    if (const auto n = version_of(path, kBundlePrefix)) out.bundles[*n] = path;
    if (const auto n = version_of(path, kRevokedPrefix)) out.lists[*n] = path;
    if (name.starts_with(kWithdrawnPrefix) && name.ends_with(kSuffix))
      out.withdrawals.push_back(path);
    if (name == kRootFile) out.root = path;
  }
  return out;
}

// ---------------------------------------------------------------------------------------------
// Loading

Result<SignedObject> load_object(const fs::path& path, std::string_view type) {
  SIGNMARK_ASSIGN(const Bytes bytes, read_file(path, kMaxWrapper));
  auto object = read_signed_object(as_text(bytes), type);
  if (!object) return tl::unexpected<Error>(object.error().at(path.string()));
  return object;
}

Status load_chain(const std::map<std::uint64_t, fs::path>& files, TrustedIssuer& issuer) {
  std::uint64_t expected = 1;
  for (const auto& [version, path] : files) {
    if (version != expected++)
      return fail("trust.store.gap", fmt::format("{} is missing", bundle_name(expected - 1)),
                  path.parent_path().string(), "remove the issuer and add it again");
    SIGNMARK_ASSIGN(SignedObject object, load_object(path, kBundleType));
    const Status taken = take_bundle(issuer, std::move(object));
    if (!taken) return tl::unexpected<Error>(taken.error().at(path.string()));
    if (issuer.chain.size() != version)
      return fail("trust.store.gap", "the file holds another version than its name says",
                  path.string());
  }
  return {};
}

Status load_revocations(const FolderFiles& files, TrustedIssuer& issuer) {
  std::vector<fs::path> paths = files.withdrawals;
  if (!files.lists.empty()) paths.push_back(files.lists.rbegin()->second);
  for (const fs::path& path : paths) {
    SIGNMARK_ASSIGN(SignedObject object, load_object(path, kRevocationType));
    const Status taken = take_revocation(issuer, std::move(object), RevocationSource::stored);
    if (!taken) return tl::unexpected<Error>(taken.error().at(path.string()));
  }
  return {};
}

Result<TrustedIssuer> start_issuer(const FolderFiles& files, const PublicKey& identity,
                                   const fs::path& folder) {
  TrustedIssuer issuer;
  issuer.identity = identity;
  if (!files.root.empty()) {
    SIGNMARK_ASSIGN(const Bytes root, read_file(files.root, kMaxRootSize));
    SIGNMARK_ASSIGN(issuer, local_issuer(root));
    if (issuer.identity != identity)
      return fail("trust.store.name", "the root certificate is not of the folder's issuer",
                  files.root.string());
  } else if (files.bundles.empty()) {
    return fail("trust.store.gap", "the folder holds neither bundle nor root certificate",
                folder.string(), "remove it");
  }
  issuer.directory = folder;
  return issuer;
}

// ---------------------------------------------------------------------------------------------
// Saving

Status write_new(const fs::path& path, ByteView bytes) {
  Status written = write_file(path, bytes, {.replace = false, .mode = 0644, .keep = {}});
  if (written || written.error().code != "base.file.exists") return written;
  return fail("trust.update.race", "another process wrote this version just now", path.string(),
              "run the command again");
}

Status write_object(const fs::path& path, const SignedObject& object) {
  const std::string text = to_text(object);
  return write_new(path, as_bytes(text));
}

Status save_revocations(const TrustedIssuer* before, const TrustedIssuer& after) {
  for (std::size_t i = 0; i < after.withdrawals.size(); ++i) {
    if (before != nullptr && before->is_withdrawn(after.withdrawn[i])) continue;
    SIGNMARK_TRY(
        write_object(after.directory / withdrawn_name(after.withdrawn[i]), after.withdrawals[i]));
  }
  const std::uint64_t old = before == nullptr ? 0 : before->revocations.version;
  if (!after.revocation_object || after.revocations.version == old) return {};
  SIGNMARK_TRY(write_object(after.directory / revoked_name(after.revocations.version),
                            *after.revocation_object));
  std::error_code ignored;  // an older list left behind does no harm: the newest is read
  if (old > 0) fs::remove(after.directory / revoked_name(old), ignored);
  return {};
}

}  // namespace

Result<std::vector<fs::path>> issuer_folders(const fs::path& directory) {
  SIGNMARK_ASSIGN(std::vector<fs::path> entries, entries_of(directory));
  std::erase_if(entries, [](const fs::path& path) {
    return path.filename().string().starts_with(".");  // lock, files in the making
  });
  return entries;
}

Result<std::vector<fs::path>> system_files(const fs::path& directory) {
  SIGNMARK_ASSIGN(std::vector<fs::path> entries, entries_of(directory));
  std::erase_if(entries, [](const fs::path& path) {
    const std::string name = path.filename().string();
    return name.starts_with(".") || !name.ends_with(kFileSuffix);
  });
  return entries;
}

Result<std::optional<TrustedIssuer>> load_issuer(const fs::path& folder) {
  const auto named = parse_public_text(folder.filename().string());
  if (!named || named->role != Role::issuer)
    return fail("trust.store.name", "the folder is not named by an issuer's public line",
                folder.string(), "remove it: trust lies in folders named smissuer1…");
  SIGNMARK_ASSIGN(const auto entries, entries_of(folder));
  const FolderFiles files = sort_files(entries);
  // A run killed between making the folder and its first file leaves nothing to be read.
  if (files.bundles.empty() && files.root.empty() && files.lists.empty()) return std::nullopt;
  SIGNMARK_ASSIGN(TrustedIssuer issuer, start_issuer(files, named->key, folder));
  SIGNMARK_TRY(load_chain(files.bundles, issuer));
  SIGNMARK_TRY(load_revocations(files, issuer));
  SIGNMARK_TRY(settle(issuer, std::nullopt));
  return std::optional<TrustedIssuer>(std::move(issuer));
}

Status save_issuer(const TrustedIssuer* before, const TrustedIssuer& after) {
  const fs::path parent = after.directory.parent_path();
  SIGNMARK_TRY(ensure_private_directory(parent));
  SIGNMARK_ASSIGN(const DirectoryLock lock, DirectoryLock::acquire(parent));
  SIGNMARK_TRY(ensure_private_directory(after.directory));
  sweep_temporary_files(after.directory);
  const bool had_root = before != nullptr && !before->local_root.empty();
  if (!had_root && !after.local_root.empty())
    SIGNMARK_TRY(write_new(after.directory / kRootFile, after.local_root));
  const std::size_t known = before == nullptr ? 0 : before->chain.size();
  for (std::size_t i = known; i < after.chain.size(); ++i)
    SIGNMARK_TRY(write_object(after.directory / bundle_name(after.chain[i].bundle.version),
                              after.chain[i].object));
  return save_revocations(before, after);
}

Status remove_issuer(const fs::path& folder) {
  const fs::path hidden = folder.parent_path() / fmt::format(".removed.{}", ::getpid());
  SIGNMARK_ASSIGN(const DirectoryLock lock, DirectoryLock::acquire(folder.parent_path()));
  std::error_code code;
  fs::remove_all(hidden, code);
  fs::rename(folder, hidden, code);
  if (code)
    return fail("trust.store.remove", fmt::format("cannot remove it: {}", code.message()),
                folder.string());
  fs::remove_all(hidden, code);  // the issuer is gone already; a rest would only take space
  return {};
}

}  // namespace signmark::keys
