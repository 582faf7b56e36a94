// SPDX-License-Identifier: Apache-2.0
// Mapped input and atomic output.
#include "base/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace signmark {
namespace fs = std::filesystem;
namespace {

constexpr unsigned kRenameNoReplace = 1;  // RENAME_NOREPLACE of <linux/fs.h>, not in every libc

/// A descriptor closed at the end of the scope.
struct Descriptor {
  int fd = -1;
  explicit Descriptor(int value) : fd(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

tl::unexpected<Error> system_error(std::string code, std::string_view verb, const fs::path& path,
                                   std::string hint = {}) {
  const int number = errno;
  return fail(std::move(code), fmt::format("cannot {}: {}", verb, system_message(number)),
              path.string(), std::move(hint));
}

/// Size of an open file, which must be a regular one. `path` is for the error.
Result<std::uint64_t> regular_size(int fd, const fs::path& path, std::uint64_t max_size) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return system_error("base.file.open", "stat the file", path);
  if (!S_ISREG(info.st_mode))
    return fail("base.file.type",
                S_ISDIR(info.st_mode) ? "this is a directory" : "not a regular file", path.string(),
                S_ISDIR(info.st_mode) ? "name the files in it"
                                      : "copy it into a file first, or pipe it into -");
  const auto size = static_cast<std::uint64_t>(info.st_size);
  if (size > max_size)
    return fail("base.file.size", fmt::format("{} bytes, {} are allowed", size, max_size),
                path.string(), "raise it with --limit file-size=N");
  return size;
}

/// Opens a regular file for reading and returns its size.
Result<std::uint64_t> open_regular(const fs::path& path, std::uint64_t max_size, int& fd) {
  fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    return system_error("base.file.open", "open the file", path,
                        errno == ENOENT   ? "is the name right, and the folder?"
                        : errno == EACCES ? "you may not read it: see its permissions"
                                          : "");
  return regular_size(fd, path, max_size);
}

int rename_no_replace(const fs::path& from, const fs::path& to) {
  const auto rc =
      ::syscall(SYS_renameat2, AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), kRenameNoReplace);
  if (rc == 0 || (errno != EINVAL && errno != ENOSYS)) return static_cast<int>(rc);
  // File systems without RENAME_NOREPLACE: link fails when the name exists, just as atomically.
  if (::link(from.c_str(), to.c_str()) != 0) return -1;
  ::unlink(from.c_str());
  return 0;
}

}  // namespace

std::string system_message(int error_number) {
  std::string text = std::strerror(error_number);
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] + 32);
  return text;
}

Result<MappedFile> MappedFile::open(const fs::path& path, const Limits& limits) {
  int fd = -1;
  auto size = open_regular(path, limits.file_size, fd);
  const Descriptor closer(fd);
  if (!size) return tl::unexpected<Error>(size.error());
  auto file = of(fd, limits);
  if (!file) return tl::unexpected<Error>(file.error().at(path.string()));
  return file;
}

