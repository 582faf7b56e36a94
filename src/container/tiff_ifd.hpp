// SPDX-License-Identifier: Apache-2.0
// Reads TIFF 6.0 and BigTIFF directories; shared by the TIFF handler and by EXIF blocks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace signmark::container {

/// Tags that this room gives a meaning to (TIFF 6.0; Exif 2.32; XMP part 3; ICC.1 annex B; C2PA
/// A.3).
enum TiffTag : std::uint16_t {
  kTagImageWidth = 0x0100,
  kTagImageLength = 0x0101,
  kTagImageDescription = 0x010E,
  kTagStripOffsets = 0x0111,
  kTagOrientation = 0x0112,
  kTagStripByteCounts = 0x0117,
  kTagFreeOffsets = 0x0120,
  kTagFreeByteCounts = 0x0121,
  kTagTileOffsets = 0x0144,
  kTagTileByteCounts = 0x0145,
  kTagSubIfds = 0x014A,
  kTagJpegInterchange = 0x0201,
  kTagJpegInterchangeLength = 0x0202,
  kTagXmp = 0x02BC,
  kTagIcc = 0x8773,
  kTagExifIfd = 0x8769,
  kTagGpsIfd = 0x8825,
  kTagUserComment = 0x9286,
  kTagInteropIfd = 0xA005,
  kTagC2pa = 0xCD41,
};

/// Field types that we write; all others are only measured.
enum TiffType : std::uint16_t {
  kTypeByte = 1,
  kTypeAscii = 2,
  kTypeShort = 3,
  kTypeLong = 4,
  kTypeUndefined = 7,
  kTypeIfd = 13,
  kTypeLong8 = 16,
  kTypeIfd8 = 18,
};

/// Bytes of one value of a field type; 0 when the type is unknown.
std::uint64_t tiff_type_size(std::uint16_t type);

/// One directory entry.
struct TiffEntry {
  std::uint16_t tag = 0;
  std::uint16_t type = 0;
  std::uint64_t count = 0;
  std::uint64_t position = 0;  ///< of the entry itself in the file
  Range value;  ///< the value's bytes, in the entry itself when they fit; unchecked against the end
};

/// One directory. `offset` is where its entry count stands.
struct TiffIfd {
  std::uint64_t offset = 0;
  std::vector<TiffEntry> entries;
  std::uint64_t next = 0;  ///< offset of the next directory of the chain, 0 at its end

  /// The first entry of a tag, or nullptr.
  [[nodiscard]] const TiffEntry* find(std::uint16_t tag) const;
};

/// Sizes that differ between TIFF and BigTIFF, and the byte order. Copyable.
struct TiffLayout {
  bool big_endian = false;
  bool big_tiff = false;

  [[nodiscard]] std::uint64_t header_size() const { return big_tiff ? 16 : 8; }
  /// Where the header says the first directory stands.
  [[nodiscard]] std::uint64_t first_ifd_field() const { return big_tiff ? 8 : 4; }
  [[nodiscard]] std::uint64_t entry_count_size() const { return big_tiff ? 8 : 2; }
  [[nodiscard]] std::uint64_t entry_size() const { return big_tiff ? 20 : 12; }
  /// Bytes of an offset, and of the value field of an entry.
  [[nodiscard]] std::uint64_t offset_size() const { return big_tiff ? 8 : 4; }
  /// Whole directory with `entries` entries.
  [[nodiscard]] std::uint64_t ifd_size(std::uint64_t entries) const {
    return entry_count_size() + entries * entry_size() + offset_size();
  }
  /// The low `width` bytes of a number in the file's byte order.
  [[nodiscard]] Bytes number(std::uint64_t value, std::uint64_t width) const;
  /// Count, sorted entries (each entry_size() bytes) and next offset of a directory.
  [[nodiscard]] Bytes ifd(const std::vector<Bytes>& entries, std::uint64_t next) const;
  /// One entry. `value` is either the value itself, when it fits, or is ignored for `offset`.
  [[nodiscard]] Bytes entry(std::uint16_t tag, std::uint16_t type, std::uint64_t count,
                            ByteView value, std::uint64_t offset) const;
};

/// A TIFF structure in memory. Copyable; views the bytes. Holds no position, so it may be shared.
class TiffView {
 public:
  /// Reads the header. `context` is the prefix of error codes: "container.tiff", "container.exif".
  /// Errors: `<context>.syntax`, `<context>.truncated`.
  static Result<TiffView> open(ByteView data, std::string context);

  [[nodiscard]] const TiffLayout& layout() const { return layout_; }
  [[nodiscard]] std::uint64_t first_ifd() const { return first_ifd_; }
  [[nodiscard]] ByteView data() const { return data_; }

  /// Reads one directory. Only its own bytes are checked, not the values that it points to.
  /// Errors: `<context>.truncated`, `<context>.limit` above `max_entries`.
  [[nodiscard]] Result<TiffIfd> ifd(std::uint64_t offset, std::uint64_t max_entries) const;

  /// The bytes of a value. Errors: `<context>.truncated`, `<context>.syntax` for an unknown type.
  [[nodiscard]] Result<ByteView> value(const TiffEntry& entry) const;

  /// One number of an integer field (types 1, 3, 4, 13, 16, 18).
  /// Errors: as value, `<context>.syntax` for another type or too few numbers.
  [[nodiscard]] Result<std::uint64_t> number(const TiffEntry& entry, std::uint64_t index = 0) const;

  /// An error of this structure: code `<context>.<what>`, place "byte N".
  [[nodiscard]] tl::unexpected<Error> error(std::string_view what, std::string message,
                                            std::uint64_t position) const;

 private:
  TiffView(ByteView data, std::string context) : data_(data), context_(std::move(context)) {}
  Result<std::uint64_t> read(std::uint64_t position, std::uint64_t width) const;
  Result<TiffEntry> read_entry(std::uint64_t position) const;

  ByteView data_;
  std::string context_;
  TiffLayout layout_;
  std::uint64_t first_ifd_ = 0;
};

}  // namespace signmark::container
