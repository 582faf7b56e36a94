// SPDX-License-Identifier: Apache-2.0
// Named streams below a carrier key (image-mark.md section 7.1): a new consumer never shifts
// another's bits. Stream key = BLAKE2b-256 of the name under the medium key; bytes = ChaCha20
// keystream (IETF, zero nonce).
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "base/result.hpp"

namespace signmark::signal {

/// The key of one named stream.
std::array<Byte, 32> stream_key(std::span<const Byte, 32> medium_key, std::string_view name);

/// A reproducible stream of numbers; bit for bit the same on every machine. Not thread-safe.
class KeyStream {
 public:
  explicit KeyStream(const std::array<Byte, 32>& key);
  KeyStream(std::span<const Byte, 32> medium_key, std::string_view name)
      : KeyStream(stream_key(medium_key, name)) {}
  ~KeyStream();  // wipes the key
  KeyStream(const KeyStream&) = delete;
  KeyStream& operator=(const KeyStream&) = delete;

  std::uint32_t next();                      ///< little-endian words of the keystream
  std::uint32_t below(std::uint32_t bound);  ///< uniform, by rejection; bound >= 1
  double unit();                             ///< [0, 1), 32 bits
  /// Fisher-Yates from the end.
  template <class T>
  void shuffle(std::span<T> items) {
    for (std::size_t i = items.size(); i > 1; --i)
      std::swap(items[i - 1], items[below(static_cast<std::uint32_t>(i))]);
  }

 private:
  void refill();
  std::array<Byte, 32> key_;
  std::array<Byte, 1024> block_{};
  std::size_t used_ = 1024;
  std::uint32_t counter_ = 0;
};

}  // namespace signmark::signal
