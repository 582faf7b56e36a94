// SPDX-License-Identifier: Apache-2.0
// Packing, checking and unpacking of the payload frames.
#include "signal/frames.hpp"

#include <sodium.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "base/hash.hpp"

namespace signmark::signal {
namespace {

constexpr std::size_t kCheckBytes = 4;
constexpr int kVersion = 1, kVersionShift = 5, kEpochShift = 3;
constexpr std::uint8_t kEpochMask = 3, kSignedFlag = 0x04, kReservedBits = 0x03;
// Hashed before a signed frame's bytes, so that no id frame's check is one of a signed frame.
constexpr std::uint8_t kSignedType = 1;

Bits to_bits(ByteView bytes) {
  Bits bits;
  bits.reserve(bytes.size() * 8);
  for (const Byte byte : bytes)
    for (int bit = 7; bit >= 0; --bit) bits.push_back((byte >> bit) & 1);
  return bits;
}

Bytes to_bytes(const Bits& bits) {
  Bytes bytes(bits.size() / 8);
  for (std::size_t i = 0; i < bytes.size() * 8; ++i)
    bytes[i / 8] = static_cast<Byte>(bytes[i / 8] << 1 | (bits[i] & 1));
  return bytes;
}

std::array<Byte, kCheckBytes> check_of(ByteView info, ByteView check_key) {
  ByteWriter hashed;
  if (info.size() == SignedFrame::kInfoBits / 8) hashed.u8(kSignedType);
  hashed.bytes(info);
  const auto digest = blake2b(hashed.view(), check_key);
  std::array<Byte, kCheckBytes> check{};
  std::copy_n(digest.begin(), check.size(), check.begin());
  return check;
}

Bits with_check(ByteWriter info, ByteView check_key) {
  const auto check = check_of(info.view(), check_key);
  info.bytes(check);
  return to_bits(info.view());
}

/// The next bytes of a frame whose size was checked before.
template <std::size_t kSize>
void fill(std::array<Byte, kSize>& field, ByteReader& reader) {
  const ByteView bytes = reader.take(kSize).value();
  std::copy(bytes.begin(), bytes.end(), field.begin());
}

}  // namespace

std::array<Byte, SignedFrame::kFieldBytes> packed_fields(const SignedFrame& frame) {
  ByteWriter writer;
  writer.u64be(frame.content_id).bytes(frame.issuer_hint).u32be(frame.time);
  writer.u64be(frame.fingerprint);
  std::array<Byte, SignedFrame::kFieldBytes> fields{};
  std::copy(writer.view().begin(), writer.view().end(), fields.begin());
  return fields;
}

Bits pack(const IdFrame& frame, ByteView check_key) {
  const int head = kVersion << kVersionShift | (frame.epoch & kEpochMask) << kEpochShift |
                   (frame.with_signed ? kSignedFlag : 0);
  ByteWriter info;
  info.u8(static_cast<std::uint8_t>(head)).u64be(frame.content_id).bytes(frame.issuer_hint);
  return with_check(std::move(info), check_key);
}

Bits pack(const SignedFrame& frame, ByteView check_key) {
  ByteWriter info;
  info.bytes(packed_fields(frame)).bytes(frame.signature);
  return with_check(std::move(info), check_key);
}

bool check_fits(const Bits& bits, ByteView check_key) {
  if (bits.size() != IdFrame::kBits && bits.size() != SignedFrame::kBits) return false;
  const Bytes bytes = to_bytes(bits);
  const ByteView all(bytes);
  const auto check = check_of(all.first(all.size() - kCheckBytes), check_key);
  return sodium_memcmp(check.data(), all.last(kCheckBytes).data(), kCheckBytes) == 0;
}

std::optional<IdFrame> unpack_id(const Bits& bits) {
  if (bits.size() != IdFrame::kBits) return std::nullopt;
  const Bytes bytes = to_bytes(bits);
  ByteReader reader(bytes, "signal.frame");
  const std::uint8_t head = reader.u8().value();
  if (head >> kVersionShift != kVersion || (head & kReservedBits) != 0) return std::nullopt;
  IdFrame frame;
  frame.epoch = (head >> kEpochShift) & kEpochMask;
  frame.with_signed = (head & kSignedFlag) != 0;
  frame.content_id = reader.u64be().value();
  fill(frame.issuer_hint, reader);
  return frame;
}

std::optional<SignedFrame> unpack_signed(const Bits& bits) {
  if (bits.size() != SignedFrame::kBits) return std::nullopt;
  const Bytes bytes = to_bytes(bits);
  ByteReader reader(bytes, "signal.frame");
  SignedFrame frame;
  frame.content_id = reader.u64be().value();
  fill(frame.issuer_hint, reader);
  frame.time = reader.u32be().value();
  frame.fingerprint = reader.u64be().value();
  fill(frame.signature, reader);
  return frame;
}

}  // namespace signmark::signal
