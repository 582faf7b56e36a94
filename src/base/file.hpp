// SPDX-License-Identifier: Apache-2.0
// Files: mapped input and output that appears complete under its name or not at all.
#pragma once

#include <filesystem>
#include <memory>

#include "base/result.hpp"

namespace signmark {

/// A read-only file in memory. On most file systems mapped, so that large media costs no heap.
/// The bytes are those at opening time only if nobody writes the file meanwhile.
class MappedFile {
 public:
  /// Errors: `base.file.open` (with the cause from the system), `base.file.type` for anything but a
  /// regular file, `base.file.size` above limits.file_size.
  static Result<MappedFile> open(const std::filesystem::path& path, const Limits& limits);
  /// The same of an open descriptor, which stays the caller's. `where` of errors is empty.
  static Result<MappedFile> of(int descriptor, const Limits& limits);

  MappedFile() = default;
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  [[nodiscard]] ByteView bytes() const { return view_; }
  /// Tells the kernel that the pages are no longer needed; the view stays valid.
  void release_pages() const;

 private:
  ByteView view_;
  void* map_ = nullptr;
};

/// A context whose reports also release the pages of `file`, which must outlive it: what reads the
/// file from front to back then holds no more of it than lies between two reports.
Context releasing(const Context& context, const MappedFile& file);

/// Whole file into memory with a cap in bytes. Errors: as MappedFile::open.
Result<Bytes> read_file(const std::filesystem::path& path, std::uint64_t max_size);

/// Writes all of the bytes to a descriptor. Errors: `base.file.write`, without a place.
Status write_all(int descriptor, ByteView bytes);

/// Gives a temporary file its name, over a file that is there only with `replace`. Syncs nothing.
/// Errors: `base.file.exists`, `base.file.rename`.
Status rename_file(const std::filesystem::path& temporary, const std::filesystem::path& destination,
                   bool replace);

/// Makes the names in a folder durable. Errors: `base.file.sync`.
Status sync_folder(const std::filesystem::path& folder);

/// How a file is published.
struct PublishOptions {
  bool replace = false;  ///< rename over an existing file; else `base.file.exists`
  unsigned mode = 0666;  ///< permission bits before the umask; 0600 for secrets
  std::filesystem::path
      keep;  ///< when not empty: hard link of the old file made before replacing it
};

/// A file being written under a temporary name beside its destination. Nothing is visible under the
/// final name before commit(); the destructor removes what was not committed.
/// Order: O_EXCL create, write, fsync, rename, fsync of the directory (reliability.md sections 1,
/// 4).
class AtomicFile {
 public:
  /// Errors: `base.file.create`.
  static Result<AtomicFile> create(const std::filesystem::path& destination,
                                   PublishOptions options);

  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&&) = delete;
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  /// Errors: `base.file.write`.
  Status write(ByteView bytes);
  Status write(const Rope& rope);
  /// Flushes to disk. Called by commit() when needed. Errors: `base.file.sync`.
  Status sync();
  /// The temporary file's name, for reading back before commit().
  [[nodiscard]] const std::filesystem::path& temporary() const { return temporary_; }
  /// Makes the file appear under its name. Errors: `base.file.exists`, `base.file.sync`,
  /// `base.file.rename`.
  Status commit();

 private:
  AtomicFile() = default;
  std::filesystem::path destination_, temporary_;
  PublishOptions options_;
  int fd_ = -1;
  bool synced_ = false;
};

/// The bytes of a rope as a file of their own that has no name any more: large ones then need no
/// heap. It lies in `folder` while it is written. Errors: those of AtomicFile and MappedFile.
Result<MappedFile> map_rope(const Context& context, const std::filesystem::path& folder,
                            const Rope& rope);

/// Writes a small file atomically.
Status write_file(const std::filesystem::path& path, ByteView bytes, PublishOptions options = {});

/// The system's error text for errno, lower case.
std::string system_message(int error_number);

}  // namespace signmark
