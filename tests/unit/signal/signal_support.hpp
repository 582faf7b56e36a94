// SPDX-License-Identifier: Apache-2.0
// Vectors and bit strings for the tests of room signal.
#pragma once

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "base/json.hpp"
#include "signal/frames.hpp"
#include "support/test_support.hpp"

namespace signmark::test {

/// A file of tests/vectors/signal, written by make_vectors.py there.
inline Json signal_vectors(const std::string& name) {
  const Bytes text =
      slurp(std::filesystem::path(SIGNMARK_SOURCE_DIR) / "tests/vectors/signal" / (name + ".json"));
  auto json = parse_json(as_text(text));
  REQUIRE_OK(json);
  return *json;
}

inline Bytes unhexed(const Json& text) { return unhex(text.get<std::string>()).value(); }

template <std::size_t kSize>
std::array<Byte, kSize> array_of(const Json& text) {
  const Bytes bytes = unhexed(text);
  REQUIRE(bytes.size() == kSize);
  std::array<Byte, kSize> out{};
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

/// Bits of hexadecimal text, most significant first.
inline signal::Bits bits_of(const Json& text) {
  signal::Bits bits;
  for (const Byte byte : unhexed(text))
    for (int bit = 7; bit >= 0; --bit) bits.push_back((byte >> bit) & 1);
  return bits;
}

/// BLAKE2b-256 of numbers as little-endian words, in hexadecimal.
inline std::string digest_of(const std::vector<int>& numbers) {
  ByteWriter words;
  for (const int number : numbers) words.u32le(static_cast<std::uint32_t>(number));
  return hex(blake2b(words.view()));
}

}  // namespace signmark::test
