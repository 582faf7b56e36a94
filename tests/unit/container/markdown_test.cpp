// SPDX-License-Identifier: Apache-2.0
// Markdown: which texts have front matter, and what is found in it.
#include "format_checks.hpp"

using namespace signmark;
using namespace signmark::container;
using namespace signmark::test;

namespace {

const std::vector<std::string> kSamples = {"mapping.md", "flow.md", "heading.md"};

Inventory look_text(std::string_view text) { return look(as_bytes(text)); }

}  // namespace

TEST_CASE("markdown: structure of the samples", "[markdown][golden]") {
  check_golden_samples("markdown", kSamples);
}

TEST_CASE("markdown: the front matter is handed over as a whole", "[markdown]") {
  const Inventory flow = look(sample("flow.md"));
  CHECK(payload_of(flow, BlockKind::aigc) ==
        "AIGC: {\"Label\":\"1\",\"ContentProducer\":\"test\",\"ProduceID\":\"abc\"}\n");
  CHECK(flow.find(BlockKind::aigc)->range == Range{0, 71});
  const Inventory mapping = look(sample("mapping.md"));
  CHECK(payload_of(mapping, BlockKind::aigc).starts_with("title: A test\nAIGC:\n  Label: \"1\"\n"));
  const Inventory heading = look(sample("heading.md"));
  CHECK(payload_of(heading, BlockKind::aigc).starts_with("AIGC:\n    Label: \"1\"\n"));
}

TEST_CASE("markdown: line ends, quoted keys and closing dots", "[markdown]") {
  CHECK(payload_of(look_text("---\r\nAIGC: {}\r\n---\r\ntext"), BlockKind::aigc) == "AIGC: {}\r\n");
  CHECK(payload_of(look_text("---\n\"AIGC\": {}\n...\n"), BlockKind::aigc) == "\"AIGC\": {}\n");
  CHECK(payload_of(look_text("---\n'aigc' : {}\n---"), BlockKind::aigc) == "'aigc' : {}\n");
  CHECK(look_text("---\nAIGC:\n---").complete);
}

TEST_CASE("markdown: other front matter is text", "[markdown]") {
  const Inventory other = look_text("---\ntitle: about AIGC: a text\n  AIGC: nested\n---\n");
  CHECK(other.find(BlockKind::aigc) == nullptr);
  CHECK(payload_of(other, BlockKind::text) == "title: about AIGC: a text\n  AIGC: nested\n");
}

TEST_CASE("markdown: texts without front matter", "[markdown]") {
  for (const char* text : {"# Title\n\ntext\n---\na: b\n---\n", "---\n\n---\n",
                           "text\n---\na: b\n---\n", "--- \nno key\n---\n", "----\na: b\n---\n"}) {
    INFO(text);
    CHECK(probe(as_bytes(text)) == Format::text);
    CHECK(probe(as_bytes(text), "A.MD") == Format::markdown);
  }
}

TEST_CASE("markdown: front matter that is cut off or no text", "[markdown]") {
  const Inventory open = look_text("---\nAIGC:\n  Label: \"1\"\n");
  CHECK_FALSE(open.complete);
  CHECK(open.find(BlockKind::aigc) != nullptr);
  CHECK_FALSE(look_text("---\nAIGC: \xFF\n---\n").complete);
  CHECK_FALSE(look_text(std::string_view("---\nAIGC: \0\n---\n", 15)).complete);
  Context context = test_context();
  context.limits.metadata_block = 20;
  const std::string large = "---\nAIGC: {}\nx: " + std::string(20, 'x') + "\n---\n";
  CHECK(code_of(inspect(context, as_bytes(large))) == "container.markdown.limit");
}

TEST_CASE("markdown: cut at every byte and every byte changed", "[markdown]") {
  for (const std::string& name : kSamples) {
    INFO(name);
    const Bytes file = sample(name);
    const Range front = look(file).find(BlockKind::aigc)->range;
    check_every_cut(file, front.end() - 1);  // the last line end may be missing
    check_every_flip(file);
  }
}
