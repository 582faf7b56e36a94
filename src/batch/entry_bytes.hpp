// SPDX-License-Identifier: Apache-2.0
// The bytes of one entry: small ones in memory, large ones in a file that has no name.
#pragma once

#include "base/file.hpp"
#include "keys/descriptor.hpp"

namespace signmark::batch {

/// A file that vanishes with its descriptor. Errors: `base.file.create`.
Result<keys::Descriptor> nameless_file(const std::filesystem::path& folder);

class EntryBytes {
 public:
  static constexpr std::size_t kInMemory = 8 << 20;

  /// `folder`: where the file is made, should one be needed.
  explicit EntryBytes(const std::filesystem::path& folder) : folder_(folder) {}

  /// Errors: `base.file.create`, `base.file.write`.
  Status append(ByteView bytes);
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// All bytes; valid as long as this object is. Errors: those of MappedFile.
  Result<ByteView> view(const Context& context);

 private:
  const std::filesystem::path& folder_;
  Bytes memory_;
  keys::Descriptor file_;
  std::uint64_t size_ = 0;
  MappedFile map_;
};

}  // namespace signmark::batch
