// SPDX-License-Identifier: Apache-2.0
// Reading and writing file descriptors of pipes.
#pragma once

#include <span>
#include <string>

#include "base/result.hpp"

namespace signmark::video {

/// Buffered reading.
class DescriptorReader {
 public:
  explicit DescriptorReader(int descriptor) : descriptor_(descriptor), buffer_(1 << 16) {}
  /// Up to a line feed, without it; no value at the end of the stream.
  /// Errors: `base.file.read`, `video.pipe.syntax` above `limit` bytes or at an end within.
  Result<std::optional<std::string>> line(std::size_t limit);
  /// Fills as much as there is; less than asked for only at the end. Errors: `base.file.read`.
  Result<std::size_t> read(std::span<Byte> out);

 private:
  Result<bool> refill();
  int descriptor_;
  Bytes buffer_;
  std::size_t at_ = 0, size_ = 0;
};

}  // namespace signmark::video
