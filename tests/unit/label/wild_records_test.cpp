// SPDX-License-Identifier: Apache-2.0
// Room label: one case for each product's shape in gb45438.md section 9, and random round trips.
#include <algorithm>
#include <random>

#include "signmark/label.hpp"
#include "support/test_support.hpp"

using namespace signmark;
using namespace signmark::label;
using namespace signmark::test;

namespace {

struct Wild {
  std::string product;
  Place place;
  std::string text, shape, producer;
  std::vector<std::string> broken;  ///< codes of the rules broken, sorted, each once
};

std::vector<std::string> sorted_codes(const ParsedRecord& record) {
  std::vector<std::string> out;
  for (const LintEntry& entry : record.broken) out.push_back(entry.code);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

const std::vector<Wild> kWild{
    {"Doubao, PNG XMP element",
     Place::aigc,
     R"({"Label":"1","ContentProducer":"001191110102MACQD9K64010000","ProduceID":"cc75f5e9",)"
     R"("ReservedCode1":"","ContentPropagator":"","PropagateID":"","ReservedCode2":""})",
     "bare",
     "001191110102MACQD9K64010000",
     {"label.aigc.first-write"}},
    {"Doubao by name, MP4 key",
     Place::aigc,
     R"({"Label":"1","ContentProducer":"doubao","ProduceID":"v0","ReservedCode1":"",)"
     R"("ContentPropagator":"doubao","PropagateID":"v0","ReservedCode2":""})",
     "bare",
     "doubao",
     {}},
    {"Jimeng, PNG Description",
     Place::generic,
     R"({"AIGC":{"Label":"1","ContentProducer":"00119144030008867405X210001",)"
     R"("ProduceID":"tos-cn-i-tb4s082cfz/71c9","ReservedCode1":"",)"
     R"("ContentPropagator":"00119144030008867405X220001",)"
     R"("PropagateID":"tos-cn-i-tb4s082cfz/71c9","ReservedCode2":""}})",
     "wrapped",
     "00119144030008867405X210001",
     {}},
    {"Qwen, PNG tEXt, another order",
     Place::aigc,
     R"({"ContentProducer":"001191440101MA9Y9T4H7A00000","Label":"1",)"
     R"("ProduceID":"u:12/task:34","ReservedCode1":"q83vEjRWeJA=",)"
     R"("PropagateID":"u:12/task:34","ContentPropagator":"001191440101MA9Y9T4H7A00000",)"
     R"("ReservedCode2":"q83vEjRWeJA="})",
     "bare",
     "001191440101MA9Y9T4H7A00000",
     {"label.aigc.order"}},
    {"Kling, image",
     Place::aigc,
     R"({"Label":"1","ContentProducer":"001191110108335469089C10100","ProduceID":"k1",)"
     R"("ReservedCode1":"","ContentPropagator":"001191110108335469089C10100",)"
     R"("PropagateID":"k1","ReservedCode2":""})",
     "bare",
     "001191110108335469089C10100",
     {}},
    {"Kling, MP4, number of zeros",
     Place::aigc,
     R"({"Label":"1","ContentProducer":"kling","ProduceID":"SGP_PROD_1","ReservedCode1":"",)"
     R"("ContentPropagator":"kling","PropagateID":"000000000000","ReservedCode2":""})",
     "bare",
     "kling",
     {"label.aigc.placeholder"}},
    {"Tencent Yuanbao, EXIF UserComment",
     Place::generic,
     R"({"AIGC": {"Label":"1","ContentProducer":"001191440300708461136T1308L",)"
     R"("ProduceID":"t1","ReservedCode1":"{\"Type\":\" TC260PG\",\"AlgID\":\"sm3\"}",)"
     R"("ContentPropagator":"001191440300708461136T1308L","PropagateID":"t1",)"
     R"("ReservedCode2":""}})",
     "wrapped",
     "001191440300708461136T1308L",
     {"label.aigc.charset"}},
    {"Tencent, Markdown",
     Place::aigc,
     "---\nAIGC:\n    Label: \"1\"\n    ContentProducer: 001191440300708461136T1XGW3\n"
     "    ProduceID: 4c8a_bc87\n    ReservedCode1: xRvU+WQI=\n"
     "    ContentPropagator: 001191440300708461136T1XGW3\n    PropagateID: 4c8a_bc87\n"
     "    ReservedCode2: xRvU+WQI=\n---\n\n# text\n",
     "yaml mapping",
     "001191440300708461136T1XGW3",
     {}},
    {"MiniMax, MP3 TXXX with SecurityData",
     Place::aigc,
     R"({"Label":"1","ContentProducer":"MiniMax","ProduceID":"0664",)"
     R"("ReservedCode1":"{\"SecurityData\":{\"Type\":\"TC260PG\",\"Version\":1,\"PubSD\":[]}}",)"
     R"("ContentPropagator":"MiniMax","PropagateID":"0664","ReservedCode2":""})",
     "bare",
     "MiniMax",
     {}},
    {"MiniMax, wrapped in MP3 TXXX",
     Place::aigc,
     R"({"AIGC":{"Label":"1","ContentProducer":"MiniMax","ProduceID":"1","ReservedCode1":"",)"
     R"("ContentPropagator":"MiniMax","PropagateID":"1","ReservedCode2":""}})",
     "wrapped",
     "MiniMax",
     {}},
    {"MiniMax Agent, Markdown, keys by name",
     Place::aigc,
     "---\nAIGC:\n    ContentProducer: Minimax Agent AI\n    ContentPropagator: Minimax Agent AI\n"
     "    Label: AIGC\n    ProduceID: \"00000000000000000000000000000000\"\n"
     "    PropagateID: \"00000000000000000000000000000000\"\n    ReservedCode1: 3046022100f1\n"
     "    ReservedCode2: 3046022100bd\n---\n",
     "yaml mapping",
     "Minimax Agent AI",
     {"label.aigc.charset", "label.aigc.label-value", "label.aigc.order",
      "label.aigc.placeholder"}},
    {"MiniMax Agent, zeros without quotes",
     Place::aigc,
     "AIGC:\n  Label: AIGC\n  ContentProducer: Minimax\n  ProduceID: 00000000\n"
     "  ReservedCode1: 3046022100f1\n  ContentPropagator: Minimax\n  PropagateID: 00000000\n"
     "  ReservedCode2: 3046022100bd\n",
     "yaml mapping",
     "Minimax",
     {"label.aigc.label-value", "label.aigc.placeholder", "label.aigc.type"}},
    {"StepFun, Markdown, two spaces, single quotes",
     Place::aigc,
     "---\nAIGC:\n  Label: '1'\n  ContentProducer: '001191310104MACE0YX63918020'\n"
     "  ProduceID: '142569260085903360'\n"
     "  ReservedCode1: '{\"SecurityData\":{\"Type\":\"TC260PG\",\"Version\":1,\"PubSD\":[]}}'\n"
     "  ContentPropagator: '001191310104MACE0YX63918020'\n  PropagateID: '142569260085903360'\n"
     "  ReservedCode2: ''\n---\n",
     "yaml mapping",
     "001191310104MACE0YX63918020",
     {}},
    {"iFlow, flow form, misspelt, short code",
     Place::aigc,
     "---\nAIGC: {\"Label\": \"1\", \"ContentProducer\": \"001191330101MA27WPYJ18xliu\", "
     "\"ProduceID\": \"de645228-5456\", \"ReserveCode1\": \"iflow\", "
     "\"ContentPropagator\": \"iflow\", \"PropagateID\": \"iflow\", "
     "\"ReserveCode2\": \"iflow\"}\n---\n",
     "yaml flow",
     "001191330101MA27WPYJ18xliu",
     {"label.aigc.misspelt", "label.code.length"}},
    {"a heading and other keys before AIGC",
     Place::aigc,
     "# Report\n---\ntitle: a\npermalink: /b\nAIGC:\n  Label: 1\n  ContentProducer: doubao\n"
     "  ProduceID: a1\n  ReservedCode1: ''\n  ContentPropagator: doubao\n  PropagateID: a1\n"
     "  ReservedCode2: ''\n---\n",
     "yaml mapping",
     "doubao",
     {"label.aigc.type"}},
    {"Honor YOYO, JPEG UserComment, nested object",
     Place::generic,
     R"({"AIGC":{"Label":"1","ContentProducer":"001191440300MA5G49LC9K1YO01","ProduceID":"h",)"
     R"("ReservedCode1":{"SecurityData":{"Type":"TC260PG","Version":1,"PubSd":[]}},)"
     R"("ContentPropagator":"001191440300MA5G49LC9K1YO01","PropagateID":"h",)"
     R"("ReservedCode2":""}})",
     "wrapped",
     "001191440300MA5G49LC9K1YO01",
     {"label.aigc.type"}},
    {"PicWish, XMP attribute, few fields",
     Place::aigc,
     R"({"Label":"1","ContentProducer":"picwish","ProduceID":"p"})",
     "bare",
     "picwish",
     {"label.aigc.missing"}},
    {"image-aigc-metadata, JPEG APP11 without separator",
     Place::aigc,
     R"(AIGC{"Label":"1","ContentProducer":"x","ProduceID":"y","ReservedCode1":"",)"
     R"("ContentPropagator":"x","PropagateID":"y","ReservedCode2":""})",
     "bare",
     "x",
     {}},
    {"an enum's name as Label",
     Place::aigc,
     R"({"Label":"AIGCLabelType.AI_GENERATED","ContentProducer":"001191110108587659081E10001",)"
     R"("ProduceID":"e","ReservedCode1":"","ContentPropagator":"001191110108587659081E10001",)"
     R"("PropagateID":"e","ReservedCode2":""})",
     "bare",
     "001191110108587659081E10001",
     {"label.aigc.label-value"}},
    {"RunningHub, bare credit code",
     Place::aigc,
     R"({"Label":"1","ContentProducer":"91340100MAEB4N8H76","ProduceID":"r","ReservedCode1":"",)"
     R"("ContentPropagator":"91340100MAEB4N8H76","PropagateID":"r","ReservedCode2":""})",
     "bare",
     "91340100MAEB4N8H76",
     {"label.code.length"}},
    {"a name in Chinese and a time stamp",
     Place::aigc,
     R"({"Label":"1","ContentProducer":"某某科技","ProduceID":"1","ReservedCode1":"",)"
     R"("ContentPropagator":"某某科技","PropagateID":"1","ReservedCode2":"","Timestamp":1})",
     "bare",
     "某某科技",
     {"label.aigc.charset", "label.aigc.unknown-key"}},
};

AigcRecord random_record(std::mt19937& random) {
  constexpr std::string_view kAlphabet =
      "abcXYZ0189-_:/{}[]\"'\\&<>= \t\n,;.#|%~";  // what is special in JSON, XML and YAML
  const auto text = [&] {
    std::string out;
    for (auto size = random() % 24; size > 0; --size) {
      const auto pick = random() % (kAlphabet.size() + 4);
      if (pick < kAlphabet.size())
        out += kAlphabet[pick];
      else
        out += pick % 2 == 0 ? "人" : "😀";
    }
    return out;
  };
  return {std::to_string(1 + random() % 3), text() + "p", text(), text(), text(), text(), text()};
}

}  // namespace

TEST_CASE("every product's shape is read, means confirmed, and its faults are named") {
  for (const Wild& wild : kWild) {
    INFO(wild.product);
    const auto record = parse_record(wild.text, wild.place);
    REQUIRE_OK(record);
    CHECK(record->shape == wild.shape);
    CHECK(record->record.content_producer == wild.producer);
    CHECK(sorted_codes(*record) == wild.broken);
    CHECK_FALSE(record->empty_shell);
    CHECK(check_strict(*record).has_value() == wild.broken.empty());
    const TierAnswer tier = tier_of({.state = RecordState::present, .label = record->record.label});
    CHECK(tier.tier == Tier::confirmed);
  }
}

TEST_CASE("schemes of other kinds are traces and no records") {
  for (const char* text :
       {R"({"ServiceProvider":"腾讯云","ServiceUser":"100","Time":"2025","ContentId":"c"})",
        R"({"aigc_info":{"aigc_type":1,"aigc_label_type":1}})"}) {
    CHECK(code_of(parse_record(text, Place::generic)) == "label.aigc.none");
    REQUIRE(find_trace(text));
    CHECK(find_trace(text)->generated);
  }
}

TEST_CASE("random records come back from JSON, wrapped JSON and XMP as they were") {
  std::mt19937 random(20250901);
  Bytes packet;
  for (int i = 0; i < 300; ++i) {
    const AigcRecord record = random_record(random);
    const std::string json = to_json(record);
    for (const auto& [text, place] :
         {std::pair(json, Place::aigc), {to_wrapped_json(record), Place::generic}}) {
      const auto parsed = parse_record(text, place);
      REQUIRE_OK(parsed);
      CHECK(parsed->record == record);
    }
    const auto updated = update_xmp(packet, {json, {}});
    REQUIRE_OK(updated);
    const auto fields = read_xmp(*updated);
    REQUIRE_OK(fields);
    CHECK(fields->aigc == std::vector{json});
    packet = *updated;
  }
}

TEST_CASE("random propagations keep the producer's fields") {
  std::mt19937 random(6);
  for (int i = 0; i < 300; ++i) {
    const AigcRecord before = random_record(random);
    AigcRecord after = random_record(random);
    if (after.propagate_id.empty()) after.propagate_id = "q";
    if (after.content_propagator.empty()) after.content_propagator = "p";
    const auto filled =
        fill_propagation(i % 2 == 0 ? to_json(before) : to_wrapped_json(before),
                         {after.content_propagator, after.propagate_id, after.reserved_code2});
    REQUIRE_OK(filled);
    AigcRecord expected = before;
    expected.content_propagator = after.content_propagator;
    expected.propagate_id = after.propagate_id;
    expected.reserved_code2 = after.reserved_code2;
    CHECK(*filled == (i % 2 == 0 ? to_json(expected) : to_wrapped_json(expected)));
  }
}
