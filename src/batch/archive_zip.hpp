// SPDX-License-Identifier: Apache-2.0
// The structure of ZIP archives (PKWARE APPNOTE 6.3.10), checked before anything is unpacked: every
// byte belongs to one record, and what stands before the data says the same as the directory.
// libarchive unpacks a file whose entries overlap without a word (batch.md 4.1).
#pragma once

#include "batch/archive.hpp"

namespace signmark::batch {

/// One entry as the directory has it. Names are views of the archive.
struct ZipRecord {
  std::string_view name;      ///< the better one of two (APPNOTE 4.6.9)
  std::string_view raw_name;  ///< as both headers have it
  std::uint64_t offset = 0;   ///< of the local header
  std::uint64_t packed = 0, size = 0;
  std::uint32_t crc = 0;
  std::uint16_t flags = 0, method = 0;
  UnixTime modified = 0;
  unsigned mode = 0;  ///< st_mode of Unix; 0: unknown
};

/// All entries in the order of their local headers. Errors: `archive.overlap`, `archive.mismatch`,
/// `archive.damaged`, `archive.encrypted`, `archive.unsupported`, `archive.too_many`.
Result<std::vector<ZipRecord>> check_zip(ByteView archive, const ArchiveGuards& guards);

}  // namespace signmark::batch
