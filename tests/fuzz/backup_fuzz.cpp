// SPDX-License-Identifier: Apache-2.0
// links: signmark_keys
// Backup files: the header that is read before a passphrase is asked for, and the files in it,
// which are read after decryption but may have been written by anybody who knew the passphrase.
#include <cstdint>
#include <cstdlib>

#include "keys/backup.hpp"

using namespace signmark;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  if (keys::check_backup_header(input) && !keys::is_backup(input)) std::abort();
  const auto content = keys::decode_backup_files(input);
  if (!content) return 0;
  for (const keys::BackupEntry& file : content->files)
    if (!keys::is_backup_name(file.name) || file.content.size() > size) std::abort();
  return 0;
}
