// SPDX-License-Identifier: Apache-2.0
// Reading and rewriting ZIP archives.
#include "container/document/zip.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <map>

namespace signmark::container {
namespace {

constexpr std::string_view kLocal("PK\x03\x04", 4), kCentral("PK\x01\x02", 4),
    kEnd("PK\x05\x06", 4);
constexpr std::size_t kLocalSize = 30, kEndSize = 22;
constexpr std::uint16_t kEncrypted = 1, kDescriptor = 8, kStored = 0, kDeflated = 8;
constexpr std::uint32_t kInZip64 = 0xFFFFFFFF;

tl::unexpected<Error> damaged(std::string message, std::uint64_t offset) {
  return fail("container.zip.damaged", std::move(message), at_byte(offset));
}

tl::unexpected<Error> unsupported(std::string what) {
  return fail("container.zip.unsupported", "the package is " + std::move(what), {},
              "save it again with an office program, without a password");
}

/// The end record stands before a comment of at most 64 KiB.
std::optional<std::size_t> find_end(ByteView file) {
  constexpr std::size_t kLongestComment = 0xFFFF;
  const std::string_view text = as_text(file);
  std::size_t at = text.rfind(kEnd);
  for (; at != std::string_view::npos;
       at = at == 0 ? std::string_view::npos : text.rfind(kEnd, at - 1)) {
    if (file.size() - at > kEndSize + kLongestComment) return std::nullopt;
    if (file.size() - at < kEndSize) continue;
    const std::size_t comment = file[at + 20] | static_cast<std::size_t>(file[at + 21]) << 8U;
    if (at + kEndSize + comment == file.size()) return at;
  }
  return std::nullopt;
}

Result<ZipEntry> read_central(ByteReader& reader) {
  ZipEntry entry;
  entry.central.offset = reader.position();
  if (!reader.next_is(kCentral)) return damaged("a directory entry is missing", reader.position());
  SIGNMARK_TRY(reader.skip(8));
  SIGNMARK_ASSIGN(entry.flags, reader.u16le());
  SIGNMARK_ASSIGN(entry.method, reader.u16le());
  SIGNMARK_TRY(reader.skip(4));
  SIGNMARK_ASSIGN(entry.crc, reader.u32le());
  SIGNMARK_ASSIGN(entry.packed_size, reader.u32le());
  SIGNMARK_ASSIGN(entry.size, reader.u32le());
  SIGNMARK_ASSIGN(const std::uint16_t name, reader.u16le());
  SIGNMARK_ASSIGN(const std::uint16_t extra, reader.u16le());
  SIGNMARK_ASSIGN(const std::uint16_t comment, reader.u16le());
  SIGNMARK_TRY(reader.skip(8));
  SIGNMARK_ASSIGN(entry.record.offset, reader.u32le());
  SIGNMARK_ASSIGN(const ByteView name_bytes, reader.take(name));
  entry.name = as_text(name_bytes);
  SIGNMARK_TRY(reader.skip(extra + std::uint64_t{comment}));
  entry.central.size = reader.position() - entry.central.offset;
  if (entry.packed_size == kInZip64 || entry.size == kInZip64 || entry.record.offset == kInZip64)
    return unsupported("in the ZIP64 form");
  if ((entry.flags & kEncrypted) != 0) return unsupported("encrypted");
  return entry;
}

/// Fills in where the packed bytes are; the records must follow one another without overlap, so
/// that no byte is unpacked twice.
Status locate(ByteView file, ZipArchive& archive) {
  std::vector<ZipEntry*> order;
  for (ZipEntry& entry : archive.entries) order.push_back(&entry);
  std::sort(order.begin(), order.end(), [](const ZipEntry* a, const ZipEntry* b) {
    return a->record.offset < b->record.offset;
  });
  for (std::size_t i = 0; i < order.size(); ++i) {
    ZipEntry& entry = *order[i];
    const std::uint64_t end =
        i + 1 < order.size() ? order[i + 1]->record.offset : archive.directory.offset;
    ByteReader reader(file, "container.zip");
    SIGNMARK_TRY(reader.seek(entry.record.offset));
    if (!reader.next_is(kLocal))
      return damaged("an entry is not where it should be", entry.record.offset);
    SIGNMARK_TRY(reader.skip(26));
    SIGNMARK_ASSIGN(const std::uint16_t name, reader.u16le());
    SIGNMARK_ASSIGN(const std::uint16_t extra, reader.u16le());
    entry.data = entry.record.offset + kLocalSize + name + extra;
    if (end < entry.data || end - entry.data < entry.packed_size)
      return damaged("entries overlap", entry.record.offset);
    entry.record.size = end - entry.record.offset;
  }
  if (!order.empty() && order.front()->record.offset != 0)
    return damaged("something stands before the first entry", 0);
  return {};
}

Status check_names(const ZipArchive& archive) {
  std::vector<std::string_view> names;
  for (const ZipEntry& entry : archive.entries) names.push_back(entry.name);
  std::sort(names.begin(), names.end());
  if (std::adjacent_find(names.begin(), names.end()) != names.end())
    return damaged("two entries have one name", archive.directory.offset);
  return {};
}

Result<Bytes> inflate_all(ByteView packed, std::uint64_t size) {
  Bytes out(size);
  Byte nothing = 0;
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
    return fail("container.zip.internal", "inflate cannot start");
  stream.next_in = const_cast<Bytef*>(packed.data());  // NOLINT: zlib's type; it only reads
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = out.empty() ? &nothing : out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = inflate(&stream, Z_FINISH);
  const bool whole = status == Z_STREAM_END && stream.total_out == size;
  inflateEnd(&stream);
  if (!whole) return fail("container.zip.damaged", "an entry cannot be unpacked");
  return out;
}

Result<Bytes> deflate_all(ByteView data) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) !=
      Z_OK)
    return fail("container.zip.internal", "deflate cannot start");
  Bytes out(deflateBound(&stream, data.size()));
  stream.next_in = const_cast<Bytef*>(data.data());  // NOLINT: zlib's type; it only reads
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (status != Z_STREAM_END) return fail("container.zip.internal", "deflate did not end");
  return out;
}

