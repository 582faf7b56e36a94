// SPDX-License-Identifier: Apache-2.0
// Reading the directory of a ZIP archive and comparing it with the local headers.
#include "batch/archive_zip.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "batch/archive_guard.hpp"

namespace signmark::batch {
namespace {

constexpr std::string_view kLocal("PK\x03\x04", 4), kCentral("PK\x01\x02", 4),
    kDescriptor("PK\x07\x08", 4), kEnd("PK\x05\x06", 4), kEnd64("PK\x06\x06", 4),
    kLocator64("PK\x06\x07", 4);
constexpr std::size_t kCentralSize = 46, kEndSize = 22, kLocatorSize = 20, kEnd64Size = 56;
constexpr std::uint16_t kEncrypted = 1, kHasDescriptor = 8, kStrong = 0x40, kUtf8 = 0x800,
                        kMasked = 0x2000;
constexpr std::uint32_t kIn64 = 0xFFFFFFFF;
constexpr std::uint16_t kZip64Field = 0x0001, kTimeField = 0x5455, kUnicodePathField = 0x7075;
/// Stored, deflate, bzip2, LZMA, Zstandard, XZ, PPMd: what libarchive unpacks.
constexpr std::array<std::uint16_t, 7> kMethods = {0, 8, 12, 14, 93, 95, 98};

tl::unexpected<Error> damaged(std::string message, std::string_view entry = {}) {
  return refuse("damaged", std::move(message), entry);
}

tl::unexpected<Error> mismatch(std::string message, std::string_view entry = {}) {
  return refuse("mismatch", std::move(message), entry,
                "pack the archive anew: two readers may see two different archives in it");
}

/// Where the directory is, as one of the end records says.
struct Directory {
  std::uint64_t count = 0, size = 0, offset = 0;
  std::uint64_t end = 0;  ///< where it must end
};

/// Offset of the end record. Its comment reaches the end of the file, and no second one may be
/// found there by a reader that looks from the other side.
Result<std::size_t> find_end(ByteView archive) {
  constexpr std::size_t kLongestComment = 0xFFFF;
  const std::size_t from = archive.size() - std::min(archive.size(), kEndSize + kLongestComment);
  const std::string_view tail = as_text(archive.subspan(from));
  std::optional<std::size_t> found;
  for (std::size_t at = tail.find(kEnd); at != std::string_view::npos;
       at = tail.find(kEnd, at + 1)) {
    if (found) return mismatch("the comment holds another end of a directory");
    if (at + kEndSize > tail.size()) break;
    const auto low = static_cast<Byte>(tail[at + 20]), high = static_cast<Byte>(tail[at + 21]);
    if (at + kEndSize + (low | high << 8U) == tail.size()) found = at;
  }
  if (!found)
    return damaged("the archive has no end: it is cut off, or something was appended to it");
  return from + *found;
}

/// The ZIP64 record before `end`, APPNOTE 4.3.14 and 4.3.15; nothing when there is none.
Result<std::optional<Directory>> read_end64(ByteView archive, std::uint64_t end) {
  if (end < kLocatorSize) return std::nullopt;
  ByteReader reader(archive, "archive");
  SIGNMARK_TRY(reader.seek(end - kLocatorSize));
  if (!reader.next_is(kLocator64)) return std::nullopt;
  SIGNMARK_TRY(reader.skip(8));
  SIGNMARK_ASSIGN(const std::uint64_t at, reader.u64le());
  if (at > archive.size() - kEnd64Size || !reader.seek(at) || !reader.next_is(kEnd64))
    return damaged("the ZIP64 end record is not where it should be");
  SIGNMARK_TRY(reader.skip(4));
  SIGNMARK_ASSIGN(const std::uint64_t size, reader.u64le());
  SIGNMARK_TRY(reader.skip(12));  // versions and disks
  Directory directory;
  SIGNMARK_ASSIGN(const std::uint64_t here, reader.u64le());
  SIGNMARK_ASSIGN(directory.count, reader.u64le());
  SIGNMARK_ASSIGN(directory.size, reader.u64le());
  SIGNMARK_ASSIGN(directory.offset, reader.u64le());
  directory.end = at;
  if (here != directory.count || size != end - kLocatorSize - at - 12)
    return damaged("the ZIP64 end record contradicts itself");
  return directory;
}

/// A number of the old end record must be that of the new one, or say that it does not fit.
bool agrees(std::uint64_t small, std::uint64_t large, std::uint64_t does_not_fit) {
  return small == does_not_fit || small == large;
}

Result<Directory> read_end(ByteView archive) {
  SIGNMARK_ASSIGN(const std::size_t end, find_end(archive));
  ByteReader reader(archive, "archive");
  SIGNMARK_TRY(reader.seek(end + 4));
  SIGNMARK_ASSIGN(const std::uint32_t disks, reader.u32le());
  SIGNMARK_ASSIGN(const std::uint16_t here, reader.u16le());
  Directory directory;
  SIGNMARK_ASSIGN(directory.count, reader.u16le());
  SIGNMARK_ASSIGN(directory.size, reader.u32le());
  SIGNMARK_ASSIGN(directory.offset, reader.u32le());
  directory.end = end;
  if (disks != 0 && disks != kIn64) return refuse("unsupported", "it is spread over several disks");
  if (here != directory.count) return damaged("the end record contradicts itself");
  SIGNMARK_ASSIGN(const auto large, read_end64(archive, end));
  if (large) {
    if (!agrees(directory.count, large->count, 0xFFFF) ||
        !agrees(directory.size, large->size, kIn64) ||
        !agrees(directory.offset, large->offset, kIn64))
      return mismatch("the two end records contradict each other");
    directory = *large;
  }
  if (directory.offset > directory.end || directory.end - directory.offset != directory.size)
    return mismatch("the directory is not where it should be");
  return directory;
}

/// Calls `visit` with each extra field (APPNOTE 4.5); a rest that is no field is padding.
Status each_field(ByteView extra,
                  const std::function<Status(std::uint16_t id, ByteReader field)>& visit) {
  ByteReader reader(extra, "archive");
  while (reader.remaining() >= 4) {
    SIGNMARK_ASSIGN(const std::uint16_t id, reader.u16le());
    SIGNMARK_ASSIGN(const std::uint16_t size, reader.u16le());
    if (size > reader.remaining()) return {};
    SIGNMARK_ASSIGN(const ByteView field, reader.take(size));
    SIGNMARK_TRY(visit(id, ByteReader(field, "archive")));
  }
  return {};
}

/// Fills in the numbers that stand in the ZIP64 field, in this order and only where the header
/// says so (APPNOTE 4.5.3).
Status widen(ByteView extra, std::string_view name, std::initializer_list<std::uint64_t*> numbers) {
  const auto missing = [&] {
    return std::count_if(numbers.begin(), numbers.end(),
                         [](const std::uint64_t* number) { return *number == kIn64; });
  };
  if (missing() == 0) return {};
  bool seen = false;
  SIGNMARK_TRY(each_field(extra, [&](std::uint16_t id, ByteReader field) -> Status {
    if (id != kZip64Field) return {};
    if (seen) return mismatch("it has two ZIP64 fields", name);
    seen = true;
    for (std::uint64_t* number : numbers) {
      if (*number != kIn64) continue;
      SIGNMARK_ASSIGN(*number, field.u64le());
    }
    return {};
  }));
  if (!seen) return damaged("its ZIP64 field is missing", name);
  return {};
}

/// MS-DOS date and time have no zone; read as UTC they are the same on every machine.
UnixTime dos_time(std::uint32_t value) {
  const auto bits = [&](unsigned from, unsigned count) {
    return static_cast<int>(value >> from & ((1U << count) - 1));
  };
  if (bits(21, 4) < 1 || bits(21, 4) > 12 || bits(16, 5) < 1) return 0;
  return unix_from_civil(
      {bits(25, 7) + 1980, bits(21, 4), bits(16, 5), bits(11, 5), bits(5, 6), bits(0, 5) * 2});
}

/// Time and name of the extra fields. Another name than the header's would be another archive for
/// readers that believe it; it is only taken where the header's is not UTF-8.
Status read_fields(ByteView extra, ZipRecord& record) {
  return each_field(extra, [&](std::uint16_t id, ByteReader field) -> Status {
    if (id == kTimeField && field.remaining() >= 5 && field.u8().value_or(0) % 2 == 1)
      record.modified = static_cast<std::int32_t>(field.u32le().value_or(0));
    if (id != kUnicodePathField || !field.skip(5)) return {};
    const std::string_view name = as_text(field.rest());
    if (!is_utf8(record.raw_name))
      record.name = name;
    else if (name != record.raw_name)
      return mismatch("it has two names", record.raw_name);
    return {};
  });
}

Result<ZipRecord> read_central(ByteReader& reader, ByteView archive) {
  if (!reader.next_is(kCentral)) return damaged("an entry of the directory is missing");
  ZipRecord record;
  SIGNMARK_TRY(reader.skip(5));
  SIGNMARK_ASSIGN(const std::uint8_t system, reader.u8());
  SIGNMARK_TRY(reader.skip(2));
  SIGNMARK_ASSIGN(record.flags, reader.u16le());
  SIGNMARK_ASSIGN(record.method, reader.u16le());
  SIGNMARK_ASSIGN(const std::uint32_t time, reader.u32le());
  SIGNMARK_ASSIGN(record.crc, reader.u32le());
  SIGNMARK_ASSIGN(record.packed, reader.u32le());
  SIGNMARK_ASSIGN(record.size, reader.u32le());
  SIGNMARK_ASSIGN(const std::uint16_t name, reader.u16le());
  SIGNMARK_ASSIGN(const std::uint16_t extra, reader.u16le());
  SIGNMARK_ASSIGN(const std::uint16_t comment, reader.u16le());
  SIGNMARK_TRY(reader.skip(4));  // disk, internal attributes
  SIGNMARK_ASSIGN(const std::uint32_t attributes, reader.u32le());
  SIGNMARK_ASSIGN(record.offset, reader.u32le());
  SIGNMARK_ASSIGN(const ByteView name_bytes, reader.take(name));
  SIGNMARK_ASSIGN(const ByteView extra_bytes, reader.take(extra));
  SIGNMARK_TRY(reader.skip(comment));
  record.raw_name = record.name = as_text(name_bytes);
  record.modified = dos_time(time);
  // APPNOTE 4.4.2: 3 is Unix, 19 is macOS; only they keep a mode in the upper half.
  if (system == 3 || system == 19) record.mode = attributes >> 16;
  SIGNMARK_TRY(widen(extra_bytes, record.name, {&record.size, &record.packed, &record.offset}));
  SIGNMARK_TRY(read_fields(extra_bytes, record));
  if (record.offset >= archive.size())
    return damaged("it lies outside of the archive", record.name);
  return record;
}

Status check_readable(const ZipRecord& record) {
  if ((record.flags & (kEncrypted | kStrong | kMasked)) != 0)
    return refuse("encrypted", "it is encrypted", record.name,
                  "unpack the archive with its password and pack it without");
  if (std::find(kMethods.begin(), kMethods.end(), record.method) == kMethods.end())
    return refuse("unsupported", fmt::format("it is packed by method {}", record.method),
                  record.name, "pack the archive anew with deflate");
  if (record.method == 0 && record.packed != record.size)
    return mismatch("it is stored, but its two sizes differ", record.name);
  return {};
}

/// Whether a data descriptor (APPNOTE 4.3.9) stands at `at`, and how long it is: with or without a
/// signature, with sizes of four or eight bytes.
std::optional<std::uint64_t> descriptor_at(ByteView archive, std::uint64_t at,
                                           const ZipRecord& record) {
  for (const bool wide : {false, true}) {
    for (const std::string_view signature : {kDescriptor, std::string_view()}) {
      ByteWriter expected;
      expected.text(signature).u32le(record.crc);
      if (wide)
        expected.u64le(record.packed).u64le(record.size);
      else
        expected.u32le(static_cast<std::uint32_t>(record.packed))
            .u32le(static_cast<std::uint32_t>(record.size));
      if (starts_with(archive.subspan(at), as_text(expected.view()))) return expected.size();
    }
  }
  return std::nullopt;
}

/// What a local header says of itself.
struct Local {
  std::uint64_t packed = 0, size = 0, data = 0;
  std::uint32_t crc = 0;
  std::uint16_t flags = 0;
};

/// Reads a local header and compares what it must have in common with the directory.
Result<Local> read_local(ByteView archive, const ZipRecord& record) {
  ByteReader reader(archive, "archive");
  SIGNMARK_TRY(reader.seek(record.offset));
  if (!reader.next_is(kLocal)) return damaged("it is not where it should be", record.name);
  Local local;
  SIGNMARK_TRY(reader.skip(6));
  SIGNMARK_ASSIGN(local.flags, reader.u16le());
  SIGNMARK_ASSIGN(const std::uint16_t method, reader.u16le());
  SIGNMARK_TRY(reader.skip(4));
  SIGNMARK_ASSIGN(local.crc, reader.u32le());
  SIGNMARK_ASSIGN(local.packed, reader.u32le());
  SIGNMARK_ASSIGN(local.size, reader.u32le());
  SIGNMARK_ASSIGN(const std::uint16_t name, reader.u16le());
  SIGNMARK_ASSIGN(const std::uint16_t extra, reader.u16le());
  SIGNMARK_ASSIGN(const ByteView name_bytes, reader.take(name));
  SIGNMARK_ASSIGN(const ByteView extra_bytes, reader.take(extra));
  local.data = reader.position();
  SIGNMARK_TRY(widen(extra_bytes, record.name, {&local.size, &local.packed}));
  if (as_text(name_bytes) != record.raw_name)
    return mismatch("its header has another name than the directory", record.name);
  if (method != record.method)
    return mismatch("its header has another method than the directory", record.name);
  if (((local.flags ^ record.flags) & (kEncrypted | kStrong | kUtf8)) != 0)
    return mismatch("its header has other flags than the directory", record.name);
  return local;
}

/// End of the record at `record.offset`, when its header agrees with the directory.
Result<std::uint64_t> end_of(ByteView archive, const ZipRecord& record) {
  SIGNMARK_ASSIGN(const Local local, read_local(archive, record));
  const bool later = (local.flags & kHasDescriptor) != 0;
  const auto fits = [&](std::uint64_t here, std::uint64_t there) {
    return here == there || (later && here == 0);
  };
  if (!fits(local.size, record.size) || !fits(local.packed, record.packed) ||
      !fits(local.crc, record.crc))
    return mismatch("its header has another size or check sum than the directory", record.name);
  if (record.packed > archive.size() - local.data)
    return refuse("overlap", "its data runs out of the archive", record.name);
  const std::uint64_t end = local.data + record.packed;
  if (!later) return end;
  const auto descriptor = descriptor_at(archive, end, record);
  if (!descriptor)
    return mismatch("what stands behind its data says something else than the directory",
                    record.name);
  return end + *descriptor;
}

/// The records must follow one another without overlap, so that no byte is unpacked twice, and
/// without gaps, so that none is seen by other readers only.
Status check_records(ByteView archive, const std::vector<ZipRecord>& records,
                     std::uint64_t directory) {
  const auto shared = [](const ZipRecord& record) {
    return refuse("overlap", "it shares bytes with another entry", record.name,
                  "this is how archive bombs are built: do not unpack it");
  };
  const auto same = [](const ZipRecord& a, const ZipRecord& b) { return a.offset == b.offset; };
  if (const auto twin = std::adjacent_find(records.begin(), records.end(), same);
      twin != records.end())
    return shared(*twin);
  std::uint64_t next = 0;
  for (const ZipRecord& record : records) {
    if (record.offset < next) return shared(record);
    if (record.offset > next) return mismatch("bytes before it belong to no entry", record.name);
    SIGNMARK_ASSIGN(next, end_of(archive, record));
  }
  if (next > directory)
    return refuse("overlap", "the last entry shares bytes with the directory", records.back().name);
  if (next < directory) return mismatch("bytes before the directory belong to no entry");
  return {};
}

Result<std::vector<ZipRecord>> read_records(ByteView archive, const ArchiveGuards& guards) {
  SIGNMARK_ASSIGN(const Directory directory, read_end(archive));
  if (directory.count > guards.entries)
    return exceeded("too_many", guards, &ArchiveGuards::entries,
                    fmt::format("the archive has {} entries", directory.count));
  if (directory.count > directory.size / kCentralSize)
    return damaged("the directory is too small for its entries");
  ByteReader reader(archive.first(directory.end), "archive");
  SIGNMARK_TRY(reader.seek(directory.offset));
  std::vector<ZipRecord> records;
  records.reserve(directory.count);
  for (std::uint64_t i = 0; i < directory.count; ++i) {
    SIGNMARK_ASSIGN(ZipRecord record, read_central(reader, archive));
    SIGNMARK_TRY(check_readable(record));
    records.push_back(record);
  }
  if (!reader.at_end()) return mismatch("the directory has more than its entries");
  std::sort(records.begin(), records.end(),
            [](const ZipRecord& a, const ZipRecord& b) { return a.offset < b.offset; });
  SIGNMARK_TRY(check_records(archive, records, directory.offset));
  return records;
}

}  // namespace

Result<std::vector<ZipRecord>> check_zip(ByteView archive, const ArchiveGuards& guards) {
  auto records = read_records(archive, guards);
  // A reader that met the end of the bytes.
  if (!records && records.error().code == "archive.truncated")
    records.error().code = "archive.damaged";
  return records;
}

}  // namespace signmark::batch
