// SPDX-License-Identifier: Apache-2.0
// Archives as streams: read with libarchive behind our own guards, rebuilt entry by entry from
// validated names (batch.md section 4). Nothing is ever extracted by name. Runs inside a worker.
#pragma once

#include "base/file.hpp"
#include "signmark/batch.hpp"

namespace signmark::batch {

enum class ArchiveKind { zip, tar, tar_gz, tar_xz, tar_zst, seven_zip };
std::string_view archive_kind_name(ArchiveKind kind);

/// By its bytes; nothing when it is none. Documents that are ZIP inside (OOXML, ODF, EPUB) are
/// none, and so are compressed files that hold no tar.
std::optional<ArchiveKind> probe_archive(ByteView bytes);

/// One entry, its name checked: relative, `/` between folders, NFC, no second one after case
/// folding.
struct ArchiveEntry {
  std::string name;
  bool folder = false;
  std::uint64_t size = 0;  ///< as unpacked and counted
  UnixTime modified = 0;   ///< 0: unknown
  unsigned mode = 0644;    ///< masked to 0644 or 0755
  int level = 0;           ///< 1 inside an archive that is inside the archive
};

/// Unpacked bytes and entries of an archive and those inside it share one budget: one object for
/// the outermost walk, handed on to the walks inside its `visit`.
class ArchiveBudget {
 public:
  /// How many walks are under way; entries of the outermost have level 0.
  [[nodiscard]] int level() const { return walks_ - 1; }

 private:
  friend class Walk;
  std::uint64_t archive_ = 0;  ///< bytes of the outermost archive
  std::uint64_t total_ = 0, entries_ = 0;
  int walks_ = 0;
};

/// Loads what archives need from the file system, once; a worker calls it before it is sealed.
void prepare_archives();

/// Calls `visit` with each entry and its bytes, which live for the call only: small ones in memory,
/// large ones in a nameless file in `scratch`. An error of `visit` stops the walk. Entries that are
/// archives themselves are given to `visit` as bytes; it may walk them with the same budget.
/// Errors: `archive.bomb_total`, `archive.bomb_entry`, `archive.too_many`, `archive.name`,
/// `archive.nested`, `archive.overlap`, `archive.mismatch`, `archive.path`, `archive.type`,
/// `archive.damaged`, `archive.encrypted`, `archive.unsupported`.
Status walk_archive(const Context& context, ByteView archive, const ArchiveGuards& guards,
                    const std::filesystem::path& scratch, ArchiveBudget& budget,
                    const std::function<Status(const ArchiveEntry&, ByteView)>& visit);

/// A new archive, written to a descriptor as it grows. The same entries give the same bytes.
class ArchiveWriter {
 public:
  /// `descriptor`: an empty regular file, the caller's. Errors: `archive.write`,
  /// `archive.readonly` (7z).
  static Result<std::unique_ptr<ArchiveWriter>> create(ArchiveKind kind, int descriptor);
  virtual ~ArchiveWriter() = default;
  /// `entry.size` is not looked at: `bytes` are the whole file. Errors: `archive.write`.
  virtual Status add(const ArchiveEntry& entry, ByteView bytes) = 0;
  /// Writes the end; without it the archive is not whole. Errors: `archive.write`.
  virtual Status close() = 0;
};

}  // namespace signmark::batch
