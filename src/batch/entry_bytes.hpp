// SPDX-License-Identifier: Apache-2.0
// The bytes of one entry: small ones in memory, large ones in a file that has no name.
#pragma once

#include "base/file.hpp"

namespace signmark::batch {

class EntryBytes {
 public:
  static constexpr std::size_t kInMemory = 8 << 20;

  /// `folder`: where the file is made, should one be needed.
  explicit EntryBytes(const std::filesystem::path& folder) : folder_(folder) {}
  EntryBytes(const EntryBytes&) = delete;
  EntryBytes& operator=(const EntryBytes&) = delete;
  ~EntryBytes();

  /// Errors: `base.file.create`, `base.file.write`.
  Status append(ByteView bytes);
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// All bytes; valid as long as this object is. Errors: those of MappedFile.
  Result<ByteView> view(const Context& context);

 private:
  Status spill();

  const std::filesystem::path& folder_;
  Bytes memory_;
  int file_ = -1;
  std::uint64_t size_ = 0;
  MappedFile map_;
};

}  // namespace signmark::batch
