// SPDX-License-Identifier: Apache-2.0
// The plain bytes behind a compressed tar, block by block, so that every byte that comes out is
// counted and the check sums at the end are looked at.
#pragma once

#include "batch/archive.hpp"

namespace signmark::batch {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// The next bytes, which live until the next call; empty at the end. Errors: `archive.damaged`.
  virtual Result<ByteView> next() = 0;
  /// How many packed bytes were read so far.
  [[nodiscard]] virtual std::uint64_t packed() const = 0;
};

/// `kind`: one of the four tars. `packed` must outlive the source.
Result<std::unique_ptr<ByteSource>> open_source(ArchiveKind kind, ByteView packed);

}  // namespace signmark::batch