std::uint32_t crc_of(ByteView data) {
  return static_cast<std::uint32_t>(crc32_z(0, data.data(), data.size()));
}

void put(Bytes& bytes, std::size_t at, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) bytes[at + i] = static_cast<Byte>(value >> (8 * i));
}

/// A changed or new entry: its records, with everything that the old ones said of name and time.
struct Packed {
  Bytes data;
  std::uint32_t crc = 0;
  std::uint32_t size = 0;
};

Result<Packed> pack(const Bytes& content) {
  Packed packed;
  if (content.size() >= kInZip64) return unsupported("too large for a plain ZIP");
  SIGNMARK_ASSIGN(packed.data, deflate_all(content));
  packed.crc = crc_of(content);
  packed.size = static_cast<std::uint32_t>(content.size());
  return packed;
}

/// Flags, method, CRC and sizes at `at`, with the gap of date and time that both headers have.
void put_facts(Bytes& header, std::size_t at, const Packed& packed) {
  header[at] = static_cast<Byte>(header[at] & ~kDescriptor);
  put(header, at + 2, kDeflated, 2);
  put(header, at + 8, packed.crc, 4);
  put(header, at + 12, packed.data.size(), 4);
  put(header, at + 16, packed.size, 4);
}

Bytes copy_of(ByteView file, std::uint64_t offset, std::uint64_t size) {
  const ByteView part = file.subspan(offset, size);
  return {part.begin(), part.end()};
}

constexpr std::uint16_t kVersion = 20, kUtf8Name = 0x0800;
constexpr std::uint32_t kFirstOfJanuary1980 = 0x00210000;  // the least date that the format knows

Bytes new_local(std::string_view name) {
  ByteWriter out;
  out.text(kLocal).u16le(kVersion).u16le(kUtf8Name).u16le(0).u32le(kFirstOfJanuary1980);
  out.fill(12, 0).u16le(static_cast<std::uint16_t>(name.size())).u16le(0).text(name);
  return out.take();
}

Bytes new_central(std::string_view name) {
  ByteWriter out;
  out.text(kCentral).u16le(kVersion).u16le(kVersion).u16le(kUtf8Name).u16le(0).u32le(
      kFirstOfJanuary1980);
  out.fill(12, 0).u16le(static_cast<std::uint16_t>(name.size())).fill(16, 0).text(name);
  return out.take();
}

/// Writes records in their order and remembers where each one came to stand.
class Rewriter {
 public:
  Rewriter(ByteView file, const ZipArchive& archive) : file_(file), archive_(archive) {}

  Status records(const std::vector<ZipChange>& changes) {
    std::map<std::string_view, const ZipChange*> by_name;
    for (const ZipChange& change : changes) by_name[change.name] = &change;
    std::vector<const ZipEntry*> order;
    for (const ZipEntry& entry : archive_.entries) order.push_back(&entry);
    std::sort(order.begin(), order.end(), [](const ZipEntry* a, const ZipEntry* b) {
      return a->record.offset < b->record.offset;
    });
    for (const ZipEntry* entry : order) {
      offsets_[entry->name] = rope_.size();
      const auto change = by_name.find(entry->name);
      if (change == by_name.end()) {
        rope_.view(file_.subspan(entry->record.offset, entry->record.size));
        continue;
      }
      SIGNMARK_TRY(record(copy_of(file_, entry->record.offset, entry->data - entry->record.offset),
                          *change->second));
      by_name.erase(change);
    }
    for (const auto& [name, change] : by_name) {
      offsets_[name] = rope_.size();
      added_.push_back(name);
      SIGNMARK_TRY(record(new_local(name), *change));
    }
    return {};
  }

