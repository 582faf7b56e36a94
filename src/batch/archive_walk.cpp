// SPDX-License-Identifier: Apache-2.0
// Walking archives: libarchive reads the format, and everything that it says is held against the
// guards.
#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>

#include "base/text.hpp"
#include "batch/archive_charset.hpp"
#include "batch/archive_guard.hpp"
#include "batch/archive_locale.hpp"
#include "batch/archive_source.hpp"
#include "batch/archive_zip.hpp"
#include "batch/entry_bytes.hpp"

namespace signmark::batch {
namespace {

constexpr std::size_t kTarBlock = 512;

unsigned masked(unsigned mode, bool folder) { return folder || (mode & 0100) != 0 ? 0755 : 0644; }

/// Whether `total` is more than `times` as much as `base`.
bool beyond(std::uint64_t total, std::uint64_t times, std::uint64_t base) {
  return times == 0 || total / times > base;
}

}  // namespace

/// One walk through one archive.
class Walk {
 public:
  using Visit = std::function<Status(const ArchiveEntry&, ByteView)>;
  Walk(const Context& context, ByteView archive, const ArchiveGuards& guards,
       const std::filesystem::path& scratch, ArchiveBudget& budget, const Visit& visit)
      : context_(context),
        archive_(archive),
        guards_(guards),
        scratch_(scratch),
        budget_(budget),
        visit_(visit),
        names_(guards) {
    if (budget_.walks_++ == 0) {
      budget_.archive_ = archive.size();
      budget_.total_ = budget_.entries_ = 0;
    }
  }
  Walk(const Walk&) = delete;
  Walk& operator=(const Walk&) = delete;
  ~Walk() { --budget_.walks_; }

  Status run(ArchiveKind kind) {
    kind_ = kind;
    if (static_cast<std::uint64_t>(budget_.level()) > guards_.nested)
      return exceeded("nested", guards_, &ArchiveGuards::nested,
                      "an archive lies too deep inside other archives");
    SIGNMARK_TRY(open());
    for (;;) {
      archive_entry* entry = nullptr;
      const int status = archive_read_next_header(reader_.get(), &entry);
      if (status == ARCHIVE_EOF) break;
      // Of a ZIP we take names from the directory ourselves, so that they may be none to
      // libarchive.
      if (status != ARCHIVE_OK && (status != ARCHIVE_WARN || kind_ != ArchiveKind::zip))
        return broken({});
      SIGNMARK_TRY(context_.report("archive", packed(), archive_.size()));
      SIGNMARK_TRY(take(entry));
      entries_end_ = plain();
    }
    return finish();
  }

 private:
  Status open() {
    reader_.reset(archive_read_new());
    if (reader_ == nullptr) return refuse("damaged", "no memory for the archive");
    constexpr std::array<int, 6> kFormats = {ARCHIVE_FORMAT_ZIP, ARCHIVE_FORMAT_TAR,
                                             ARCHIVE_FORMAT_TAR, ARCHIVE_FORMAT_TAR,
                                             ARCHIVE_FORMAT_TAR, ARCHIVE_FORMAT_7ZIP};
    archive_read_support_format_by_code(reader_.get(), kFormats[static_cast<std::size_t>(kind_)]);
    if (kind_ == ArchiveKind::zip || kind_ == ArchiveKind::seven_zip) return open_memory();
    SIGNMARK_ASSIGN(source_, open_source(kind_, archive_));
    if (archive_read_open(reader_.get(), this, nullptr, &Walk::feed, nullptr) != ARCHIVE_OK)
      return broken({});
    return {};
  }

  Status open_memory() {
    if (kind_ == ArchiveKind::zip) {
      SIGNMARK_ASSIGN(zip_, check_zip(archive_, guards_));
      charset_ = NameCharset::of(zip_);
      std::uint64_t total = 0;
      for (const ZipRecord& record : zip_)
        if (__builtin_add_overflow(total, record.size, &total))
          return refuse("mismatch", "the sizes are impossible", record.name);
      SIGNMARK_TRY(allow_total(total, {}));
    }
    if (archive_read_open_memory(reader_.get(), archive_.data(), archive_.size()) != ARCHIVE_OK)
      return broken({});
    return {};
  }

