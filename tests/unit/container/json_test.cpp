// SPDX-License-Identifier: Apache-2.0
// JSON and JSONL outputs of models: which field holds the text, and what is written beside it.
#include <chrono>

#include "document_checks.hpp"

using namespace signmark;
using namespace signmark::container;
using namespace signmark::test;
using Lines = std::vector<std::string>;

namespace {

constexpr std::string_view kChat = R"({
  "id": "x", "created": 1.5e+3, "none": [null, true, []],
  "choices": [
    {"index": 0, "message": {"role": "assistant",
      "content": "# \u4eba\u5de5\n\nOne \"two\" \ud83d\ude00 \ud83d.\nThe `code` *end*." , "z": {}}},
    {"message": {"content": "Second\u002E", "label": "old"}}
  ],
  "content": "not this"
}
)";
constexpr std::string_view kJsonLines =
    "{\"text\": \"One.\"}\n{\"text\": \"Two.\", \"n\": 1}\n\n{\"text\":\"\"}\n";

std::string labelled(std::string_view file, std::size_t before, const TextOptions& options = {}) {
  return std::string(as_text(inserted(as_bytes(file), "", {}, {{before, "AI \"x\""}}, options)));
}

}  // namespace

TEST_CASE("json: the usual field, as Markdown", "[document][json]") {
  const ByteView file = as_bytes(kChat);
  CHECK(probe(file) == Format::json);
  CHECK(shown(file, "") ==
        Lines{"title: 人工", "prose: One \"two\" 😀 \uFFFD. The ⟦code⟧ end.", "prose: Second."});
  check_flat_insertions(file, "");
  CHECK(shown(as_bytes(R"({"a":{"b":["x","y"]},"text":"no"})"), "", {"a.b[]"}) ==
        Lines{"prose: x", "prose: y"});
  check_flat_insertions(as_bytes(R"([{"t":"a\tb*c*"}])"), "", {"[].t"});
  const auto missing = passages(test_context(), file, look(file), {"choices[].text"});
  CHECK(code_of(missing) == "container.json.text");
}

TEST_CASE("json: lines", "[document][json]") {
  const ByteView file = as_bytes(kJsonLines);
  CHECK(probe(file) == Format::jsonl);
  CHECK(shown(file, "") == Lines{"prose: One.", "prose: Two."});
  check_flat_insertions(file, "");
  check_record(file, "");
  CHECK(labelled(kJsonLines, 1) ==
        "{\"text\": \"One.\"}\n{\"text\": \"Two.\",\"label\":\"AI \\\"x\\\"\", \"n\": "
        "1}\n\n{\"text\":\"\"}\n");
}

TEST_CASE("json: the label stands beside the text", "[document][json]") {
  CHECK(labelled(R"({"content":"a" , "b":1})", 0) ==
        R"({"content":"a","label":"AI \"x\"" , "b":1})");
  const ByteView chat = as_bytes(kChat);
  CHECK(code_of(insert_text(test_context(), chat, look(chat), {}, {{2, "AI"}})) ==
        "container.json.unwritable");
  const ByteView array = as_bytes(R"({"t":["a"]})");
  CHECK(code_of(insert_text(test_context(), array, look(array), {}, {{0, "AI"}}, {"t[]"})) ==
        "container.json.unwritable");
}

TEST_CASE("json: the record stands beside the text", "[document][json]") {
  const std::string marked(as_text(check_record(as_bytes(kChat), "")));
  CHECK(marked.find(std::string(R"(*end*.","aigc":)") + std::string(kRecord) + " , \"z\"") !=
        std::string::npos);
  const auto recorded = [](std::string_view file) {
    Edits edits;
    edits.aigc = bytes_of("{}");
    return std::string(as_text(written(as_bytes(file), edits)));
  };
  CHECK(recorded(R"({"a":1})") == R"({"aigc":{},"a":1})");
  CHECK(recorded("{ }") == R"({"aigc":{} })");
  CHECK(recorded(R"([{"a":{}}])") == R"([{"aigc":{},"a":{}}])");
  CHECK(recorded(R"({"AIGC": {"x":1}})") == R"({"AIGC": {}})");
  Edits edits;
  edits.manifest = store_of(100);
  CHECK(code_of(plan(test_context(), as_bytes(kChat), look(as_bytes(kChat)), edits)) ==
        "container.edits.place");
}

TEST_CASE("json: what is JSON, what is damaged, what is too deep", "[document][json]") {
  for (const std::string_view text : {"[1]", "\"x\"", "[link](x)", "{x}", "[{}]x"})
    CHECK((probe(as_bytes(text)) == Format::text) == (text != "[{}]x"));
  for (const std::string_view text :
       {"{\"a\":", "{\"a\":1,}", "{\"a\" 1}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12\"}", "{\"a\":01}",
        "{\"a\":1.}", "{\"a\":\"\n\"}", "{}{", "[{}", "{\"a\":tru}", "{\"\xFF\":1}"}) {
    INFO(text);
    CHECK_FALSE(look(as_bytes(text)).complete);
  }
  const std::string deep = "{\"a\":" + std::string(50, '[') + std::string(50, ']') + "}";
  const auto result = inspect(test_context(), as_bytes(deep));
  CHECK(code_of(result) == "container.json.limit");
  CHECK(result.error().hint.find("json-depth") != std::string::npos);
  check_damage(as_bytes(kChat), "", 2);
  check_damage(as_bytes(kJsonLines), "");
}

TEST_CASE("jsonl: many lines take linear time", "[document][json]") {
  const auto seconds = [](std::size_t lines) {
    std::string text;
    for (std::size_t i = 0; i < lines; ++i) text += "{\"content\":\"word\"}\n";
    const auto start = std::chrono::steady_clock::now();
    CHECK(passages_of(as_bytes(text), "a.jsonl").size() == lines);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  // Four times the text may take four times as long, not sixteen: 8 leaves room for noise.
  const double one = seconds(25'000);
  CHECK(seconds(100'000) < 8 * one + 0.2);
}
