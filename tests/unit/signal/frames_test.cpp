// SPDX-License-Identifier: Apache-2.0
// Payload frames: vectors, every field, refusals.
#include "signal/frames.hpp"

#include "signal_support.hpp"

using namespace signmark;
using namespace signmark::test;
using signal::Bits;
using signal::IdFrame;
using signal::SignedFrame;

namespace {

std::uint64_t number_of(const Json& text) {
  return std::stoull(text.get<std::string>(), nullptr, 16);
}

IdFrame id_frame_of(const Json& entry) {
  return {entry["epoch"], entry["with_signed"], number_of(entry["content_id"]),
          array_of<3>(entry["issuer_hint"])};
}

SignedFrame signed_frame_of(const Json& entry) {
  return {number_of(entry["content_id"]), array_of<4>(entry["issuer_hint"]), entry["time"],
          number_of(entry["fingerprint"]), array_of<64>(entry["signature"])};
}

const Bytes kKey(32, 7);
const IdFrame kIdFrame{2, true, 0x0123456789abcdef, {0xa1, 0xb2, 0xc3}};

SignedFrame a_signed_frame() {
  SignedFrame frame{0x0123456789abcdef, {1, 2, 3, 4}, 0x5f6e7d8c, 0xfedcba9876543210, {}};
  for (std::size_t i = 0; i < frame.signature.size(); ++i)
    frame.signature[i] = static_cast<Byte>(3 * i + 1);
  return frame;
}

/// The same bits with a check that fits, whatever the head says.
Bits with_head(std::uint8_t head) {
  Bits bits = signal::pack(kIdFrame, kKey);
  for (int i = 0; i < 8; ++i) bits[static_cast<std::size_t>(i)] = (head >> (7 - i)) & 1;
  return bits;
}

}  // namespace

TEST_CASE("frames agree with the vectors") {
  const Json vectors = signal_vectors("frames");
  const Bytes key = unhexed(vectors["check_key"]);
  REQUIRE(vectors["id"].size() == 4);
  for (const Json& entry : vectors["id"]) {
    const Bits packed = bits_of(entry["packed"]);
    CHECK(signal::pack(id_frame_of(entry), key) == packed);
    CHECK(signal::check_fits(packed, key));
    CHECK(signal::unpack_id(packed) == id_frame_of(entry));
  }
  REQUIRE(vectors["signed"].size() == 3);
  for (const Json& entry : vectors["signed"]) {
    const Bits packed = bits_of(entry["packed"]);
    const SignedFrame frame = signed_frame_of(entry);
    CHECK(signal::packed_fields(frame) == array_of<24>(entry["fields"]));
    CHECK(signal::pack(frame, key) == packed);
    CHECK(signal::check_fits(packed, key));
    CHECK(signal::unpack_signed(packed) == frame);
  }
}

TEST_CASE("every field of an id frame survives alone") {
  for (std::uint8_t epoch = 0; epoch < 4; ++epoch)
    for (const bool with_signed : {false, true})
      for (int bit = 0; bit < 64; bit += 9) {
        const IdFrame frame{epoch, with_signed, 1ULL << bit, {Byte(bit), 0xff, Byte(255 - bit)}};
        const Bits bits = signal::pack(frame, kKey);
        REQUIRE(bits.size() == IdFrame::kBits);
        CHECK(signal::unpack_id(bits) == frame);
      }
}

TEST_CASE("unknown versions and reserved bits are refused") {
  REQUIRE(signal::unpack_id(with_head(0x20)));
  for (int version = 0; version < 8; ++version)
    CHECK(signal::unpack_id(with_head(static_cast<std::uint8_t>(version << 5))).has_value() ==
          (version == 1));
  for (const std::uint8_t reserved : {1, 2, 3})
    CHECK_FALSE(signal::unpack_id(with_head(0x20 | reserved)));
}

TEST_CASE("a check fails after any single bit error, under another key, at another size") {
  for (Bits bits : {signal::pack(kIdFrame, kKey), signal::pack(a_signed_frame(), kKey)}) {
    CHECK(signal::check_fits(bits, kKey));
    CHECK_FALSE(signal::check_fits(bits, Bytes(32, 8)));
    for (auto& bit : bits) {
      bit ^= 1;
      CHECK_FALSE(signal::check_fits(bits, kKey));
      bit ^= 1;
    }
    bits.pop_back();
    CHECK_FALSE(signal::check_fits(bits, kKey));
  }
  CHECK_FALSE(signal::check_fits({}, kKey));
}

TEST_CASE("frames of another size are nothing") {
  const Bits id = signal::pack(kIdFrame, kKey),
             with_signature = signal::pack(a_signed_frame(), kKey);
  CHECK_FALSE(signal::unpack_id(with_signature));
  CHECK_FALSE(signal::unpack_signed(id));
  CHECK_FALSE(signal::unpack_id({}));
  CHECK(signal::unpack_signed(with_signature) == a_signed_frame());
}
