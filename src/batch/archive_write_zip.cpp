// SPDX-License-Identifier: Apache-2.0
// Writing ZIP archives (PKWARE APPNOTE 6.3.10): sizes stand in front of the data, times in UTC.
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <limits>

#include "base/bytes.hpp"
#include "base/file.hpp"
#include "base/time.hpp"
#include "batch/archive_write.hpp"
#include "signmark/container.hpp"

namespace signmark::batch {
namespace {

using container::Format;

constexpr std::uint16_t kStored = 0, kDeflated = 8, kUtf8Name = 0x800, kUnixHost = 3 << 8,
                        kVersion = 20, kVersion64 = 45;
constexpr std::uint64_t kIn64 = 0xFFFFFFFF, kIn16 = 0xFFFF;
constexpr std::size_t kBlock = 256 << 10;
constexpr unsigned kFolder = 0040000, kFile = 0100000;

/// Whether deflate has nothing to win.
bool is_compressed(ByteView bytes) {
  static constexpr std::array kFormats = {
      Format::png, Format::jpeg, Format::webp,     Format::gif,  Format::avif, Format::heif,
      Format::mp4, Format::mov,  Format::m4a,      Format::docx, Format::xlsx, Format::pptx,
      Format::odt, Format::epub, Format::matroska, Format::webm, Format::flv,  Format::avi,
      Format::mp3, Format::flac, Format::ogg,      Format::aac};
  return bytes.empty() || probe_archive(bytes) ||
         std::find(kFormats.begin(), kFormats.end(), container::probe(bytes)) != kFormats.end();
}

/// MS-DOS date and time, from 1980 to 2107.
std::uint32_t dos_time(UnixTime time) {
  const CivilTime civil = civil_from_unix(time);
  if (civil.year < 1980) return 0x00210000;
  if (civil.year > 2107) return 0xFF9FBF7D;
  const int date = (civil.year - 1980) << 9 | civil.month << 5 | civil.day;
  return static_cast<std::uint32_t>(date) << 16U |
         static_cast<std::uint32_t>(civil.hour << 11 | civil.minute << 5 | civil.second / 2);
}

/// One entry as both of its headers have it.
struct Record {
  std::string name;
  std::uint64_t offset = 0, packed = 0, size = 0;
  std::uint32_t crc = 0;
  std::uint16_t method = kStored;
  unsigned mode = 0;  ///< st_mode
  UnixTime modified = 0;
  bool wide = false;  ///< its sizes stand in a ZIP64 field, since they might not fit
};

/// What follows the time in both headers, up to the length of the name.
void put_facts(ByteWriter& out, const Record& record) {
  const auto narrow = [&](std::uint64_t n) {
    return static_cast<std::uint32_t>(record.wide ? kIn64 : n);
  };
  out.u16le(kUtf8Name).u16le(record.method).u32le(dos_time(record.modified)).u32le(record.crc);
  out.u32le(narrow(record.packed)).u32le(narrow(record.size));
  out.u16le(static_cast<std::uint16_t>(record.name.size()));
}

/// Extra field 0x5455: seconds since 1970, where they fit.
void put_time(ByteWriter& out, const Record& record) {
  if (record.modified > std::numeric_limits<std::int32_t>::max() || record.modified < 0) return;
  out.u16le(0x5455).u16le(5).u8(1).u32le(static_cast<std::uint32_t>(record.modified));
}

Bytes local_header(const Record& record) {
  ByteWriter extra, out;
  if (record.wide) extra.u16le(1).u16le(16).u64le(record.size).u64le(record.packed);
  put_time(extra, record);
  out.text("PK\x03\x04").u16le(record.wide ? kVersion64 : kVersion);
  put_facts(out, record);
  out.u16le(static_cast<std::uint16_t>(extra.size())).text(record.name).bytes(extra.view());
  return out.take();
}

Bytes central_header(const Record& record) {
  const bool far = record.offset >= kIn64;
  ByteWriter extra, out;
  if (record.wide || far) {
    extra.u16le(1).u16le(static_cast<std::uint16_t>((record.wide ? 16 : 0) + (far ? 8 : 0)));
    if (record.wide) extra.u64le(record.size).u64le(record.packed);
    if (far) extra.u64le(record.offset);
  }
  put_time(extra, record);
  const std::uint16_t version = record.wide || far ? kVersion64 : kVersion;
  out.text("PK\x01\x02").u16le(kUnixHost | version).u16le(version);
  put_facts(out, record);
  out.u16le(static_cast<std::uint16_t>(extra.size())).fill(6, 0);
  // The low half is for MS-DOS: bit 4 is a folder.
  out.u32le(record.mode << 16U | ((record.mode & kFolder) != 0 ? 0x10U : 0U));
  out.u32le(static_cast<std::uint32_t>(std::min(record.offset, kIn64)));
  out.text(record.name).bytes(extra.view());
  return out.take();
}

Bytes end_records(std::uint64_t count, std::uint64_t begin, std::uint64_t end) {
  ByteWriter out;
  const std::uint64_t size = end - begin;
  if (count >= kIn16 || begin >= kIn64 || size >= kIn64) {
    out.text("PK\x06\x06").u64le(44).u16le(kUnixHost | kVersion64).u16le(kVersion64).u64le(0);
    out.u64le(count).u64le(count).u64le(size).u64le(begin);
    out.text("PK\x06\x07").u32le(0).u64le(end).u32le(1);
  }
  const auto small_count = static_cast<std::uint16_t>(std::min(count, kIn16));
  out.text("PK\x05\x06").u32le(0).u16le(small_count).u16le(small_count);
  out.u32le(static_cast<std::uint32_t>(std::min(size, kIn64)));
  out.u32le(static_cast<std::uint32_t>(std::min(begin, kIn64))).u16le(0);
  return out.take();
}

class ZipWriter final : public ArchiveWriter {
 public:
  explicit ZipWriter(int descriptor) : descriptor_(descriptor) {}

