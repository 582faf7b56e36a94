// SPDX-License-Identifier: Apache-2.0
// CBOR core deterministic encoding (RFC 8949 4.2.1).
#include <algorithm>
#include <bit>
#include <cmath>

#include "base/bytes.hpp"
#include "c2pa/cbor.hpp"

namespace signmark::c2pa::cbor {
namespace {

enum Major : std::uint8_t {
  kUint = 0,
  kNegint = 1,
  kBytes = 2,
  kText = 3,
  kArray = 4,
  kMap = 5,
  kTag = 6,
  kOther = 7
};

void write_head(ByteWriter& out, Major major, std::uint64_t argument) {
  const auto top = static_cast<std::uint8_t>(major << 5);
  if (argument < 24)
    out.u8(static_cast<std::uint8_t>(top | argument));
  else if (argument <= 0xff)
    out.u8(top | 24).u8(static_cast<std::uint8_t>(argument));
  else if (argument <= 0xffff)
    out.u8(top | 25).u16be(static_cast<std::uint16_t>(argument));
  else if (argument <= 0xffffffff)
    out.u8(top | 26).u32be(static_cast<std::uint32_t>(argument));
  else
    out.u8(top | 27).u64be(argument);
}

/// The binary16 pattern of a float that it represents exactly, or nothing.
std::optional<std::uint16_t> exact_half(float v) {
  const auto bits = std::bit_cast<std::uint32_t>(v);
  const auto sign = static_cast<std::uint16_t>(bits >> 16 & 0x8000U);
  const int exponent = static_cast<int>(bits >> 23 & 0xff) - 127;
  const std::uint32_t fraction = bits & 0x7fffff;
  if (exponent == 128 && fraction == 0) return static_cast<std::uint16_t>(sign | 0x7c00);
  if (exponent == -127 && fraction == 0) return sign;
  if (exponent >= -14 && exponent <= 15 && (fraction & 0x1fff) == 0)
    return static_cast<std::uint16_t>(sign | (exponent + 15) << 10 | fraction >> 13);
  if (exponent < -24 || exponent > -15) return std::nullopt;
  const int shift = -1 - exponent;  // subnormal: 14 at 2^-15 … 23 at 2^-24
  const std::uint32_t mantissa = fraction | 0x800000;
  if ((mantissa & ((1U << shift) - 1)) != 0) return std::nullopt;
  return static_cast<std::uint16_t>(sign | mantissa >> shift);
}

void write_float(ByteWriter& out, double v) {
  if (std::isnan(v)) {
    out.u8(0xf9).u16be(0x7e00);
    return;
  }
  const auto narrow = static_cast<float>(v);
  if (static_cast<double>(narrow) != v) {
    out.u8(0xfb).u64be(std::bit_cast<std::uint64_t>(v));
  } else if (const auto half = exact_half(narrow)) {
    out.u8(0xf9).u16be(*half);
  } else {
    out.u8(0xfa).u32be(std::bit_cast<std::uint32_t>(narrow));
  }
}

void write(ByteWriter& out, const Value& value);

void write_map(ByteWriter& out, const std::vector<Entry>& entries) {
  std::vector<std::pair<Bytes, const Value*>> sorted;
  sorted.reserve(entries.size());
  for (const Entry& entry : entries) sorted.emplace_back(encode(entry.key), &entry.value);
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    return as_text(a.first) < as_text(b.first);  // char_traits<char> compares as unsigned bytes
  });
  write_head(out, kMap, sorted.size());
  for (const auto& [key, item] : sorted) {
    out.bytes(key);
    write(out, *item);
  }
}

void write_simple(ByteWriter& out, std::uint8_t v) { write_head(out, kOther, v); }

void write_array(ByteWriter& out, const std::vector<Value>& items) {
  write_head(out, kArray, items.size());
  for (const Value& item : items) write(out, item);
}

void write_string(ByteWriter& out, Major major, ByteView bytes) {
  write_head(out, major, bytes.size());
  out.bytes(bytes);
}

void write(ByteWriter& out, const Value& value) {
  switch (value.kind()) {
    case Kind::uint:
      return write_head(out, kUint, *value.as_uint());
    case Kind::negint:
      return write_head(out, kNegint, *value.as_negint());
    case Kind::bytes:
      return write_string(out, kBytes, *value.as_bytes());
    case Kind::text:
      return write_string(out, kText, as_bytes(*value.as_text()));
    case Kind::array:
      return write_array(out, *value.as_array());
    case Kind::map:
      return write_map(out, *value.as_map());
    case Kind::tag:
      write_head(out, kTag, value.as_tag()->number);
      return write(out, value.as_tag()->content.front());
    case Kind::boolean:
      return write_simple(out, *value.as_bool() ? 21 : 20);
    case Kind::null:
      return write_simple(out, 22);
    case Kind::undefined:
      return write_simple(out, 23);
    case Kind::floating:
      return write_float(out, *value.as_double());
    case Kind::simple:
      return write_simple(out, *value.as_simple());
  }
}

}  // namespace

Bytes encode(const Value& value) {
  ByteWriter out;
  write(out, value);
  return out.take();
}

}  // namespace signmark::c2pa::cbor
