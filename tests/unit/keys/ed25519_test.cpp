// SPDX-License-Identifier: Apache-2.0
// Edge cases of Ed25519 after C2SP/CCTV and "Taming the many EdDSAs": each signature here fulfils
// the equation R = S*B - h*A, so only the strict checks refuse it.
#include "keys/ed25519.hpp"

#include "keys/typed_object.hpp"
#include "trust_support.hpp"

using namespace signmark;
using namespace signmark::keys;
using namespace signmark::test;

namespace {

using Scalar = std::array<Byte, 32>;

// The eight points of small order in all encodings that decode, canonical ones first. Bit 255 is
// the sign of x.
constexpr std::array<std::string_view, 14> kSmallOrder{
    "0100000000000000000000000000000000000000000000000000000000000000",  // order 1
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  // order 2
    "0000000000000000000000000000000000000000000000000000000000000000",  // order 4
    "0000000000000000000000000000000000000000000000000000000000000080",  // order 4
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",  // order 8
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",  // order 8
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",  // order 8
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",  // order 8
    "0100000000000000000000000000000000000000000000000000000000000080",  // -0, non-canonical
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",  // -0, non-canonical
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  // y = p + 1
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",  // y = p + 1, -0
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",  // y = p
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",  // y = p, sign set
};

constexpr std::string_view kBasePoint =
    "5866666666666666666666666666666666666666666666666666666666666666";
/// The group's order, little-endian.
constexpr std::string_view kOrder =
    "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

Scalar from_hex(std::string_view text) {
  const auto raw = unhex(text);
  REQUIRE_OK(raw);
  Scalar out{};
  REQUIRE(raw->size() == out.size());
  std::copy(raw->begin(), raw->end(), out.begin());
  return out;
}

Signature join(const Scalar& r, const Scalar& s) {
  Signature out{};
  std::copy(r.begin(), r.end(), out.begin());
  std::copy(s.begin(), s.end(), out.begin() + 32);
  return out;
}

/// h = SHA-512(R || A || message) modulo the order.
Scalar challenge(const Scalar& r, const Scalar& a, ByteView message) {
  Bytes input(r.begin(), r.end());
  input.insert(input.end(), a.begin(), a.end());
  input.insert(input.end(), message.begin(), message.end());
  std::array<Byte, 64> wide{};
  crypto_hash_sha512(wide.data(), input.data(), input.size());
  Scalar out{};
  crypto_core_ed25519_scalar_reduce(out.data(), wide.data());
  return out;
}

/// The secret scalar of a key.
Scalar secret_scalar(const TestKey& key) {
  std::array<Byte, 64> wide{};
  crypto_hash_sha512(wide.data(), key.seed.data(), key.seed.size());
  wide[0] &= 248;
  wide[31] = static_cast<Byte>((wide[31] & 127) | 64);
  Scalar out{};
  std::copy_n(wide.begin(), out.size(), out.begin());
  return out;
}

/// S plus `times` the order, as long as it fits into 32 bytes.
std::optional<Signature> add_order(const Signature& signature, int times) {
  const Scalar order = from_hex(kOrder);
  Signature out = signature;
  for (int t = 0; t < times; ++t) {
    unsigned carry = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
      carry += static_cast<unsigned>(out[32 + i]) + order[i];
      out[32 + i] = static_cast<Byte>(carry);
      carry >>= 8;
    }
    if (carry != 0) return std::nullopt;
  }
  return out;
}

}  // namespace

TEST_CASE("keys of small order verify nothing, in any encoding") {
  // With A of small order, R = B and S = 1 the equation holds for every message whose challenge is
  // a multiple of eight: without the check anybody could sign for such a key.
  REQUIRE(sodium_init() >= 0);
  const Scalar r = from_hex(kBasePoint);
  const Scalar one{1};
  for (const std::string_view text : kSmallOrder) {
    const PublicKey key = from_hex(text);
    int forged = 0;
    for (int i = 0; forged < 4 && i < 1000; ++i) {
      const std::string body = "body " + std::to_string(i);
      const Bytes message = typed_message("image-frame", as_bytes(body));
      if (challenge(r, key, message)[0] % 8 != 0) continue;
      ++forged;
      INFO(text << " " << i);
      CHECK_FALSE(verify_object(key, "image-frame", as_bytes(body), join(r, one)));
      CHECK_FALSE(verify_exact(key, message, join(r, one)));
    }
    CHECK(forged == 4);
  }
}

