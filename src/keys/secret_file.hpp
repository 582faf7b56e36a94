// SPDX-License-Identifier: Apache-2.0
// Files that hold secrets: strict permissions on load, 0600 from birth, never edited in place
// (keys.md section 4.2).
#pragma once

#include <filesystem>
#include <initializer_list>

#include "base/file.hpp"

namespace signmark::keys {

/// What is accepted on load.
struct SecretFilePolicy {
  bool insecure_permissions = false;  ///< `--insecure-permissions`
  /// Files right inside it may be readable by their group: systemd shows the mask of the access
  /// list that way. Empty: no such directory.
  std::filesystem::path credentials_directory;
};

struct LoadedSecretFile {
  Bytes bytes;            ///< may be a secret: wipe it
  bool insecure = false;  ///< accepted only because of insecure_permissions
};

/// An open file, closed when destroyed.
class OpenedSecretFile {
 public:
  explicit OpenedSecretFile(int descriptor) : fd_(descriptor) {}
  OpenedSecretFile(OpenedSecretFile&& other) noexcept;
  OpenedSecretFile& operator=(OpenedSecretFile&&) = delete;
  OpenedSecretFile(const OpenedSecretFile&) = delete;
  OpenedSecretFile& operator=(const OpenedSecretFile&) = delete;
  ~OpenedSecretFile();

  [[nodiscard]] int descriptor() const { return fd_; }
  std::size_t size = 0;
  bool insecure = false;  ///< accepted only because of insecure_permissions

 private:
  int fd_ = -1;
};

/// The checks of load_secret_file, for what must not pass through ordinary memory. Errors: the
/// same.
Result<OpenedSecretFile> open_secret_file(const std::filesystem::path& path, std::size_t max_size,
                                          const SecretFilePolicy& policy);

/// Opens without following a link and checks by descriptor: regular file, owner is the user or
/// root, no bits for group and others. Errors: `keys.file.open`, `keys.file.type`,
/// `keys.file.owner`, `keys.file.permissions`, `keys.file.size`.
Result<LoadedSecretFile> load_secret_file(const std::filesystem::path& path, std::size_t max_size,
                                          const SecretFilePolicy& policy);

/// Publishes a new file with mode 0600; never over an existing one. The pieces follow each other:
/// what lies in locked memory goes from there to the file.
/// Errors: `keys.file.exists`, `base.file.*`.
Status create_secret_file(const std::filesystem::path& path,
                          std::initializer_list<ByteView> pieces);

/// Makes a directory (and its parents) with mode 0700, or checks that an existing one is the user's
/// alone. Errors: `keys.dir.create`, `keys.dir.permissions`.
Status ensure_private_directory(const std::filesystem::path& path);

/// Holds the writers' lock of a directory (file `.lock` in it) until destroyed.
class DirectoryLock {
 public:
  /// Waits for other writers, who hold it for milliseconds. Errors: `keys.dir.lock`.
  static Result<DirectoryLock> acquire(const std::filesystem::path& directory);
  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&&) = delete;
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

/// Removes temporary files that a killed writer left in a directory. Call with the lock held: then
/// nobody's file is in the making.
void sweep_temporary_files(const std::filesystem::path& directory);

}  // namespace signmark::keys