  Status add(const ArchiveEntry& entry, ByteView bytes) override {
    Record record;
    record.name = entry.folder ? entry.name + "/" : entry.name;
    record.offset = at_;
    record.size = record.packed = bytes.size();
    record.mode = (entry.folder ? kFolder : kFile) | (entry.mode & 0777);
    record.modified = entry.modified;
    if (record.name.size() > 0xFFFF) return write_failed("the name is too long", entry.name);
    record.wide = compressBound(bytes.size()) >= kIn64;
    record.crc = static_cast<std::uint32_t>(crc32_z(0, bytes.data(), bytes.size()));
    if (is_compressed(bytes)) {
      SIGNMARK_TRY(put(local_header(record)));
      SIGNMARK_TRY(put(bytes));
    } else {
      SIGNMARK_TRY(add_deflated(record, bytes));
    }
    records_.push_back(std::move(record));
    return {};
  }

  Status close() override {
    const std::uint64_t begin = at_;
    for (const Record& record : records_) SIGNMARK_TRY(put(central_header(record)));
    return put(end_records(records_.size(), begin, at_));
  }

 private:
  Status put(ByteView bytes) {
    if (const Status status = write_all(descriptor_, bytes); !status)
      return write_failed(status.error().message);
    at_ += bytes.size();
    return {};
  }

  /// The header is written again once the packed size is known.
  Status add_deflated(Record& record, ByteView bytes) {
    record.method = kDeflated;
    SIGNMARK_TRY(put(local_header(record)));
    const std::uint64_t begin = at_;
    SIGNMARK_TRY(deflate_all(bytes));
    record.packed = at_ - begin;
    const Bytes header = local_header(record);
    const auto written =
        ::pwrite(descriptor_, header.data(), header.size(), static_cast<off_t>(record.offset));
    if (written == static_cast<ssize_t>(header.size())) return {};
    return write_failed(system_message(errno), record.name);
  }

  Status deflate_all(ByteView bytes) {
    Bytes block(kBlock);
    z_stream stream{};
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK)
      return write_failed("deflate cannot start");
    const std::unique_ptr<z_stream, int (*)(z_stream*)> closer(&stream, deflateEnd);
    for (int status = Z_OK; status != Z_STREAM_END;) {
      const ByteView given = bytes.first(std::min(bytes.size(), kBlock));
      bytes = bytes.subspan(given.size());
      stream.next_in = const_cast<Bytef*>(given.data());  // NOLINT: zlib only reads
      stream.avail_in = static_cast<uInt>(given.size());
      do {
        stream.next_out = block.data();
        stream.avail_out = static_cast<uInt>(block.size());
        status = deflate(&stream, bytes.empty() ? Z_FINISH : Z_NO_FLUSH);
        SIGNMARK_TRY(put(ByteView(block).first(block.size() - stream.avail_out)));
      } while (stream.avail_out == 0);
    }
    return {};
  }

  int descriptor_;
  std::uint64_t at_ = 0;
  std::vector<Record> records_;
};

}  // namespace

std::unique_ptr<ArchiveWriter> make_zip_writer(int descriptor) {
  return std::make_unique<ZipWriter>(descriptor);
}

}  // namespace signmark::batch
