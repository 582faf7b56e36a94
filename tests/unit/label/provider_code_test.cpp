// SPDX-License-Identifier: Apache-2.0
// Room label: provider codes and credit codes (TC260-PG-20252A, GB 32100).
#include "signmark/label.hpp"
#include "support/test_support.hpp"

using namespace signmark;
using namespace signmark::label;
using namespace signmark::test;

TEST_CASE("provider codes collected from public labels pass") {
  for (const char* code :
       {"001191110102MACQD9K64010000", "00119144030008867405X210002", "00119144030008867405X210001",
        "00119144030008867405X220001", "001191440101MA9Y9T4H7A00000", "001191330106MA2CFLDG4R10001",
        "001191110108335469089C10100", "001191440300708461136T1308L", "001191440300708461136T1WFUO",
        "001191440300708461136T1XGW3", "001191310104MACE0YX63918020",
        "001191440300MA5G49LC9K1YO01"}) {
    INFO(code);
    CHECK_OK(check_provider_code(code));
  }
  for (const char* code : {"91340100MAEB4N8H76", "91110000802100433B", "91110105MACJ6K1C8A"}) {
    INFO(code);
    CHECK(is_credit_code(code));
    const auto bare = check_provider_code(code);
    CHECK(code_of(bare) == "label.code.length");
    CHECK(bare.error().hint.find("0011") != std::string::npos);
    CHECK_OK(check_provider_code("0011" + std::string(code) + "00000"));
  }
}

TEST_CASE("wrong codes are refused with their own reason") {
  const auto code = [](std::string_view text) { return code_of(check_provider_code(text)); };
  CHECK(code("001191330101MA27WPYJ18xliu") == "label.code.length");  // seen at iFlow
  CHECK(code("001191330101MA27WPYJ18xliuu") == "label.code.shape");
  CHECK(code("") == "label.code.length");
  CHECK(code("011191110102MACQD9K64010000") == "label.code.shape");
  CHECK(code("001191110102MACQD9I64010000") == "label.code.shape");  // I is not in the alphabet
  CHECK(code("001191110102MACQD9K64110000") == "label.code.check");
  CHECK(code("0011" + std::string(18, '0') + "00000") == "label.code.placeholder");
  CHECK(code("0011" + std::string(18, '1') + "10001") == "label.code.placeholder");
  CHECK(code("0011" + std::string(18, 'X') + "10001") == "label.code.placeholder");
  CHECK(code("001112345678901234567810000") == "label.code.placeholder");
  CHECK(code("001191000000MACQD9K64000000") == "label.code.placeholder");
  CHECK(code("001191110102000000000000000") == "label.code.placeholder");
}

TEST_CASE("every single typing error in a credit code is noticed") {
  const std::string good = "91110102MACQD9K640";
  REQUIRE(is_credit_code(good));
  const std::string alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
  for (std::size_t i = 0; i < good.size(); ++i)
    for (const char c : alphabet) {
      std::string wrong = good;
      wrong[i] = c;
      CHECK(is_credit_code(wrong) == (c == good[i]));
    }
  CHECK_FALSE(is_credit_code("91110102MACQD9K64"));
  CHECK_FALSE(is_credit_code("91110102macqd9k640"));
}
