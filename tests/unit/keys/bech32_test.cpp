// SPDX-License-Identifier: Apache-2.0
// Text forms of keys: strictness, typing errors, and silence about secrets.
#include "keys/bech32.hpp"

#include "keys_support.hpp"

using namespace signmark;
using namespace signmark::keys;
using namespace signmark::test;

namespace {

std::string encode(std::string_view prefix, Byte fill) {
  std::array<Byte, 32> payload{};
  payload.fill(fill);
  std::string out(prefix.size() + 1 + kBech32Data, ' ');
  bech32_encode(prefix, payload, out);
  return out;
}

std::string decode_code(std::string_view prefix, std::string_view text) {
  std::array<Byte, 32> out{};
  return code_of(bech32_decode(prefix, text, out));
}

}  // namespace

TEST_CASE("every wrong character, swap and case is noticed") {
  const std::string good = encode("smsign", 0xa5);
  REQUIRE(decode_code("smsign", good).empty());
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const char c : std::string_view("qpzry9x8gf2tvdw0s3jn54khce6mua7lbio1 B-")) {
      if (c == good[i]) continue;
      std::string bad = good;
      bad[i] = c;
      CHECK_FALSE(decode_code("smsign", bad).empty());
    }
    if (i == 0 || good[i] == good[i - 1]) continue;
    std::string swapped = good;
    std::swap(swapped[i], swapped[i - 1]);
    CHECK_FALSE(decode_code("smsign", swapped).empty());
  }
}

TEST_CASE("prefix, length and case are exact") {
  const std::string good = encode("smsign", 1);
  CHECK(decode_code("smissuer", good) == "keys.text.prefix");
  CHECK(decode_code("smsign", good + "q") == "keys.text.length");
  CHECK(decode_code("smsign", good.substr(0, good.size() - 1)) == "keys.text.length");
  CHECK(decode_code("smsign", "") == "keys.text.prefix");
  std::string upper = good;
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  CHECK(decode_code("smsign", upper) == "keys.text.prefix");
  std::string mixed = good;
  const auto letter = mixed.find_first_of("abcdefghjklmnpqrstuvwxyz", 7);
  mixed[letter] = static_cast<char>(std::toupper(mixed[letter]));
  CHECK(decode_code("smsign", mixed) == "keys.text.character");
}

TEST_CASE("nothing is written when the text is wrong, and padding must be zero") {
  std::string bad = encode("smsign", 0x33);
  bad.back() = bad.back() == 'q' ? 'p' : 'q';
  std::array<Byte, 32> out{};
  CHECK(code_of(bech32_decode("smsign", bad, out)) == "keys.text.checksum");
  CHECK(out == std::array<Byte, 32>{});
}

TEST_CASE("a secret is never quoted, and never taken for a public key") {
  const auto arena = make_arena();
  const std::string secret = encode("SIGNMARK-SIGN-SECRET-", 0x5a);
  REQUIRE_OK(parse_secret_text(*arena, secret));
  const auto as_public = parse_public_text(secret);
  CHECK(code_of(as_public) == "keys.text.secret");
  std::string damaged = secret;
  damaged[30] = 'Q';
  for (const Error& error : {as_public.error(), parse_secret_text(*arena, damaged).error()}) {
    const std::string all = error.message + error.where + error.hint;
    CHECK(all.find(secret.substr(25, 6)) == std::string::npos);
  }
  CHECK(code_of(parse_secret_text(*arena, encode("smsign", 1))) == "keys.text.prefix");
}
