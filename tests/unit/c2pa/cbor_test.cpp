// SPDX-License-Identifier: Apache-2.0
// CBOR: the examples of RFC 8949 Appendix A, deterministic order, hostile input.
#include "c2pa/cbor.hpp"

#include <limits>

#include "support/test_support.hpp"

namespace signmark::c2pa::cbor {
namespace {

using test::code_of;

Result<Value> decode_hex(std::string_view text, const Limits& limits = {}) {
  return decode(limits, *unhex(text), "test");
}

/// Decodes and writes again.
std::string round_trip(std::string_view text) {
  auto value = decode_hex(text);
  REQUIRE_OK(value);
  return hex(encode(*value));
}

TEST_CASE("well-known examples survive a round trip", "[cbor]") {
  // RFC 8949 Appendix A, the ones in preferred serialization.
  for (const char* text : {"00",
                           "01",
                           "0a",
                           "17",
                           "1818",
                           "1903e8",
                           "1a000f4240",
                           "1b000000e8d4a51000",
                           "1bffffffffffffffff",
                           "20",
                           "29",
                           "3863",
                           "3903e7",
                           "3bffffffffffffffff",
                           "f90000",
                           "f98000",
                           "f93c00",
                           "fb3ff199999999999a",
                           "f93e00",
                           "f97bff",
                           "fa47c35000",
                           "fa7f7fffff",
                           "fb7e37e43c8800759c",
                           "f90001",
                           "f90400",
                           "f9c400",
                           "fbc010666666666666",
                           "f97c00",
                           "f97e00",
                           "f9fc00",
                           "f4",
                           "f5",
                           "f6",
                           "f7",
                           "f0",
                           "f8ff",
                           "c074323031332d30332d32315432303a30343a30305a",
                           "c11a514b67b0",
                           "d74401020304",
                           "40",
                           "4401020304",
                           "60",
                           "6161",
                           "6449455446",
                           "62225c",
                           "62c3bc",
                           "64f0908591",
                           "80",
                           "83010203",
                           "8301820203820405",
                           "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
                           "a0",
                           "a201020304",
                           "a26161016162820203",
                           "826161a161626163"}) {
    INFO(text);
    CHECK(round_trip(text) == text);
  }
}

TEST_CASE("non-preferred forms are read and shortened when written", "[cbor]") {
  CHECK(round_trip("1b0000000000000001") == "01");
  CHECK(round_trip("190017") == "17");
  CHECK(round_trip("fb3ff0000000000000") == "f93c00");
  CHECK(round_trip("fa3f800000") == "f93c00");
  CHECK(round_trip("5f42010243030405ff") == "450102030405");
  CHECK(round_trip("7f657374726561646d696e67ff") == "6973747265616d696e67");
  CHECK(round_trip("9fff") == "80");
  CHECK(round_trip("9f018202039f0405ffff") == "8301820203820405");
  CHECK(round_trip("bf61610161629f0203ffff") == "a26161016162820203");
}

TEST_CASE("small floats are written in the shortest exact form", "[cbor]") {
  CHECK(hex(encode(Value::floating(5.960464477539063e-8))) == "f90001");
  CHECK(hex(encode(Value::floating(2.9802322387695312e-8))) == "fa33000000");
  CHECK(hex(encode(Value::floating(65504.0))) == "f97bff");
  CHECK(hex(encode(Value::floating(65536.0))) == "fa47800000");
  CHECK(hex(encode(Value::floating(std::numeric_limits<double>::quiet_NaN()))) == "f97e00");
}

TEST_CASE("map keys are sorted by their encoding, reading keeps the order", "[cbor]") {
  // The example of RFC 8949 4.2.1.
  Value map = Value::map();
  map.set(Value::boolean(false), Value::uint(8))
      .set(Value::array({Value::integer(-1)}), Value::uint(7))
      .set(Value::array({Value::uint(100)}), Value::uint(6))
      .set("aa", Value::uint(5))
      .set("z", Value::uint(4))
      .set(-1, Value::uint(3))
      .set(100, Value::uint(2))
      .set(10, Value::uint(1));
  const Bytes bytes = encode(map);
  CHECK(hex(bytes) == "a80a011864022003617a046261610581186406812007f408");

  auto unsorted = decode_hex("a2616202616101");
  REQUIRE_OK(unsorted);
  CHECK(*unsorted->as_map()->front().key.as_text() == "b");
  CHECK(hex(encode(*unsorted)) == "a2616101616202");
}

TEST_CASE("accessors answer only for their own kind", "[cbor]") {
  const Value map = Value::map().set("a", Value::integer(-5)).set(7, Value::text("t"));
  CHECK(map.find("a")->as_int() == -5);
  CHECK(*map.find(7)->as_text() == "t");
  CHECK(map.find("b") == nullptr);
  CHECK(map.find(8) == nullptr);
  CHECK_FALSE(map.find("a")->as_uint());
  CHECK(map.find("a")->as_bytes() == nullptr);
  CHECK(Value().is(Kind::null));
  CHECK(Value::uint(1).find("a") == nullptr);
  const Value tagged = Value::tag(0, Value::text("2026-11-22T12:00:00Z"));
  CHECK(tagged.as_text() == nullptr);
  CHECK(*tagged.untagged().as_text() == "2026-11-22T12:00:00Z");
  CHECK_FALSE(Value::uint(UINT64_MAX).as_int());
  CHECK(Value::integer(INT64_MIN).as_int() == INT64_MIN);
}

TEST_CASE("what is not well-formed is refused with its own code", "[cbor]") {
  CHECK(code_of(decode_hex("")) == "c2pa.cbor.truncated");
  CHECK(code_of(decode_hex("18")) == "c2pa.cbor.truncated");
  CHECK(code_of(decode_hex("5affffffff00")) == "c2pa.cbor.truncated");
  CHECK(code_of(decode_hex("9bffffffffffffffff00")) == "c2pa.cbor.truncated");
  CHECK(code_of(decode_hex("bf0001")) == "c2pa.cbor.truncated");
  CHECK(code_of(decode_hex("0000")) == "c2pa.cbor.trailing");
  CHECK(code_of(decode_hex("ff")) == "c2pa.cbor.malformed");
  CHECK(code_of(decode_hex("1c")) == "c2pa.cbor.malformed");
  CHECK(code_of(decode_hex("1f")) == "c2pa.cbor.malformed");
  CHECK(code_of(decode_hex("df00")) == "c2pa.cbor.malformed");
  CHECK(code_of(decode_hex("81ff")) == "c2pa.cbor.malformed");
  CHECK(code_of(decode_hex("bf00ff")) == "c2pa.cbor.malformed");
  CHECK(code_of(decode_hex("f818")) == "c2pa.cbor.malformed");
  CHECK(code_of(decode_hex("5f6161ff")) == "c2pa.cbor.malformed");
  CHECK(code_of(decode_hex("5f5f4100ffff")) == "c2pa.cbor.malformed");
  CHECK(code_of(decode_hex("62c328")) == "c2pa.cbor.utf8");
  CHECK(code_of(decode_hex("7f61c3ff")) == "c2pa.cbor.utf8");
  CHECK(code_of(decode_hex("a2616101616102")) == "c2pa.cbor.duplicate-key");
  // The same key in two encodings is still the same key.
  CHECK(code_of(decode_hex("a20100180102")) == "c2pa.cbor.duplicate-key");
}

TEST_CASE("errors name the place", "[cbor]") {
  const auto error = decode(Limits{}, *unhex("8201"), "claim").error();
  CHECK(error.where == "claim, byte 2");
}

TEST_CASE("nesting and number of items are bounded", "[cbor]") {
  Bytes deep(40, 0x81);
  deep.push_back(0x00);
  CHECK(code_of(decode(Limits{}, deep)) == "c2pa.cbor.limit");
  Limits wide_open;
  wide_open.box_depth = UINT64_MAX;
  Bytes very_deep(1'000'000, 0xc1);  // tags nest too
  CHECK(code_of(decode(wide_open, very_deep)) == "c2pa.cbor.limit");

  Limits few;
  few.blocks = 5;
  CHECK_OK(decode_hex("8400010203", few));
  CHECK(code_of(decode_hex("850001020304", few)) == "c2pa.cbor.limit");
  CHECK(code_of(decode_hex("5f404040404040ff", few)) == "c2pa.cbor.limit");
}

TEST_CASE("every truncation and every flipped byte returns", "[cbor]") {
  const Bytes sample = *unhex(
      "a4616182f5f661625f420102ff6163c074323031332d30332d32315432303a30343a30305a6164bf6178fb3ff199"
      "999999999aff");
  REQUIRE_OK(decode(Limits{}, sample));
  for (std::size_t size = 0; size < sample.size(); ++size)
    CHECK_FALSE(decode(Limits{}, ByteView(sample).first(size)));
  for (std::size_t at = 0; at < sample.size(); ++at) {
    for (const int mask : {0x01, 0x20, 0x80, 0xff}) {
      Bytes flipped = sample;
      flipped[at] = static_cast<Byte>(flipped[at] ^ mask);
      if (const auto value = decode(Limits{}, flipped)) CHECK_OK(decode(Limits{}, encode(*value)));
    }
  }
}

TEST_CASE("diagnostic notation", "[cbor]") {
  const Value value = Value::map()
                          .set("alg", Value::text("a \"b\" \\ \x1b[31m"))
                          .set("list", Value::array({Value::integer(-1), Value::boolean(true)}))
                          .set("empty", Value::array())
                          .set("none", Value::map())
                          .set("pad", Value::bytes(Bytes(100, 0)))
                          .set("hash", Value::bytes(Bytes(4, 0xab)))
                          .set("long", Value::bytes(Bytes(100, 0xcd)))
                          .set("when", Value::tag(0, Value::text("2026")))
                          .set(1, Value::negint(UINT64_MAX))
                          .set(2, Value::simple(99))
                          .set(3, Value::undefined())
                          .set(4, Value::floating(1))
                          .set(5, Value::null());
  CHECK(diagnostic(value, 2, 8) ==
        "{\n"
        "    \"alg\": \"a \\\"b\\\" \\\\ \xef\xbf\xbd[31m\",\n"
        "    \"list\": [\n"
        "      -1,\n"
        "      true\n"
        "    ],\n"
        "    \"empty\": [],\n"
        "    \"none\": {},\n"
        "    \"pad\": h'00…' / 100 zero bytes /,\n"
        "    \"hash\": h'abababab',\n"
        "    \"long\": h'cdcdcdcd…' / 100 bytes /,\n"
        "    \"when\": 0(\"2026\"),\n"
        "    1: -18446744073709551616,\n"
        "    2: simple(99),\n"
        "    3: undefined,\n"
        "    4: 1.0,\n"
        "    5: null\n"
        "  }");
}

}  // namespace
}  // namespace signmark::c2pa::cbor