TEST_CASE("signatures with R of small order are refused, in any encoding") {
  const TestKey key(7);
  const Bytes message = typed_message("image-frame", as_bytes("body"));
  for (const std::string_view text : kSmallOrder) {
    const Scalar r = from_hex(text);
    // R is the neutral element, or counts as one after multiplication by eight: S = h * a.
    const Scalar h = challenge(r, key.pk, message);
    Scalar s{};
    crypto_core_ed25519_scalar_mul(s.data(), h.data(), secret_scalar(key).data());
    INFO(text);
    CHECK_FALSE(verify_object(key.pk, "image-frame", as_bytes("body"), join(r, s)));
  }
}

TEST_CASE("the same construction with a proper R is a good signature") {
  // Shows that the arithmetic of the cases above is right: R = B, S = 1 + h * a.
  const TestKey key(7);
  const Bytes message = typed_message("image-frame", as_bytes("body"));
  const Scalar r = from_hex(kBasePoint), one{1};
  const Scalar h = challenge(r, key.pk, message);
  Scalar product{}, s{};
  crypto_core_ed25519_scalar_mul(product.data(), h.data(), secret_scalar(key).data());
  crypto_core_ed25519_scalar_add(s.data(), product.data(), one.data());
  CHECK(verify_object(key.pk, "image-frame", as_bytes("body"), join(r, s)));
}

TEST_CASE("a malleated S is refused") {
  const TestKey key(7);
  const Bytes message = typed_message("image-frame", as_bytes("body"));
  const Signature good = key.sign(message);
  REQUIRE(verify_exact(key.pk, message, good));
  int tried = 0;
  for (int times = 1; times <= 15; ++times) {
    const auto bad = add_order(good, times);
    if (!bad) continue;
    ++tried;
    INFO(times);
    CHECK_FALSE(verify_exact(key.pk, message, *bad));
    CHECK_FALSE(verify_object(key.pk, "image-frame", as_bytes("body"), *bad));
  }
  CHECK(tried >= 14);
}

TEST_CASE("encodings that are no point verify nothing") {
  const TestKey key(7);
  const Bytes message = typed_message("image-frame", as_bytes("body"));
  const Signature good = key.sign(message);
  for (int y = 2; y < 19; ++y) {  // y + p for small y: non-canonical whether it is a point or not
    PublicKey bad{};
    bad.fill(0xff);
    bad[0] = static_cast<Byte>(0xed + y);
    bad[31] = 0x7f;
    CHECK_FALSE(verify_exact(bad, message, good));
  }
  PublicKey no_point{2};
  CHECK_FALSE(verify_exact(no_point, message, good));
}

TEST_CASE("only a whole COSE Sig_structure is recognised") {
  const std::string context = "\x84\x6aSignature1";
  const auto code = [](std::string_view text) {
    return code_of(check_sig_structure(as_bytes(text)));
  };
  const std::string good = context + "\x43xyz\x40\x42pq";
  CHECK(code(good) == "");
  for (std::size_t size = 0; size < good.size(); ++size)
    CHECK(code(std::string_view(good).substr(0, size)) == "keys.sign.cose");
  CHECK(code(good + "x") == "keys.sign.cose");
  CHECK(code("\x83\x6aSignature1\x43xyz\x40\x42pq") == "keys.sign.cose");
  CHECK(code("\x84\x69Signature\x43xyz\x40\x42pq") == "keys.sign.cose");
  CHECK(code(context + "\x43xyz\x41x\x42pq") == "keys.sign.cose");         // external data
  CHECK(code(context + "\x58\x03xyz\x40\x42pq") == "keys.sign.cose");      // not the shortest form
  CHECK(code(context + "\x63xyz\x40\x42pq") == "keys.sign.cose");          // text, not bytes
  CHECK(code(context + "\x5f\x43xyz\xff\x40\x42pq") == "keys.sign.cose");  // indefinite
  const std::string hundred(100, 'p'), thousand(1000, 'p'), large(70'000, 'p');
  CHECK(code(context + "\x40\x40\x58\x64" + hundred) == "");
  CHECK(code(context + std::string("\x40\x40\x59\x03\xe8", 5) + thousand) == "");
  CHECK(code(context + std::string("\x40\x40\x5a\x00\x01\x11\x70", 7) + large) == "");
  CHECK(code(context + std::string("\x40\x40\x59\x00\x64", 5) + hundred) == "keys.sign.cose");
}
