// SPDX-License-Identifier: Apache-2.0
// Named streams: keyed BLAKE2b for their keys, ChaCha20 for their bytes.
#include "signal/streams.hpp"

#include <sodium.h>

#include "base/hash.hpp"

namespace signmark::signal {
namespace {

constexpr std::uint32_t kChachaBlock = 64;
constexpr std::array<Byte, crypto_stream_chacha20_ietf_NONCEBYTES> kZeroNonce{};

}  // namespace

std::array<Byte, 32> stream_key(std::span<const Byte, 32> medium_key, std::string_view name) {
  return blake2b(ByteView(reinterpret_cast<const Byte*>(name.data()), name.size()), medium_key);
}

KeyStream::KeyStream(const std::array<Byte, 32>& key) : key_(key) {}

KeyStream::~KeyStream() {
  sodium_memzero(key_.data(), key_.size());
  sodium_memzero(block_.data(), block_.size());
}

void KeyStream::refill() {
  block_.fill(0);
  crypto_stream_chacha20_ietf_xor_ic(block_.data(), block_.data(), block_.size(), kZeroNonce.data(),
                                     counter_, key_.data());
  counter_ += static_cast<std::uint32_t>(block_.size() / kChachaBlock);
  used_ = 0;
}

std::uint32_t KeyStream::next() {
  if (used_ == block_.size()) refill();
  std::uint32_t word = 0;
  for (int byte = 0; byte < 4; ++byte)
    word |= static_cast<std::uint32_t>(block_[used_++]) << (8 * byte);
  return word;
}

std::uint32_t KeyStream::below(std::uint32_t bound) {
  // The lowest 2^32 mod bound words are refused, so that each residue has as many words.
  const std::uint32_t refused = (0U - bound) % bound;
  std::uint32_t word = next();
  while (word < refused) word = next();
  return word % bound;
}

double KeyStream::unit() { return next() * 0x1p-32; }

}  // namespace signmark::signal
