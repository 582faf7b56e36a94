// SPDX-License-Identifier: Apache-2.0
// ZIP archives (PKWARE APPNOTE 6.3): entries are read one by one; a changed archive keeps the
// packed bytes of all others.
#pragma once

#include "container/document/document.hpp"

namespace signmark::container {

struct ZipEntry {
  std::string name;
  std::uint16_t flags = 0, method = 0;
  std::uint32_t crc = 0;
  std::uint64_t packed_size = 0, size = 0;
  Range record;            ///< local header, data and what follows up to the next record
  std::uint64_t data = 0;  ///< offset of the packed bytes
  Range central;           ///< its header in the central directory
};

struct ZipArchive {
  std::vector<ZipEntry> entries;  ///< in the order of the central directory
  Range directory;                ///< the central directory
  std::uint64_t end = 0;          ///< offset of the end record
  [[nodiscard]] const ZipEntry* find(std::string_view name) const;
};

/// Whether the bytes begin like an archive.
bool is_zip(ByteView file);

/// Reads the directory. Errors: `container.zip.damaged`, `container.zip.unsupported` (ZIP64,
/// several disks, encryption), `container.zip.limit` (blocks).
Result<ZipArchive> read_zip(const Limits& limits, ByteView file);

/// The unpacked bytes, checked against size and CRC. Errors: as read_zip, and `container.zip.limit`
/// (document-text) before anything larger than `budget` is unpacked; `budget` shrinks.
Result<Bytes> unzip(ByteView file, const ZipEntry& entry, std::uint64_t& budget);

/// The new content of one entry; a name that the archive lacks is added at its end.
struct ZipChange {
  std::string name;
  Bytes content;
};
Result<Rope> rewrite_zip(ByteView file, const ZipArchive& archive,
                         const std::vector<ZipChange>& changes);

}  // namespace signmark::container