  /// libarchive asks for the next bytes of a tar.
  static la_ssize_t feed(::archive* reader, void* self, const void** block) {
    auto& walk = *static_cast<Walk*>(self);
    auto bytes = walk.source_->next();
    Status status;
    if (bytes)
      status = walk.charge(bytes->size(), walk.current_);
    else
      status = tl::unexpected<Error>(bytes.error());
    if (!status) {
      walk.failed_ = status.error();
      archive_set_error(reader, -1, "%s", status.error().message.c_str());
      return ARCHIVE_FATAL;
    }
    walk.note(*bytes);
    *block = bytes->data();
    return static_cast<la_ssize_t>(bytes->size());
  }

  /// Whether `more` bytes may come out; nothing is counted yet.
  Status allow_total(std::uint64_t more, std::string_view entry) {
    const std::uint64_t total = budget_.total_ + more;
    if (total < more || total > guards_.total)
      return exceeded("bomb_total", guards_, &ArchiveGuards::total,
                      fmt::format("it unpacks to {} bytes or more", total), entry);
    if (total > guards_.ratio_from && beyond(total, guards_.ratio, budget_.archive_))
      return exceeded(
          "bomb_total", guards_, &ArchiveGuards::ratio,
          fmt::format("it unpacks to {} bytes or more from {}", total, budget_.archive_), entry);
    return {};
  }

  Status charge(std::uint64_t bytes, std::string_view entry) {
    SIGNMARK_TRY(allow_total(bytes, entry));
    budget_.total_ += bytes;
    return {};
  }

  /// `packed`: what one entry takes in the archive.
  Status allow_entry(std::uint64_t size, std::uint64_t packed) {
    if (size > guards_.entry)
      return exceeded("bomb_entry", guards_, &ArchiveGuards::entry,
                      fmt::format("it has {} bytes or more", size), current_);
    if (size > guards_.entry_ratio_from && beyond(size, guards_.entry_ratio, packed))
      return exceeded("bomb_entry", guards_, &ArchiveGuards::entry_ratio,
                      fmt::format("it unpacks to {} bytes or more from {}", size, packed),
                      current_);
    return {};
  }

  [[nodiscard]] std::uint64_t packed() const {
    if (source_ != nullptr) return source_->packed();
    return static_cast<std::uint64_t>(
        std::max<la_int64_t>(0, archive_filter_bytes(reader_.get(), -1)));
  }

  /// Why libarchive stopped, unless it was us.
  tl::unexpected<Error> broken(std::string_view entry) {
    if (failed_) return tl::unexpected<Error>(*failed_);
    if (kind_ == ArchiveKind::seven_zip && archive_read_has_encrypted_entries(reader_.get()) > 0)
      return refuse("encrypted", "the archive is encrypted", entry,
                    "unpack the archive with its password and pack it without");
    const char* why = archive_error_string(reader_.get());
    return refuse("damaged",
                  fmt::format("it cannot be read: {}", printable(why == nullptr ? "" : why)),
                  entry);
  }

  /// Which record of the directory the entry is; libarchive gives them in the same order.
  Result<const ZipRecord*> next_record() {
    if (kind_ != ArchiveKind::zip) return nullptr;
    if (at_ == zip_.size())
      return refuse("mismatch", "there are more entries than in the directory");
    return &zip_[at_++];
  }