Result<MappedFile> MappedFile::of(int descriptor, const Limits& limits) {
  SIGNMARK_ASSIGN(const std::uint64_t size, regular_size(descriptor, {}, limits.file_size));
  MappedFile file;
  if (size == 0) return file;
  void* map = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (map == MAP_FAILED) return system_error("base.file.open", "map the file", {});
  file.map_ = map;
  file.view_ = {static_cast<const Byte*>(map), size};
  return file;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : view_(std::exchange(other.view_, {})), map_(std::exchange(other.map_, nullptr)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(view_, other.view_);
  std::swap(map_, other.map_);
  return *this;
}

MappedFile::~MappedFile() {
  if (map_ != nullptr) ::munmap(map_, view_.size());
}

void MappedFile::release_pages() const {
  if (map_ != nullptr) ::madvise(map_, view_.size(), MADV_DONTNEED);
}

Context releasing(const Context& context, const MappedFile& file) {
  Context frugal = context;
  frugal.progress = [&file, report = context.progress](const Progress& progress) {
    file.release_pages();
    return !report || report(progress);
  };
  return frugal;
}

Result<Bytes> read_file(const fs::path& path, std::uint64_t max_size) {
  int fd = -1;
  auto size = open_regular(path, max_size, fd);
  const Descriptor closer(fd);
  if (!size) return tl::unexpected<Error>(size.error());
  Bytes out(*size);
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t n = ::read(fd, out.data() + done, out.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error("base.file.open", "read the file", path);
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  out.resize(done);
  return out;
}

Status write_all(int descriptor, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0)
      return system_error("base.file.write", "write the output", {},
                          errno == ENOSPC ? "make room on the disk; nothing was left behind" : "");
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

Status rename_file(const fs::path& temporary, const fs::path& destination, bool replace) {
  const int rc = replace ? ::rename(temporary.c_str(), destination.c_str())
                         : rename_no_replace(temporary, destination);
  if (rc == 0) return {};
  if (errno == EEXIST)
    return fail("base.file.exists", "the output exists already", destination.string(),
                "use -f to replace it");
  return system_error("base.file.rename", "publish the output", destination);
}

Status sync_folder(const fs::path& folder) {
  const Descriptor d(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // EINVAL: the file system has nothing to sync for a directory; the rename stands.
  if (d.fd < 0 || (::fsync(d.fd) != 0 && errno != EINVAL))
    return system_error("base.file.sync", "sync the directory", folder);
  return {};
}

Result<AtomicFile> AtomicFile::create(const fs::path& destination, PublishOptions options) {
  AtomicFile file;
  file.destination_ = destination;
  file.options_ = std::move(options);
  const fs::path dir = destination.has_parent_path() ? destination.parent_path() : fs::path(".");
  // The pid makes names of concurrent processes differ; the loop passes leftovers of dead ones.
  for (int attempt = 0; attempt < 1000; ++attempt) {
    file.temporary_ =
        dir / fmt::format(".{}.{}.{}.part", destination.filename().string().substr(0, 200),
                          ::getpid(), attempt);
    file.fd_ = ::open(file.temporary_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                      file.options_.mode);
    if (file.fd_ >= 0) return file;
    if (errno != EEXIST) break;
  }
  auto error = system_error("base.file.create", "create the output", destination,
                            "does the folder exist, and may you write there?");
  file.temporary_.clear();
  return error;
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : destination_(std::move(other.destination_)),
      temporary_(std::exchange(other.temporary_, {})),
      options_(std::move(other.options_)),
      fd_(std::exchange(other.fd_, -1)),
      synced_(other.synced_) {}

AtomicFile::~AtomicFile() {
  if (fd_ >= 0) ::close(fd_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Status AtomicFile::write(ByteView bytes) {
  synced_ = false;
  const Status written = write_all(fd_, bytes);
  if (!written) return tl::unexpected<Error>(written.error().at(destination_.string()));
  return {};
}

Status AtomicFile::write(const Rope& rope) {
  for (const ByteView piece : rope.pieces()) SIGNMARK_TRY(write(piece));
  return {};
}

Status AtomicFile::sync() {
  // A failed fsync is final: the kernel may have dropped the pages (reliability.md section 4).
  if (::fsync(fd_) != 0) return system_error("base.file.sync", "sync the output", destination_);
  synced_ = true;
  return {};
}

Status AtomicFile::commit() {
  if (!synced_) SIGNMARK_TRY(sync());
  if (!options_.keep.empty() && fs::exists(destination_)) {
    std::error_code ignored;
    fs::remove(options_.keep, ignored);
    if (::link(destination_.c_str(), options_.keep.c_str()) != 0)
      return system_error("base.file.rename", "keep the old file", options_.keep);
  }
  SIGNMARK_TRY(rename_file(temporary_, destination_, options_.replace));
  temporary_.clear();
  return sync_folder(destination_.has_parent_path() ? destination_.parent_path() : fs::path("."));
}

Status write_file(const fs::path& path, ByteView bytes, PublishOptions options) {
  SIGNMARK_ASSIGN(AtomicFile file, AtomicFile::create(path, std::move(options)));
  SIGNMARK_TRY(file.write(bytes));
  return file.commit();
}

Result<MappedFile> map_rope(const Context& context, const fs::path& folder, const Rope& rope) {
  PublishOptions only_ours;
  only_ours.mode = 0600;
  SIGNMARK_ASSIGN(AtomicFile file, AtomicFile::create(folder / "signmark", std::move(only_ours)));
  constexpr std::uint64_t kReportEvery = 8U << 20;  // bytes
  std::uint64_t written = 0, report_at = kReportEvery;
  for (const ByteView piece : rope.pieces()) {
    SIGNMARK_TRY(file.write(piece));
    written += piece.size();
    if (written < report_at) continue;
    SIGNMARK_TRY(context.report("write", written, rope.size()));
    report_at = written + kReportEvery;
  }
  return MappedFile::open(file.temporary(), context.limits);
}

}  // namespace signmark