  Result<Rope> directory() {
    const std::uint64_t begin = rope_.size();
    for (const ZipEntry& entry : archive_.entries)
      central(copy_of(file_, entry.central.offset, entry.central.size), entry.name);
    for (const std::string_view name : added_) central(new_central(name), name);
    const std::size_t count = archive_.entries.size() + added_.size();
    if (rope_.size() >= kInZip64 || count >= 0xFFFF)
      return unsupported("too large for a plain ZIP");
    Bytes end = copy_of(file_, archive_.end, file_.size() - archive_.end);
    put(end, 8, count, 2);
    put(end, 10, count, 2);
    put(end, 12, rope_.size() - begin, 4);
    put(end, 16, begin, 4);
    rope_.own(std::move(end));
    return std::move(rope_);
  }

 private:
  Status record(Bytes header, const ZipChange& change) {
    SIGNMARK_ASSIGN(Packed packed, pack(change.content));
    put_facts(header, 6, packed);
    rope_.own(std::move(header));
    rope_.own(Bytes(packed.data));
    packed_[change.name] = std::move(packed);
    return {};
  }

  void central(Bytes header, std::string_view name) {
    if (const auto packed = packed_.find(name); packed != packed_.end())
      put_facts(header, 8, packed->second);
    put(header, 42, offsets_[name], 4);
    rope_.own(std::move(header));
  }

  ByteView file_;
  const ZipArchive& archive_;
  Rope rope_;
  std::map<std::string_view, std::uint64_t> offsets_;
  std::map<std::string_view, Packed> packed_;
  std::vector<std::string_view> added_;
};

}  // namespace

const ZipEntry* ZipArchive::find(std::string_view name) const {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const ZipEntry& entry) { return entry.name == name; });
  return found == entries.end() ? nullptr : &*found;
}

bool is_zip(ByteView file) { return starts_with(file, kLocal); }

Result<ZipArchive> read_zip(const Limits& limits, ByteView file) {
  const auto end = find_end(file);
  if (!end) return damaged("the package has no end: it is cut off", file.size());
  ZipArchive archive;
  archive.end = *end;
  ByteReader reader(file, "container.zip");
  SIGNMARK_TRY(reader.seek(*end + 4));
  SIGNMARK_ASSIGN(const std::uint32_t disks, reader.u32le());
  SIGNMARK_TRY(reader.skip(2));
  SIGNMARK_ASSIGN(const std::uint16_t count, reader.u16le());
  SIGNMARK_ASSIGN(archive.directory.size, reader.u32le());
  SIGNMARK_ASSIGN(archive.directory.offset, reader.u32le());
  if (disks != 0) return unsupported("spread over several disks");
  if (count == 0xFFFF || archive.directory.offset == kInZip64)
    return unsupported("in the ZIP64 form");
  SIGNMARK_TRY(check_limit("zip", "blocks", count, limits.blocks, "entries of the package"));
  if (archive.directory.end() != *end)
    return damaged("the directory is not where it should be", *end);
  SIGNMARK_TRY(reader.seek(archive.directory.offset));
  for (std::size_t i = 0; i < count; ++i) {
    SIGNMARK_ASSIGN(ZipEntry entry, read_central(reader));
    archive.entries.push_back(std::move(entry));
  }
  if (reader.position() != *end)
    return damaged("the directory has more than its entries", reader.position());
  SIGNMARK_TRY(check_names(archive));
  SIGNMARK_TRY(locate(file, archive));
  return archive;
}

Result<Bytes> unzip(ByteView file, const ZipEntry& entry, std::uint64_t& budget) {
  if (entry.size > budget)
    return fail("container.zip.limit",
                fmt::format("{} unpacks to {} bytes, beyond the limit document-text", entry.name,
                            entry.size),
                at_byte(entry.record.offset),
                "raise it with --limit document-text=N if you trust the file");
  budget -= entry.size;
  const ByteView packed = file.subspan(entry.data, entry.packed_size);
  Bytes bytes;
  if (entry.method == kStored && entry.packed_size == entry.size) {
    bytes.assign(packed.begin(), packed.end());
  } else if (entry.method == kDeflated) {
    auto unpacked = inflate_all(packed, entry.size);
    if (!unpacked) return tl::unexpected<Error>(unpacked.error().at(entry.name));
    bytes = std::move(*unpacked);
  } else {
    return unsupported("packed by a method that we do not know");
  }
  if (crc_of(bytes) != entry.crc)
    return damaged(entry.name + " does not match its check sum", entry.record.offset);
  return bytes;
}

Result<Rope> rewrite_zip(ByteView file, const ZipArchive& archive,
                         const std::vector<ZipChange>& changes) {
  Rewriter rewriter(file, archive);
  SIGNMARK_TRY(rewriter.records(changes));
  return rewriter.directory();
}

}  // namespace signmark::container
