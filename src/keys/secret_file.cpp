// SPDX-License-Identifier: Apache-2.0
// Loading and creating files with secrets.
#include "keys/secret_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace signmark::keys {
namespace fs = std::filesystem;
namespace {

constexpr mode_t kOthers = 0077;  // any bit for group and others
constexpr mode_t kGroupRead = 0040;

tl::unexpected<Error> system_error(std::string code, std::string_view verb, const fs::path& path,
                                   std::string hint = {}) {
  const int number = errno;
  return fail(std::move(code), fmt::format("cannot {}: {}", verb, system_message(number)),
              path.string(), std::move(hint));
}

/// Why a file's owner or mode makes it unfit for secrets.
Status check_owner_and_mode(const struct stat& info, const fs::path& path,
                            const SecretFilePolicy& policy) {
  if (info.st_uid != ::geteuid() && info.st_uid != 0)
    return fail("keys.file.owner", "the file belongs to another user", path.string(),
                "copy it, or force it with --insecure-permissions");
  mode_t allowed = 0;
  if (!policy.credentials_directory.empty() && path.parent_path() == policy.credentials_directory)
    allowed = kGroupRead;
  if ((info.st_mode & kOthers & ~allowed) != 0)
    return fail("keys.file.permissions",
                fmt::format("the file has mode {:04o}: others may use it", info.st_mode & 07777),
                path.string(), fmt::format("chmod 600 '{}'", path.string()));
  return {};
}

Status read_all(int fd, const fs::path& path, Bytes& out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t n = ::read(fd, out.data() + done, out.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error("keys.file.open", "read the file", path);
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  out.resize(done);
  return {};
}

}  // namespace

OpenedSecretFile::OpenedSecretFile(OpenedSecretFile&& other) noexcept
    : size(other.size), insecure(other.insecure), fd_(std::exchange(other.fd_, -1)) {}

OpenedSecretFile::~OpenedSecretFile() {
  if (fd_ >= 0) ::close(fd_);
}

Result<OpenedSecretFile> open_secret_file(const fs::path& path, std::size_t max_size,
                                          const SecretFilePolicy& policy) {
  OpenedSecretFile file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (file.descriptor() < 0 && errno == ELOOP)
    return fail("keys.file.type", "the file is a symbolic link", path.string(),
                "name the file that it points to");
  if (file.descriptor() < 0) return system_error("keys.file.open", "open the file", path);
  struct stat info {};
  if (::fstat(file.descriptor(), &info) != 0)
    return system_error("keys.file.open", "stat the file", path);
  if (!S_ISREG(info.st_mode)) return fail("keys.file.type", "not a regular file", path.string());
  if (static_cast<std::uint64_t>(info.st_size) > max_size)
    return fail("keys.file.size",
                fmt::format("the file has {} bytes, {} are allowed", info.st_size, max_size),
                path.string());
  file.size = static_cast<std::size_t>(info.st_size);
  if (auto fit = check_owner_and_mode(info, path, policy); !fit) {
    if (!policy.insecure_permissions) return tl::unexpected<Error>(fit.error());
    file.insecure = true;
  }
  return file;
}

Result<LoadedSecretFile> load_secret_file(const fs::path& path, std::size_t max_size,
                                          const SecretFilePolicy& policy) {
  SIGNMARK_ASSIGN(const OpenedSecretFile file, open_secret_file(path, max_size, policy));
  LoadedSecretFile out;
  out.insecure = file.insecure;
  out.bytes.resize(file.size);
  SIGNMARK_TRY(read_all(file.descriptor(), path, out.bytes));
  return out;
}

Status create_secret_file(const fs::path& path, std::initializer_list<ByteView> pieces) {
  SIGNMARK_ASSIGN(AtomicFile file,
                  AtomicFile::create(path, {.replace = false, .mode = 0600, .keep = {}}));
  for (const ByteView piece : pieces) SIGNMARK_TRY(file.write(piece));
  auto done = file.commit();
  if (!done && done.error().code == "base.file.exists")
    return fail("keys.file.exists", "the file exists already and is not replaced", path.string(),
                "name another file");
  return done;
}

Status ensure_private_directory(const fs::path& path) {
  std::error_code code;
  if (path.has_parent_path() && !fs::exists(path.parent_path(), code))
    SIGNMARK_TRY(ensure_private_directory(path.parent_path()));
  if (::mkdir(path.c_str(), 0700) == 0) return {};
  if (errno != EEXIST)
    return system_error("keys.dir.create", "create the directory", path,
                        "set SIGNMARK_HOME to a directory that you may write");
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return system_error("keys.dir.create", "look at", path);
  if (!S_ISDIR(info.st_mode)) return fail("keys.dir.create", "not a directory", path.string());
  if (info.st_uid != ::geteuid() || (info.st_mode & kOthers) != 0)
    return fail("keys.dir.permissions", "the directory is open to other users", path.string(),
                fmt::format("chmod 700 '{}'", path.string()));
  return {};
}

Result<DirectoryLock> DirectoryLock::acquire(const fs::path& directory) {
  const fs::path file = directory / ".lock";
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return system_error("keys.dir.lock", "open the lock", file);
  DirectoryLock lock(fd);
  while (::flock(fd, LOCK_EX) != 0)
    if (errno != EINTR) return system_error("keys.dir.lock", "take the lock", file);
  return lock;
}

DirectoryLock::DirectoryLock(DirectoryLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

DirectoryLock::~DirectoryLock() {
  if (fd_ >= 0) ::close(fd_);
}

void sweep_temporary_files(const fs::path& directory) {
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(directory, code)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(".") && name.ends_with(".part")) fs::remove(entry.path(), code);
  }
}

}  // namespace signmark::keys
