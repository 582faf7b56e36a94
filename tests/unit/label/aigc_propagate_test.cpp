// SPDX-License-Identifier: Apache-2.0
// Room label: filling the propagation fields in place.
#include "signmark/label.hpp"
#include "support/test_support.hpp"

using namespace signmark;
using namespace signmark::label;
using namespace signmark::test;

namespace {

const Propagation kTrio{"douyin", "q-2", "{\"x\":1}"};

std::string filled(std::string_view value, const Propagation& trio = kTrio) {
  INFO(value);
  const auto result = fill_propagation(value, trio);
  REQUIRE_OK(result);
  const auto parsed = parse_record(*result);
  REQUIRE_OK(parsed);
  CHECK(parsed->record.content_propagator == trio.content_propagator);
  CHECK(parsed->record.propagate_id == trio.propagate_id);
  CHECK(parsed->record.reserved_code2 == trio.reserved_code2);
  return *result;
}

}  // namespace

TEST_CASE("propagation fields are replaced and every other byte stays") {
  CHECK(filled(R"({ "Label" : "1","PropagateID":"a\"b}" ,"x":[1, {"y":"}"}],)"
               R"("ReservedCode2":"old","ContentPropagator"  :  ""  } )") ==
        R"({ "Label" : "1","PropagateID":"q-2" ,"x":[1, {"y":"}"}],)"
        R"("ReservedCode2":"{\"x\":1}","ContentPropagator"  :  "douyin"  } )");
}

TEST_CASE("missing propagation fields are added at the end of the record's object") {
  CHECK(filled(R"({"Label":"1","ContentProducer":"x"})") ==
        R"({"Label":"1","ContentProducer":"x","ContentPropagator":"douyin","PropagateID":"q-2",)"
        R"("ReservedCode2":"{\"x\":1}"})");
  CHECK(filled("{\"a\":1,\"AIGC\": {\"Label\":\"1\"\n},\"b\":2}", {"p", "q", ""}) ==
        "{\"a\":1,\"AIGC\": {\"Label\":\"1\",\"ContentPropagator\":\"p\",\"PropagateID\":\"q\","
        "\"ReservedCode2\":\"\"\n},\"b\":2}");
}

TEST_CASE("values of any type, keys with escapes, and prefixes are handled") {
  CHECK(
      filled(R"({"Label":1,"PropagateID":null,"ContentPropagator":{"a":["]"]}})", {"p", "q", ""}) ==
      R"({"Label":1,"PropagateID":"q","ContentPropagator":"p","ReservedCode2":""})");
  CHECK(filled(R"({"Label":"1","\u0050ropagateID":"old"})", {"p", "q", ""}) ==
        R"({"Label":"1","\u0050ropagateID":"q","ContentPropagator":"p","ReservedCode2":""})");
  CHECK(filled("\xEF\xBB\xBF"
               R"(AIGC{"Label":"1"})",
               {"p", "q", ""})
            .starts_with("\xEF\xBB\xBF"
                         "AIGC{"));
}

TEST_CASE("a misspelt reserved key stays beside the right one") {
  const std::string out = filled(R"({"Label":"1","ReserveCode2":"iflow"})");
  CHECK(out.find(R"("ReserveCode2":"iflow")") != std::string::npos);
}

TEST_CASE("what cannot be filled in place is refused with its reason") {
  const auto code = [](std::string_view value, const Propagation& trio = kTrio) {
    return code_of(fill_propagation(value, trio));
  };
  CHECK(code(R"({"Label":"1"})", {"", "q", ""}) == "label.aigc.empty");
  CHECK(code(R"({"Label":"1"})", {"p", "", ""}) == "label.aigc.empty");
  CHECK(code("{}") == "label.aigc.empty");
  CHECK(code("AIGC:\n  Label: '1'\n") == "label.aigc.shape");
  CHECK(code("{Label: 1, ContentProducer: x}") == "label.aigc.shape");
  CHECK(code(R"("{\"Label\":\"1\"}")") == "label.aigc.shape");
  CHECK(code(R"({"AIGC":"{\"Label\":\"1\"}"})") == "label.aigc.shape");
  CHECK(code("{&quot;Label&quot;:&quot;1&quot;}") == "label.aigc.shape");
  CHECK(code(R"({"Label":"1","Label":"2"})") == "label.aigc.duplicate");
  CHECK(code(R"({"Label":"1)") == "label.aigc.syntax");
  CHECK(code("cat") == "label.aigc.none");
}
