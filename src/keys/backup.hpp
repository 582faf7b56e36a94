// SPDX-License-Identifier: Apache-2.0
// The backup file (keys.md section 7.4): named files in one encrypted stream.
//
// Header: magic "SMBACKUP1\n" · passes 4 · memory in KiB 4 · salt 16 · commitment 32 · header of
// the libsodium secretstream 24. Then chunks of 64 KiB (the last one shorter, tagged as final),
// each with 17 bytes of authentication and the whole header as associated data. Argon2id gives 64
// bytes: the stream's key, and a commitment to it, since the cipher does not commit to its key. The
// plain text: number of files 4, then for each: name length 2, name, size 4, bytes. Big-endian.
#pragma once

#include "base/result.hpp"
#include "signmark/keyring.hpp"

namespace signmark::keys {

inline constexpr std::size_t kMaxBackup = 64U << 20;  ///< bytes of the file and of its content

struct BackupEntry {
  std::string name;  ///< below the data folder, with slashes
  Bytes content;
};

/// The files of a backup; secrets may be among them, so they are wiped at the end.
class BackupContent {
 public:
  BackupContent() = default;
  BackupContent(BackupContent&&) noexcept = default;
  BackupContent& operator=(BackupContent&&) noexcept = default;
  BackupContent(const BackupContent&) = delete;
  BackupContent& operator=(const BackupContent&) = delete;
  ~BackupContent();

  std::vector<BackupEntry> files;
};

/// Errors: `keys.backup.size`, `keys.kdf.memory`.
Result<Bytes> seal_backup(const BackupContent& content, const KdfCost& cost,
                          const SecretBytes& passphrase);

/// Whether a passphrase may be asked for: magic and cost are in order. Nothing is proved.
/// Errors: `keys.backup.syntax`, `keys.backup.cost`, `keys.backup.truncated`.
Status check_backup_header(ByteView bytes);

/// Errors: as check_backup_header; `keys.backup.unlock` (wrong passphrase or damaged, not told
/// apart), `keys.backup.name` (a name that leads elsewhere, or twice the same), `keys.kdf.memory`.
Result<BackupContent> open_backup(ByteView bytes, const SecretBytes& passphrase);

/// The plain text of a backup, once it was opened. Errors: `keys.backup.syntax`,
/// `keys.backup.truncated`, `keys.backup.name`.
Result<BackupContent> decode_backup_files(ByteView plain);

/// Whether a backup may hold a file of this name: `keys/<role>/<id>.<kind>` or
/// `trust/<issuer>/<file>`, plain characters, nothing hidden.
bool is_backup_name(std::string_view name);

}  // namespace signmark::keys
