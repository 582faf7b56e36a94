// SPDX-License-Identifier: Apache-2.0
// Room label: writing the AIGC record, reading it in every shape seen in the wild, lint.
#include <algorithm>

#include "signmark/label.hpp"
#include "support/test_support.hpp"

using namespace signmark;
using namespace signmark::label;
using namespace signmark::test;

namespace {

const AigcRecord kStrict{"1", "001191110102MACQD9K64010000", "cc75f5e99aae4210",
                         "",  "001191110102MACQD9K64010000", "cc75f5e99aae4210",
                         ""};

const std::string kStrictJson =
    R"({"Label":"1","ContentProducer":"001191110102MACQD9K64010000","ProduceID":"cc75f5e99aae4210",)"
    R"("ReservedCode1":"","ContentPropagator":"001191110102MACQD9K64010000",)"
    R"("PropagateID":"cc75f5e99aae4210","ReservedCode2":""})";

std::vector<std::string> codes(const std::vector<LintEntry>& entries) {
  std::vector<std::string> out;
  for (const LintEntry& entry : entries) {
    CHECK_FALSE(entry.clause.empty());
    CHECK_FALSE(entry.message.empty());
    out.push_back(entry.code);
  }
  return out;
}

bool has(const std::vector<LintEntry>& entries, const std::string& code) {
  const auto all = codes(entries);
  return std::find(all.begin(), all.end(), code) != all.end();
}

ParsedRecord parsed(std::string_view text, Place place = Place::aigc) {
  INFO(text);
  auto result = parse_record(text, place);
  REQUIRE_OK(result);
  return *result;
}

}  // namespace

