// SPDX-License-Identifier: Apache-2.0
// Writing tar archives with libarchive, plain and compressed.
#include "batch/archive_write.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "batch/archive_guard.hpp"
#include "batch/archive_locale.hpp"

namespace signmark::batch {
namespace {

/// ustar, with pax headers (POSIX.1-2001) where ustar cannot say it. No owners, no second times:
/// the same entries give the same bytes.
class TarWriter final : public ArchiveWriter {
 public:
  explicit TarWriter(int descriptor) : descriptor_(descriptor) {}
  TarWriter(const TarWriter&) = delete;
  TarWriter& operator=(const TarWriter&) = delete;
  /// libarchive writes what it still holds before it lets go, and leaks it when told to fail; of an
  /// archive that was not closed nobody wants that any more.
  ~TarWriter() override { abandoned_ = true; }

  Status start(ArchiveKind kind) {
    ::archive* writer = writer_.get();
    if (writer == nullptr) return write_failed("no memory");
    const InUtf8 names_as_utf8;
    int status = archive_write_set_format_pax_restricted(writer);
    if (kind == ArchiveKind::tar_gz) status += archive_write_add_filter_gzip(writer);
    if (kind == ArchiveKind::tar_xz) status += archive_write_add_filter_xz(writer);
    if (kind == ArchiveKind::tar_zst) status += archive_write_add_filter_zstd(writer);
    if (kind == ArchiveKind::tar_gz)
      status += archive_write_set_filter_option(writer, "gzip", "timestamp", nullptr);
    // One block in the end: files need no whole records of tape.
    status += archive_write_set_bytes_in_last_block(writer, 1);
    if (status == ARCHIVE_OK)
      status = archive_write_open(writer, this, nullptr, &TarWriter::put, nullptr);
    return status == ARCHIVE_OK ? Status() : failed({});
  }

  Status add(const ArchiveEntry& entry, ByteView bytes) override {
    const InUtf8 names_as_utf8;
    const std::unique_ptr<archive_entry, FreeEntry> header(archive_entry_new());
    if (header == nullptr) return write_failed("no memory", entry.name);
    const std::string name = entry.folder ? entry.name + "/" : entry.name;
    archive_entry_set_pathname(header.get(), name.c_str());
    archive_entry_set_filetype(header.get(), entry.folder ? AE_IFDIR : AE_IFREG);
    archive_entry_set_perm(header.get(), entry.mode & 0777);
    archive_entry_set_mtime(header.get(), entry.modified, 0);
    archive_entry_set_size(header.get(), static_cast<la_int64_t>(bytes.size()));
    if (archive_write_header(writer_.get(), header.get()) != ARCHIVE_OK) return failed(entry.name);
    if (bytes.empty()) return {};
    const la_ssize_t written = archive_write_data(writer_.get(), bytes.data(), bytes.size());
    if (written < 0 || static_cast<std::size_t>(written) != bytes.size()) return failed(entry.name);
    return {};
  }

  Status close() override {
    return archive_write_close(writer_.get()) == ARCHIVE_OK ? Status() : failed({});
  }

 private:
  static la_ssize_t put(::archive* writer, void* self, const void* data, std::size_t size) {
    const auto& tar = *static_cast<TarWriter*>(self);
    if (tar.abandoned_) return static_cast<la_ssize_t>(size);
    const Status status = write_all(tar.descriptor_, {static_cast<const Byte*>(data), size});
    if (status) return static_cast<la_ssize_t>(size);
    archive_set_error(writer, -1, "%s", status.error().message.c_str());
    return -1;
  }

  [[nodiscard]] tl::unexpected<Error> failed(std::string_view entry) const {
    const char* why = archive_error_string(writer_.get());
    return write_failed(why == nullptr ? "" : why, entry);
  }

  struct Free {
    void operator()(::archive* writer) const { archive_write_free(writer); }
  };
  struct FreeEntry {
    void operator()(archive_entry* entry) const { archive_entry_free(entry); }
  };
  int descriptor_;
  bool abandoned_ = false;
  std::unique_ptr<::archive, Free> writer_{archive_write_new()};
};

}  // namespace

tl::unexpected<Error> write_failed(std::string_view why, std::string_view entry) {
  return refuse("write", fmt::format("the archive cannot be written: {}", printable(why)), entry);
}

Result<std::unique_ptr<ArchiveWriter>> ArchiveWriter::create(ArchiveKind kind, int descriptor) {
  if (kind == ArchiveKind::seven_zip)
    return refuse("readonly", "7z archives can be read, not written", {},
                  "pack it anew as zip or tar.zst");
  if (kind == ArchiveKind::zip) return make_zip_writer(descriptor);
  auto writer = std::make_unique<TarWriter>(descriptor);
  SIGNMARK_TRY(writer->start(kind));
  return writer;
}

}  // namespace signmark::batch
