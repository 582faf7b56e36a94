// SPDX-License-Identifier: Apache-2.0
// Room label: our integrity value in the reserved codes (TC260-PG-202511A A.1, Annex F.4).
#include <sodium.h>

#include <algorithm>

#include "signmark/label.hpp"
#include "support/test_support.hpp"

using namespace signmark;
using namespace signmark::label;
using namespace signmark::test;

namespace {

const AigcRecord kRecord{"1", "doubao", "p-1", "", "douyin", "q-2", ""};

/// Ed25519 over `signmark/<type>/v1`, NUL, body, as the room `keys` does it.
class TestKey {
 public:
  explicit TestKey(Byte seed_byte) {
    std::array<Byte, crypto_sign_SEEDBYTES> seed{};
    seed.fill(seed_byte);
    REQUIRE(sodium_init() >= 0);
    crypto_sign_seed_keypair(public_.data(), secret_.data(), seed.data());
  }

  [[nodiscard]] SignObject signer() const {
    return [this](std::string_view type, ByteView body) -> Result<std::array<Byte, 64>> {
      const Bytes message = framed(type, body);
      std::array<Byte, 64> signature{};
      crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(),
                           secret_.data());
      return signature;
    };
  }

  [[nodiscard]] VerifyObject verifier() const {
    return [this](std::string_view type, ByteView body, const std::array<Byte, 64>& signature) {
      const Bytes message = framed(type, body);
      return crypto_sign_verify_detached(signature.data(), message.data(), message.size(),
                                         public_.data()) == 0;
    };
  }

 private:
  static Bytes framed(std::string_view type, ByteView body) {
    std::string text = "signmark/" + std::string(type) + "/v1" + '\0';
    text += as_text(body);
    return {text.begin(), text.end()};
  }
  std::array<Byte, crypto_sign_PUBLICKEYBYTES> public_{};
  std::array<Byte, crypto_sign_SECRETKEYBYTES> secret_{};
};

AigcRecord signed_record(const TestKey& key) {
  AigcRecord record = kRecord;
  const auto first = sign_reserved_code(record, Trio::production, key.signer());
  const auto second = sign_reserved_code(record, Trio::propagation, key.signer());
  REQUIRE_OK(first);
  REQUIRE_OK(second);
  record.reserved_code1 = *first;
  record.reserved_code2 = *second;
  return record;
}

}  // namespace

TEST_CASE("the integrity message is that of the guide's appendix A.1") {
  CHECK(integrity_message(kRecord, Trio::production) ==
        R"("Label":"1","ContentProducer":"doubao","ProduceID":"p-1")");
  CHECK(integrity_message(kRecord, Trio::propagation) ==
        R"("Label":"1","ContentPropagator":"douyin","PropagateID":"q-2")");
  AigcRecord odd = kRecord;
  odd.content_producer = "a\",\"b";
  odd.produce_id = "c\\";
  CHECK(integrity_message(odd, Trio::production) ==
        R"("Label":"1","ContentProducer":"a\",\"b","ProduceID":"c\\")");
}

TEST_CASE("a reserved code is 128 lower-case hex digits and verifies with its key only") {
  const TestKey key(1), other(2);
  const AigcRecord record = signed_record(key);
  CHECK(record.reserved_code1.size() == 128);
  CHECK(record.reserved_code1.find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(record.reserved_code1 != record.reserved_code2);
  for (const Trio trio : {Trio::production, Trio::propagation}) {
    CHECK(verify_reserved_code(record, trio, key.verifier()) == ReservedCheck::verified);
    CHECK(verify_reserved_code(record, trio, other.verifier()) == ReservedCheck::failed);
  }
  CHECK(lint(record).empty());
}

TEST_CASE("a changed field fails the trio it belongs to and no other") {
  const TestKey key(1);
  const AigcRecord good = signed_record(key);
  const auto check = [&](const AigcRecord& record) {
    return std::pair(
        verify_reserved_code(record, Trio::production, key.verifier()) == ReservedCheck::verified,
        verify_reserved_code(record, Trio::propagation, key.verifier()) == ReservedCheck::verified);
  };
  struct Case {
    std::string AigcRecord::*field;
    bool production, propagation;
  };
  for (const Case& each :
       {Case{&AigcRecord::label, false, false}, Case{&AigcRecord::content_producer, false, true},
        Case{&AigcRecord::produce_id, false, true},
        Case{&AigcRecord::content_propagator, true, false},
        Case{&AigcRecord::propagate_id, true, false}}) {
    AigcRecord changed = good;
    changed.*each.field += "x";
    CHECK(check(changed) == std::pair(each.production, each.propagation));
  }
  AigcRecord swapped = good;
  std::swap(swapped.reserved_code1, swapped.reserved_code2);
  CHECK(check(swapped) == std::pair(false, false));
}

TEST_CASE("every changed digit of the value fails; other forms are somebody else's") {
  const TestKey key(1);
  const AigcRecord good = signed_record(key);
  const auto state = [&](std::string value) {
    AigcRecord record = good;
    record.reserved_code1 = std::move(value);
    return verify_reserved_code(record, Trio::production, key.verifier());
  };
  for (std::size_t i = 0; i < good.reserved_code1.size(); i += 3) {
    std::string value = good.reserved_code1;
    value[i] = value[i] == '0' ? '1' : '0';
    CHECK(state(value) == ReservedCheck::failed);
  }
  CHECK(state("") == ReservedCheck::absent);
  std::string upper = good.reserved_code1;
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  CHECK(state(upper) == ReservedCheck::foreign);
  CHECK(state(good.reserved_code1 + "0") == ReservedCheck::foreign);
  CHECK(state(std::string(128, 'g')) == ReservedCheck::foreign);
  CHECK(state(R"({"SecurityData":{}})") == ReservedCheck::foreign);
}

TEST_CASE("an incomplete trio is not signed, and the signer's error comes through") {
  const TestKey key(1);
  for (const auto field :
       {&AigcRecord::label, &AigcRecord::content_producer, &AigcRecord::produce_id}) {
    AigcRecord record = kRecord;
    record.*field = "";
    CHECK(code_of(sign_reserved_code(record, Trio::production, key.signer())) ==
          "label.reserved.incomplete");
  }
  AigcRecord record = kRecord;
  record.propagate_id = "";
  CHECK(code_of(sign_reserved_code(record, Trio::propagation, key.signer())) ==
        "label.reserved.incomplete");
  CHECK_OK(sign_reserved_code(record, Trio::production, key.signer()));
  const SignObject refusing = [](std::string_view, ByteView) -> Result<std::array<Byte, 64>> {
    return fail("keys.sign.expired", "too late");
  };
  CHECK(code_of(sign_reserved_code(kRecord, Trio::production, refusing)) == "keys.sign.expired");
}