TEST_CASE("the writer's JSON is compact, ordered and escaped") {
  CHECK(to_json(kStrict) == kStrictJson);
  CHECK(to_wrapped_json(kStrict) == "{\"AIGC\":" + kStrictJson + "}");
  AigcRecord odd = kStrict;
  odd.reserved_code1 = "{\"SecurityData\":{}}";
  odd.reserved_code2 = "a\\b\n";
  const std::string json = to_json(odd);
  CHECK(json.find(R"("ReservedCode1":"{\"SecurityData\":{}}")") != std::string::npos);
  CHECK(json.find(R"("ReservedCode2":"a\\b\n")") != std::string::npos);
  CHECK(parsed(json).record == odd);
  odd.label = "\xff";
  CHECK(is_utf8(to_json(odd)));
}

TEST_CASE("a strict record has no broken rule, bare or wrapped") {
  const ParsedRecord bare = parsed(kStrictJson);
  CHECK(bare.record == kStrict);
  CHECK(bare.shape == "bare");
  CHECK(codes(bare.broken).empty());
  CHECK_OK(check_strict(bare));
  const ParsedRecord wrapped = parsed("\xEF\xBB\xBF {\"AIGC\": " + kStrictJson + "}\n" + '\0');
  CHECK(wrapped.record == kStrict);
  CHECK(wrapped.shape == "wrapped");
  CHECK(codes(wrapped.broken).empty());
}

TEST_CASE("JSON in a JSON string is read and reported") {
  std::string quoted = "\"";
  for (const char c : kStrictJson) quoted += c == '"' ? "\\\"" : std::string(1, c);
  quoted += "\"";
  const ParsedRecord twice = parsed(quoted);
  CHECK(twice.record == kStrict);
  CHECK(twice.shape == "double-encoded");
  CHECK(codes(twice.broken) == std::vector<std::string>{"label.aigc.encoding"});
  const ParsedRecord inside = parsed("{\"AIGC\":" + quoted + "}", Place::generic);
  CHECK(inside.record == kStrict);
  CHECK(inside.shape == "wrapped, double-encoded");
  CHECK(code_of(check_strict(inside)) == "label.aigc.strict");
}

TEST_CASE("XML entities left in a value are undone and reported") {
  std::string escaped;
  for (const char c : kStrictJson) escaped += c == '"' ? "&quot;" : std::string(1, c);
  const ParsedRecord record = parsed(escaped);
  CHECK(record.record == kStrict);
  CHECK(record.shape == "bare, entity-escaped");
  CHECK(has(record.broken, "label.aigc.encoding"));
}

TEST_CASE("prefixed values of JPEG APP11 and tag formats") {
  CHECK(parsed("AIGC" + kStrictJson).record == kStrict);
  CHECK(parsed("AIGC=" + kStrictJson).record == kStrict);
  CHECK(parsed(std::string("AIGC\0", 5) + kStrictJson).record == kStrict);
}

TEST_CASE("key order, spelling, types and extra keys are reported with their clause") {
  const ParsedRecord qwen = parsed(
      R"({"ContentProducer":"doubao","Label":1,"ProduceID":"u:1/task:2","ReserveCode1":"iflow",)"
      R"("ContentPropagator":"iflow","PropagateID":"iflow","Timestamp":"2025"})");
  CHECK(qwen.record.label == "1");
  CHECK(qwen.record.reserved_code1 == "iflow");
  for (const char* code : {"label.aigc.type", "label.aigc.order", "label.aigc.missing",
                           "label.aigc.misspelt", "label.aigc.unknown-key"})
    CHECK(has(qwen.broken, code));
  CHECK(has(parsed(R"({"label":"1","ContentProducer":"x"})").broken, "label.aigc.misspelt"));
  CHECK(parsed(R"({"label":"1","ContentProducer":"x"})").record.label == "1");
}

TEST_CASE("both spellings of one field: the right name wins wherever it stands") {
  CHECK(parsed(R"({"Label":"1","ReserveCode1":"a","ReservedCode1":"b"})").record.reserved_code1 ==
        "b");
  CHECK(parsed(R"({"Label":"1","ReservedCode1":"b","ReserveCode1":"a"})").record.reserved_code1 ==
        "b");
}

TEST_CASE("leaked enum names and words as Label are read, reported and mean confirmed") {
  for (const char* word : {"AIGC", "AIGCLabelType.AI_GENERATED"}) {
    const ParsedRecord record = parsed(std::string(R"({"Label":")") + word +
                                       R"(","ContentProducer":"001191110108587659081E10001"})");
    CHECK(record.record.label == word);
    CHECK(has(record.broken, "label.aigc.label-value"));
    CHECK(stated_tier(record.record.label) == Tier::confirmed);
  }
}

TEST_CASE("nested objects stay as compact JSON text") {
  const ParsedRecord honor =
      parsed(R"({"AIGC":{"Label":"1","ReservedCode1":{"SecurityData": {"PubSd": [1, 2]}}}})");
  CHECK(honor.record.reserved_code1 == R"({"SecurityData":{"PubSd":[1,2]}})");
  CHECK(has(honor.broken, "label.aigc.type"));
}

TEST_CASE("YAML front matter: mapping, flow, quoted JSON, other keys, a heading") {
  const std::string block =
      "AIGC:\n"
      "    Label: \"1\"\n"
      "    ContentProducer: 001191110102MACQD9K64010000\n"
      "    ProduceID: 'cc75f5e99aae4210'\n"
      "    ReservedCode1: ''\n"
      "    ContentPropagator: 001191110102MACQD9K64010000 # same\n"
      "    PropagateID: cc75f5e99aae4210\n"
      "    ReservedCode2: \"\"\n";
  for (const std::string& text :
       {block, "---\n" + block + "---\n\n# body\nAIGC: not this\n",
        "# Title\n\n---\ntitle: \"a: b\"\ntags:\n  - x\npermalink: /p\n" + block + "...\n",
        "\n" + block.substr(block.find('\n') + 1)}) {
    const ParsedRecord record = parsed(text);
    CHECK(record.record == kStrict);
    CHECK(record.shape == "yaml mapping");
    CHECK(codes(record.broken).empty());
  }
  const ParsedRecord flow = parsed("---\nAIGC: " + kStrictJson + "\n---\n");
  CHECK(flow.record == kStrict);
  CHECK(flow.shape == "yaml flow");
  CHECK(codes(flow.broken).empty());
  const ParsedRecord text = parsed("AIGC: '" + kStrictJson + "'");
  CHECK(text.record == kStrict);
  CHECK(text.shape == "yaml string");
  CHECK(has(text.broken, "label.aigc.encoding"));
  CHECK(parsed("AIGC: |\n  " + kStrictJson + "\n").record == kStrict);
  CHECK(parsed("AIGC: >-\r\n  " + kStrictJson + "\r\n").record == kStrict);
}

TEST_CASE("a bare YAML 1 is an integer") {
  const ParsedRecord record = parsed("AIGC:\n  Label: 1\n  ContentProducer: x\n");
  CHECK(record.record.label == "1");
  CHECK(has(record.broken, "label.aigc.type"));
}

TEST_CASE("YAML scalars are decoded as YAML says") {
  const ParsedRecord record = parsed(
      "AIGC:\n"
      "  Label: '1'\n"
      "  ContentProducer: \"\\u4eba\\x41\\U0001F600\\t\"\n"
      "  ProduceID: 'it''s'\n"
      "  ReservedCode1: '{\"SecurityData\":{\"Type\":\"TC260PG\"}}'\n"
      "  ContentPropagator: two\n    lines\n"
      "  PropagateID: ~\n"
      "  ReservedCode2:\n    nested: true\n");
  CHECK(record.record.content_producer == "人A😀\t");
  CHECK(record.record.produce_id == "it's");
  CHECK(record.record.reserved_code1 == R"({"SecurityData":{"Type":"TC260PG"}})");
  CHECK(record.record.content_propagator == "two lines");
  CHECK(record.record.propagate_id.empty());
  CHECK(record.record.reserved_code2 == "nested: true");
}

TEST_CASE("flow mappings with bare keys and single quotes are read as YAML") {
  const ParsedRecord record =
      parsed("{Label: 1, 'ContentProducer': 'x', ProduceID: \"y\", ReservedCode1: {a: [1, '}']},}");
  CHECK(record.shape == "yaml flow");
  CHECK(record.record.label == "1");
  CHECK(record.record.content_producer == "x");
  CHECK(record.record.produce_id == "y");
  CHECK(record.record.reserved_code1 == "{a: [1, '}']}");
}

TEST_CASE("refused with their own codes: duplicates, escapes, depth, size, broken text") {
  const auto code = [](std::string_view text) { return code_of(parse_record(text)); };
  CHECK(code(R"({"Label":"1","Label":"2","ContentProducer":"x"})") == "label.aigc.duplicate");
  CHECK(code(R"({"AIGC":{"Label":"1"},"AIGC":{"Label":"2"}})") == "label.aigc.duplicate");
  CHECK(code("AIGC:\n  Label: '1'\n  Label: '2'\n") == "label.aigc.duplicate");
  CHECK(code("AIGC: {Label: '1'}\nAIGC: {Label: '2'}\n") == "label.aigc.duplicate");
  CHECK(code("AIGC: {Label: '1', Label: '2'}") == "label.aigc.duplicate");
  CHECK(code(R"({"Label":"\u12G4","ContentProducer":"x"})") == "label.aigc.escape");
  CHECK(code(R"({"Label":"\x31","ContentProducer":"x"})") == "label.aigc.escape");
  CHECK(code("AIGC:\n  Label: \"\\ud800\"\n") == "label.aigc.escape");
  CHECK(code("{\"Label\":\"1\",\"ContentProducer\":\"x") == "label.aigc.syntax");
  CHECK(code("AIGC:\n  Label: *anchor\n") == "label.aigc.syntax");
  CHECK(code("AIGC:\n  Label: '1' x\n") == "label.aigc.syntax");
  CHECK(code("AIGC:\n  Label: '1'\n ContentProducer: x\n") == "label.aigc.syntax");
  CHECK(code("{\"Label\":" + std::string(40, '[') + std::string(40, ']') + "}") ==
        "label.aigc.depth");
  CHECK(code("{Label: " + std::string(40, '[') + std::string(40, ']') + "}") == "label.aigc.depth");
  CHECK(code(std::string((1U << 20) + 1, ' ')) == "label.aigc.size");
}

TEST_CASE("an AIGC key counts only with a TC260 field; other text is none") {
  const auto code = [](std::string_view text, Place place) {
    return code_of(parse_record(text, place));
  };
  for (const char* text :
       {R"({"AIGC":{"model":"x"}})", R"({"AIGC":true})", "made with AIGC tools", "[1,2]", "12",
        R"({"aigc_info":{"aigc_label_type":1}})", "AIGC: yes", "# a heading\n\ntext: more",
        R"({"ServiceProvider":"腾讯云","ServiceUser":"u","ContentId":"c"})"}) {
    INFO(text);
    CHECK(code(text, Place::aigc) == "label.aigc.none");
    CHECK(code(text, Place::generic) == "label.aigc.none");
  }
  // One common word is no record in a place that says nothing; two names of the standard are.
  CHECK(code(R"({"Label":"cat"})", Place::generic) == "label.aigc.none");
  CHECK(code(R"({"Label":"cat"})", Place::aigc).empty());
  CHECK(code(R"({"Label":"1","ProduceID":"x"})", Place::generic).empty());
  CHECK(code(R"({"AIGC":{"Label":"1"}})", Place::generic).empty());
  CHECK(code("{broken", Place::generic) == "label.aigc.none");
  // Broken text that means to be a record is never "none".
  CHECK(code(R"({"AIGC":{"Label":"1")", Place::generic) == "label.aigc.syntax");
}

TEST_CASE("an AIGC key without content is an empty shell") {
  for (const char* text :
       {"", " \n", "{}", "\"\"", "null", "{\"AIGC\":{}}", "{\"AIGC\":\"\"}", "{\"AIGC\":null}",
        "AIGC:\n", "AIGC: {}", "AIGC: ''", R"({"Label":"","ContentProducer":"","ProduceID":""})"}) {
    const ParsedRecord record = parsed(text);
    CHECK(record.empty_shell);
    CHECK(codes(record.broken) == std::vector<std::string>{"label.aigc.empty-shell"});
  }
  CHECK(parsed("{\"AIGC\":{}}", Place::generic).empty_shell);
  CHECK(code_of(parse_record("{}", Place::generic)) == "label.aigc.none");
  CHECK(code_of(parse_record("", Place::generic)) == "label.aigc.none");
}

TEST_CASE("thousands of foreign keys are reported by the first ones") {
  std::string json = R"({"Label":"1")";
  for (int i = 0; i < 5000; ++i) json += ",\"k" + std::to_string(i) + "\":1";
  const ParsedRecord record = parsed(json + "}");
  CHECK(record.broken.size() < 40);
}

TEST_CASE("lint names what the values break") {
  CHECK(lint(kStrict).empty());
  CHECK(lint(kStrict, Moment::first_write).empty());
  AigcRecord record = kStrict;
  record.label = "4";
  record.content_producer = "人工 智能";
  record.produce_id = "a b";
  record.content_propagator = "001191110102MACQD9K64110000";
  const auto entries = lint(record);
  CHECK(codes(entries) == std::vector<std::string>{"label.aigc.label-value", "label.aigc.charset",
                                                   "label.aigc.charset", "label.code.check"});
  CHECK(entries[2].message.find("a space at byte 1") != std::string::npos);
  CHECK(entries[2].clause == "GB 45438-2025 Annex E j)");
}

TEST_CASE("lint knows the first write and later propagation") {
  AigcRecord record = kStrict;
  record.content_propagator = "douyin";
  CHECK(lint(record).empty());
  CHECK(codes(lint(record, Moment::first_write)) ==
        std::vector<std::string>{"label.aigc.first-write"});
  record.content_propagator.clear();
  CHECK(codes(lint(record)) == std::vector<std::string>{"label.aigc.empty"});
  record.propagate_id.clear();
  CHECK(codes(lint(record)) == std::vector<std::string>{"label.aigc.first-write"});
  CHECK(code_of(check_writable(record, Moment::any)) == "label.aigc.first-write");
  CHECK_OK(check_writable(kStrict, Moment::first_write));
  const auto refused = check_writable({}, Moment::any);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("GB 45438-2025") != std::string::npos);
}