  Status check_type(archive_entry* entry, const ZipRecord* record) {
    std::string_view type;
    const auto kind = archive_entry_filetype(entry);
    const unsigned told = record == nullptr ? 0 : record->mode & S_IFMT;
    if (archive_entry_hardlink(entry) != nullptr)
      type = "a hard link";
    else if (kind == AE_IFLNK || told == S_IFLNK)
      type = "a symbolic link";
    else if ((kind != AE_IFREG && kind != AE_IFDIR) ||
             (told != 0 && told != S_IFREG && told != S_IFDIR))
      type = "neither a file nor a folder";
    else if (archive_entry_sparse_count(entry) > 0)
      type = "a sparse file";
    if (!type.empty())
      return refuse("type", fmt::format("it is {}", type), current_,
                    "pack the files themselves: only files and folders are taken");
    if (archive_entry_is_encrypted(entry) != 0)
      return refuse("encrypted", "it is encrypted", current_,
                    "unpack the archive with its password and pack it without");
    return {};
  }

  Status count_entry() {
    if (++budget_.entries_ <= guards_.entries) return {};
    return exceeded("too_many", guards_, &ArchiveGuards::entries, "there are too many entries",
                    current_);
  }

  Status take(archive_entry* entry) {
    SIGNMARK_ASSIGN(const ZipRecord* record, next_record());
    const char* path = archive_entry_pathname(entry);
    const std::string raw =
        record != nullptr ? charset_.decode(*record) : std::string(path == nullptr ? "" : path);
    current_ = raw;
    SIGNMARK_TRY(count_entry());
    ArchiveEntry given;
    given.folder = archive_entry_filetype(entry) == AE_IFDIR || raw.ends_with('/');
    SIGNMARK_ASSIGN(given.name, names_.check(raw, given.folder));
    SIGNMARK_TRY(check_type(entry, record));
    given.modified = record != nullptr ? record->modified : archive_entry_mtime(entry);
    given.mode = masked(record != nullptr ? record->mode : archive_entry_mode(entry), given.folder);
    given.level = budget_.level();
    if (given.folder) return take_folder(entry, record, given);
    EntryBytes bytes(scratch_);
    SIGNMARK_TRY(read(entry, record, bytes));
    given.size = bytes.size();
    SIGNMARK_ASSIGN(const ByteView view, bytes.view(context_));
    return visit_(given, view);
  }

  Status take_folder(archive_entry* entry, const ZipRecord* record, const ArchiveEntry& given) {
    if (archive_entry_size(entry) > 0 || (record != nullptr && record->size > 0))
      return refuse("mismatch", "it is a folder with content", current_);
    return given.name.empty() ? Status() : visit_(given, {});
  }

  /// All bytes of an entry, held against what was said of it.
  Status read(archive_entry* entry, const ZipRecord* record, EntryBytes& bytes) {
    const la_int64_t told = archive_entry_size_is_set(entry) != 0 ? archive_entry_size(entry) : -1;
    const std::uint64_t size = record != nullptr ? record->size : static_cast<std::uint64_t>(told);
    const std::uint64_t begin = packed();
    const auto so_far = [&] {
      if (record != nullptr) return record->packed;
      return kind_ == ArchiveKind::seven_zip ? archive_.size() : packed() - begin;
    };
    if (record == nullptr && told < 0) return refuse("damaged", "it has no size", current_);
    SIGNMARK_TRY(allow_entry(size, source_ == nullptr ? so_far() : size));
    std::uint32_t crc = 0;
    for (;;) {
      SIGNMARK_ASSIGN(const ByteView block, next_block(bytes.size()));
      if (block.empty()) break;
      if (source_ == nullptr) SIGNMARK_TRY(charge(block.size(), current_));
      if (bytes.size() + block.size() > size)
        return refuse("mismatch", fmt::format("it has more than the {} bytes it claims", size),
                      current_);
      SIGNMARK_TRY(bytes.append(block));
      SIGNMARK_TRY(allow_entry(bytes.size(), so_far()));
      if (record != nullptr)
        crc = static_cast<std::uint32_t>(crc32_z(crc, block.data(), block.size()));
    }
    if (bytes.size() != size)
      return refuse("mismatch", fmt::format("it has {} bytes and claims {}", bytes.size(), size),
                    current_);
    if (record != nullptr && crc != record->crc)
      return refuse("damaged", "its check sum is wrong", current_);
    return {};
  }

