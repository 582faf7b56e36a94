// SPDX-License-Identifier: Apache-2.0
// Typed signatures: the type table, domain separation, strict Ed25519 (keys.md sections 6 and 12).
#include "keys/typed_object.hpp"

#include <sodium.h>

#include "support/test_support.hpp"

using namespace signmark;
using namespace signmark::keys;
using namespace signmark::test;

namespace {

struct Pair {
  PublicKey pk{};
  std::array<Byte, 64> sk{};
};

Pair make_pair() {
  Pair pair;
  const std::array<Byte, 32> seed{1, 2, 3};
  REQUIRE(sodium_init() >= 0);
  crypto_sign_seed_keypair(pair.pk.data(), pair.sk.data(), seed.data());
  return pair;
}

Signature sign_raw(const Pair& pair, ByteView message) {
  Signature out{};
  crypto_sign_detached(out.data(), nullptr, message.data(), message.size(), pair.sk.data());
  return out;
}

}  // namespace

TEST_CASE("typed message is prefix, zero byte, body") {
  CHECK(as_text(typed_message("revocation", as_bytes("{}"))) ==
        std::string_view("signmark/revocation/v1\0{}", 25));
}

TEST_CASE("only the role of the table may sign a type") {
  CHECK_OK(check_signable(Role::signing, "image-frame", {}));
  CHECK_OK(check_signable(Role::issuer, "trust-bundle", {}));
  CHECK(code_of(check_signable(Role::issuer, "image-frame", {})) == "keys.sign.type");
  CHECK(code_of(check_signable(Role::signing, "revocation", {})) == "keys.sign.type");
  CHECK(code_of(check_signable(Role::carrier, "image-frame", {})) == "keys.sign.type");
  CHECK(code_of(check_signable(Role::signing, "Image-Frame", {})) == "keys.sign.type");
  CHECK(code_of(check_signable(Role::signing, "", {})) == "keys.sign.type");
  const Bytes big(64 * 1024 + 1);
  CHECK(code_of(check_signable(Role::signing, "image-frame", big)) == "keys.sign.size");
  CHECK_OK(check_signable(Role::issuer, "trust-bundle", big));
}

TEST_CASE("a signature holds for one type, one body, one key, and no flipped bit") {
  const Pair pair = make_pair();
  const Bytes body{'b', 'o', 'd', 'y'};
  const Signature good = sign_raw(pair, typed_message("image-frame", body));
  REQUIRE(verify_object(pair.pk, "image-frame", body, good));
  CHECK_FALSE(verify_object(pair.pk, "text-record", body, good));
  CHECK_FALSE(verify_object(pair.pk, "image-frame/v1", body, good));
  for (std::size_t bit = 0; bit < 512; ++bit) {
    Signature bad = good;
    bad[bit / 8] ^= static_cast<Byte>(1U << bit % 8);
    CHECK_FALSE(verify_object(pair.pk, "image-frame", body, bad));
  }
  for (std::size_t bit = 0; bit < 256; ++bit) {
    PublicKey bad = pair.pk;
    bad[bit / 8] ^= static_cast<Byte>(1U << bit % 8);
    CHECK_FALSE(verify_object(bad, "image-frame", body, good));
  }
  for (std::size_t bit = 0; bit < 32; ++bit) {
    Bytes bad = body;
    bad[bit / 8] ^= static_cast<Byte>(1U << bit % 8);
    CHECK_FALSE(verify_object(pair.pk, "image-frame", bad, good));
  }
}

TEST_CASE("raw, X.509 and COSE signatures are not ours") {
  const Pair pair = make_pair();
  const Bytes der{0x30, 0x03, 0x02, 0x01, 0x01};
  const Bytes cose{0x84, 0x6a, 'S', 'i', 'g', 'n', 'a', 't', 'u', 'r', 'e', '1'};
  CHECK_FALSE(verify_object(pair.pk, "image-frame", der, sign_raw(pair, der)));
  CHECK_FALSE(verify_object(pair.pk, "image-frame", cose, sign_raw(pair, cose)));
  CHECK(typed_message("image-frame", der)[0] == 's');
}

TEST_CASE("short ids are eighty bits in base32 groups") {
  Fingerprint zero{};
  CHECK(short_id(zero) == "sm1-aaaa-aaaa-aaaa-aaaa");
  Fingerprint ones{};
  ones.fill(0xff);
  CHECK(short_id(ones) == "sm1-7777-7777-7777-7777");
  Fingerprint mixed{'f', 'o', 'o', 'b', 'a'};  // RFC 4648 section 10: mzxw6ytb
  CHECK(short_id(mixed) == "sm1-mzxw-6ytb-aaaa-aaaa");
}

TEST_CASE("role is part of the fingerprint") {
  const PublicKey key{9};
  CHECK(fingerprint(Role::issuer, key) != fingerprint(Role::signing, key));
}