TEST_CASE("ids of zeros alone are placeholders") {
  AigcRecord record = kStrict;
  record.propagate_id = "00000000-0000-0000";
  CHECK(codes(lint(record)) == std::vector<std::string>{"label.aigc.placeholder"});
}

TEST_CASE("lint allows quotes in reserved codes and bounds lengths") {
  AigcRecord record = kStrict;
  record.reserved_code1 = "{\"SecurityData\":{}}";
  CHECK(lint(record).empty());
  record.reserved_code1 = "a\\b";
  CHECK(codes(lint(record)) == std::vector<std::string>{"label.aigc.charset"});
  record = kStrict;
  record.content_producer = record.content_propagator = std::string(2000, 'x');
  CHECK(codes(lint(record)) == std::vector<std::string>{"label.aigc.length", "label.aigc.length"});
}

TEST_CASE("every sample cut at every byte and with every byte changed returns") {
  const std::vector<std::string> samples{
      kStrictJson, "{\"AIGC\": " + kStrictJson + "}",
      "---\nAIGC:\n  Label: \"1\"\n  ContentProducer: 'x'\n  ProduceID: |\n    y\n---\n",
      "AIGC: {Label: 1, 'a': \"\\u4eba\", ProduceID: {b: [1]}}",
      R"("{\"Label\":\"1\",\"ContentProducer\":\"x\"}")"};
  for (const std::string& sample : samples)
    for (std::size_t i = 0; i < sample.size(); ++i)
      for (const Place place : {Place::aigc, Place::generic}) {
        (void)parse_record(sample.substr(0, i), place);
        std::string flipped = sample;
        for (const char with : {'\0', '"', '{', '\\', '\xff', '\n', ':'}) {
          flipped[i] = with;
          const auto result = parse_record(flipped, place);
          if (!result) CHECK(result.error().code.starts_with("label.aigc."));
        }
      }
}