  /// Empty at the end of the entry.
  Result<ByteView> next_block(std::uint64_t at) {
    const void* block = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    do {
      const int status = archive_read_data_block(reader_.get(), &block, &size, &offset);
      if (status == ARCHIVE_EOF) return ByteView();
      if (status != ARCHIVE_OK) return broken(current_);
    } while (size == 0);
    if (static_cast<std::uint64_t>(offset) != at)
      return refuse("type", "it is a sparse file", current_,
                    "pack the files themselves: only files and folders are taken");
    return ByteView(static_cast<const Byte*>(block), size);
  }

  /// Nothing may be missing at the end, and nothing may follow it.
  Status finish() {
    if (at_ != zip_.size()) return refuse("mismatch", "entries of the directory were not found");
    if (source_ == nullptr) return {};
    return drain();
  }

  /// A tar ends with a block of zeros (POSIX.1-2001, pax: two; many writers leave it at one) and
  /// more zeros up to the end of its file: else it was cut off, or holds what others may read.
  Status drain() {
    const std::uint64_t position = plain();
    if (position < entries_end_ + kTarBlock)
      return refuse("damaged", "the archive has no end: it is cut off");
    for (;;) {
      SIGNMARK_ASSIGN(const ByteView block, source_->next());
      if (block.empty()) break;
      SIGNMARK_TRY(charge(block.size(), {}));
      note(block);
    }
    if (content_end_ > entries_end_)
      return refuse("mismatch", "something follows the end of the archive", {},
                    "pack the archive anew: other readers may see more in it");
    return {};
  }

  /// Remembers where the last byte that is not zero stood in the plain tar.
  void note(ByteView block) {
    const auto last = std::find_if(block.rbegin(), block.rend(), [](Byte b) { return b != 0; });
    if (last != block.rend()) content_end_ = fed_ + static_cast<std::uint64_t>(block.rend() - last);
    fed_ += block.size();
  }

  /// Bytes of the plain tar that libarchive is done with.
  [[nodiscard]] std::uint64_t plain() const {
    return static_cast<std::uint64_t>(archive_filter_bytes(reader_.get(), 0));
  }

  const Context& context_;
  ByteView archive_;
  const ArchiveGuards& guards_;
  const std::filesystem::path& scratch_;
  ArchiveBudget& budget_;
  const Visit& visit_;
  NameGuard names_;
  ArchiveKind kind_ = ArchiveKind::zip;
  std::unique_ptr<ByteSource> source_;  ///< of a tar
  std::uint64_t fed_ = 0, content_end_ = 0, entries_end_ = 0;
  std::vector<ZipRecord> zip_;
  NameCharset charset_;          ///< of its names
  std::size_t at_ = 0;           ///< next record
  std::string current_;          ///< raw name of the entry that is being read
  std::optional<Error> failed_;  ///< of `feed`, which cannot return it
  struct Free {
    void operator()(::archive* reader) const { archive_read_free(reader); }
  };
  std::unique_ptr<::archive, Free> reader_;
};

Status walk_archive(const Context& context, ByteView archive, const ArchiveGuards& guards,
                    const std::filesystem::path& scratch, ArchiveBudget& budget,
                    const std::function<Status(const ArchiveEntry&, ByteView)>& visit) {
  const auto kind = probe_archive(archive);
  if (!kind)
    return refuse("unsupported", "this is no archive that we know", {},
                  "zip, tar, tar.gz, tar.xz, tar.zst and 7z are known");
  const InUtf8 names_as_utf8;
  return Walk(context, archive, guards, scratch, budget, visit).run(*kind);
}

}  // namespace signmark::batch
