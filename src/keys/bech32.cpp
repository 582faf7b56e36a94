// SPDX-License-Identifier: Apache-2.0
// Bech32 with fixed-size, wiped buffers: the payload may be a secret.
#include "keys/bech32.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <cassert>

namespace signmark::keys {
namespace {

constexpr std::string_view kSymbols = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";  // BIP 173
constexpr std::size_t kChecksumSymbols = 6;
constexpr std::size_t kPayloadSymbols = kBech32Data - kChecksumSymbols;

/// The 5-bit values of one text; wiped at the end.
struct Symbols {
  std::array<std::uint8_t, kBech32Data> values{};
  Symbols() = default;
  Symbols(const Symbols&) = delete;
  Symbols& operator=(const Symbols&) = delete;
  ~Symbols() { sodium_memzero(values.data(), values.size()); }
};

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
char to_lower(char c) { return is_upper(c) ? static_cast<char>(c + 32) : c; }
char to_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

std::uint32_t step(std::uint32_t state, std::uint8_t value) {
  constexpr std::array<std::uint32_t, 5> kGenerator{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
                                                    0x2a1462b3};
  const std::uint32_t top = state >> 25;
  state = (state & 0x1ffffff) << 5 ^ value;
  for (std::size_t i = 0; i < kGenerator.size(); ++i)
    if ((top >> i & 1) != 0) state ^= kGenerator[i];
  return state;
}

/// The checksum state after the prefix, which BIP 173 takes in lower case.
std::uint32_t prefix_state(std::string_view prefix) {
  std::uint32_t state = 1;
  for (const char c : prefix) state = step(state, static_cast<std::uint8_t>(to_lower(c)) >> 5);
  state = step(state, 0);
  for (const char c : prefix) state = step(state, static_cast<std::uint8_t>(to_lower(c)) & 31);
  return state;
}

void split(std::span<const Byte, kBech32Payload> payload, Symbols& symbols) {
  std::uint32_t buffer = 0;
  unsigned bits = 0;
  std::size_t n = 0;
  for (const Byte byte : payload) {
    buffer = (buffer << 8 | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5)
      symbols.values[n++] = static_cast<std::uint8_t>(buffer >> (bits - 5) & 31);
  }
  symbols.values[n] = static_cast<std::uint8_t>(buffer << (5 - bits) & 31);  // 256 = 51 * 5 + 1
}

/// Joins symbols to bytes; false when the four padding bits are not zero.
bool join(const Symbols& symbols, std::span<Byte, kBech32Payload> out) {
  if ((symbols.values[kPayloadSymbols - 1] & 15) != 0) return false;
  std::uint32_t buffer = 0;
  unsigned bits = 0;
  std::size_t n = 0;
  for (std::size_t i = 0; i < kPayloadSymbols; ++i) {
    buffer = (buffer << 5 | symbols.values[i]) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    out[n++] = static_cast<Byte>(buffer >> bits);
  }
  return true;
}

Status read_symbols(std::string_view data, bool upper, std::size_t offset, Symbols& symbols) {
  for (std::size_t i = 0; i < data.size(); ++i) {
    const char c = data[i];
    const bool letter = is_upper(c) || (c >= 'a' && c <= 'z');
    const std::size_t value = kSymbols.find(to_lower(c));
    if (value == std::string_view::npos || (letter && is_upper(c) != upper))
      return fail("keys.text.character", "a character does not belong in a key text",
                  fmt::format("character {}", offset + i + 1));
    symbols.values[i] = static_cast<std::uint8_t>(value);
  }
  return {};
}

}  // namespace

void bech32_encode(std::string_view prefix, std::span<const Byte, kBech32Payload> payload,
                   std::span<char> out) {
  assert(out.size() == prefix.size() + 1 + kBech32Data);
  Symbols symbols;
  split(payload, symbols);
  std::uint32_t state = prefix_state(prefix);
  for (std::size_t i = 0; i < kPayloadSymbols; ++i) state = step(state, symbols.values[i]);
  for (std::size_t i = 0; i < kChecksumSymbols; ++i) state = step(state, 0);
  state ^= 1;
  for (std::size_t i = 0; i < kChecksumSymbols; ++i)
    symbols.values[kPayloadSymbols + i] = static_cast<std::uint8_t>(state >> 5 * (5 - i) & 31);
  const bool upper = is_upper(prefix[0]);
  char* end = std::copy(prefix.begin(), prefix.end(), out.data());
  *end++ = '1';
  for (const std::uint8_t value : symbols.values)
    *end++ = upper ? to_upper(kSymbols[value]) : kSymbols[value];
}

Status bech32_decode(std::string_view prefix, std::string_view text,
                     std::span<Byte, kBech32Payload> out) {
  if (!text.starts_with(prefix) || text.substr(prefix.size()).substr(0, 1) != "1")
    return fail("keys.text.prefix", fmt::format("the text does not begin with \"{}1\"", prefix));
  const std::size_t offset = prefix.size() + 1;
  const std::string_view data = text.substr(offset);
  if (data.size() != kBech32Data)
    return fail("keys.text.length", fmt::format("the text has {} characters instead of {}",
                                                text.size(), offset + kBech32Data));
  Symbols symbols;
  SIGNMARK_TRY(read_symbols(data, is_upper(prefix[0]), offset, symbols));
  std::uint32_t state = prefix_state(prefix);
  for (const std::uint8_t value : symbols.values) state = step(state, value);
  std::array<Byte, kBech32Payload> payload{};
  const bool good = state == 1 && join(symbols, payload);
  if (good) std::copy(payload.begin(), payload.end(), out.begin());
  sodium_memzero(payload.data(), payload.size());
  if (!good)
    return fail("keys.text.checksum", "the checksum does not fit: a character is wrong or missing");
  return {};
}

}  // namespace signmark::keys
