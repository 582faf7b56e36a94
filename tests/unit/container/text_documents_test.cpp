// SPDX-License-Identifier: Apache-2.0
// Plain text and Markdown: passages, insertions, label lines, front matter, comment lines.
#include <chrono>

#include "document_checks.hpp"

using namespace signmark;
using namespace signmark::container;
using namespace signmark::test;
using Lines = std::vector<std::string>;

namespace {

constexpr std::string_view kPlain =
    "\xEF\xBB\xBF  人工智能生成的第一段。\n第二行 see https://example.org/a?b=1, and go.\n\n \n"
    "Mail me@example.org\n\n\nLast one.";

constexpr std::string_view kMarkdown = R"(# The *title* #

A para with `code`, **bold _both_**, \*no\*, 2*3*4 and
a [link `x`](http://e.org "t") &amp; <https://u.org/x> ![alt](i.png)end.

> quoted text
lazy line

- item one
  goes on
- item $x^2$ two

1. [ref][Lab] and [lab] and [not]
   hard\
   break

Setext
---

| a `b` | c\|d |
|---|---|
| 中文 | 2 |

```python
print('x')

y = 1
```

    indented

<div class="x">
block
</div>

<!-- a comment
over lines -->

$$
e = m
$$

snake_case_word and <b>inline</b> tags.

[lab]: http://target.org
)";

}  // namespace

TEST_CASE("text: paragraphs, addresses, places of marks", "[document]") {
  const ByteView file = as_bytes(kPlain);
  CHECK(probe(file) == Format::text);
  CHECK(shown(file, "a.txt") ==
        Lines{"prose: 人工智能生成的第一段。\n第二行 see ⟦https://example.org/a?b=1⟧, and go.",
              "prose: Mail ⟦me@example.org⟧", "prose: Last one."});
  check_flat_insertions(file, "a.txt");
  check_paragraphs(file, "a.txt", "AI生成");
  const Bytes first = inserted(as_bytes("One.\r\n\r\nTwo."), "", {}, {{0, "AI-generated"}});
  CHECK(as_text(first) == "AI-generated\r\n\r\nOne.\r\n\r\nTwo.");
  const Bytes last = inserted(as_bytes("One."), "", {}, {{1, "AI-generated"}});
  CHECK(as_text(last) == "One.\n\nAI-generated\n");
  CHECK(as_text(inserted(as_bytes(" \n"), "", {}, {{0, "AI"}})) == " \nAI\n");
}

TEST_CASE("text: nothing but a sidecar for metadata", "[document]") {
  Edits edits;
  edits.aigc = bytes_of(kRecord);
  const ByteView file = as_bytes("text");
  CHECK(code_of(plan(test_context(), file, look(file), edits)) == "container.text.unwritable");
}

TEST_CASE("documents: insertions that are refused", "[document]") {
  const ByteView file = as_bytes("人a http://x.org/ b\n");
  const auto refused = [&](const Insertion& insertion) {
    return code_of(insert_text(test_context(), file, look(file), {insertion}, {})) ==
           "container.edits.passage";
  };
  CHECK(refused({1, 0, "x"}));
  CHECK(refused({0, 1, "x"}));
  CHECK(refused({0, 100, "x"}));
  CHECK(refused({0, 5, "x"}));   // beside the address
  CHECK(refused({0, 10, "x"}));  // within it
  CHECK_FALSE(refused({0, 3, "x"}));
  const auto two_lines = insert_text(test_context(), file, look(file), {}, {{0, "a\nb"}});
  CHECK(code_of(two_lines) == "container.edits.passage");
  Context context = test_context();
  context.limits.document_text = 5;
  CHECK(code_of(passages(context, file, look(file))) == "container.text.limit");
  CHECK(code_of(passages(context, sample("rgb.png"), look(sample("rgb.png")))) ==
        "container.png.text");
}

TEST_CASE("markdown: what a reader sees", "[document][markdown]") {
  const ByteView file = as_bytes(kMarkdown);
  CHECK(shown(file, "a.md") ==
        Lines{"title: The title",
              "prose: A para with ⟦code⟧, bold both, *no*, 234 and a link ⟦x⟧ & "
              "⟦https://u.org/x⟧ end.",
              "prose: quoted text lazy line", "prose: item one goes on", "prose: item ⟦$x^2$⟧ two",
              "prose: ref and ⟦lab⟧ and [not] hard\nbreak", "title: Setext", "prose: a ⟦b⟧",
              "prose: c|d", "prose: 中文", "prose: 2",
              "verbatim: ```python\nprint('x')\n\ny = 1\n```", "verbatim:     indented",
              "verbatim: <div class=\"x\">\nblock\n</div>", "verbatim: $$\ne = m\n$$",
              "prose: snake_case_word and inline tags."});
  check_flat_insertions(file, "a.md");
  check_paragraphs(file, "a.md", "AI生成");
}

TEST_CASE("markdown: emphasis that is none", "[document][markdown]") {
  const auto seen = [](std::string_view text) { return shown(as_bytes(text), "a.md").front(); };
  CHECK(seen("a * b * c") == "prose: a * b * c");
  CHECK(seen("**open and *closed*") == "prose: **open and closed");
  CHECK(seen("~~gone~~ ~ one") == "prose: gone ~ one");
  CHECK(seen("cost $5 and $6") == "prose: cost $5 and $6");
  CHECK(seen("`` a`b `` and `open") == "prose: ⟦ a`b ⟧ and `open");
  CHECK(seen("a < b > c") == "prose: a < b > c");
}

TEST_CASE("markdown: the label line is a quote of its own", "[document][markdown]") {
  CHECK(as_text(inserted(as_bytes("---\na: b\n---\nText.\n"), "", {}, {{0, "AI [x]"}})) ==
        "---\na: b\n---\n\n> AI \\[x\\]\n\nText.\n");
  CHECK(as_text(inserted(as_bytes("- a\n- b"), "x.md", {}, {{1, "AI"}, {2, "AI"}})) ==
        "> AI\n\n- a\n- b\n\n> AI\n");
}

TEST_CASE("markdown: the record is a mapping in the front matter", "[document][markdown]") {
  check_record(as_bytes(kMarkdown), "a.md");
  for (const char* name : {"mapping.md", "flow.md", "heading.md"}) check_record(sample(name), name);
  const auto record_in = [](std::string_view text) {
    Edits edits;
    edits.aigc = bytes_of(R"({"Label":"1","ProduceID":"a\"b"})");
    const ByteView file = as_bytes(text);
    const auto plan = container::plan(test_context(), file, look_at(file, "a.md"), edits);
    REQUIRE_OK(plan);
    return std::string(as_text(plan->rope.flatten()));
  };
  const std::string yaml = "AIGC:\n  Label: \"1\"\n  ProduceID: \"a\\\"b\"\n";
  CHECK(record_in("Text\n") == "---\n" + yaml + "---\n\nText\n");
  CHECK(record_in("---\ntitle: x\n---\nText") == "---\ntitle: x\n" + yaml + "---\nText");
  CHECK(record_in("---\nAIGC:\n    Label: 2\n\n    More: 1\nz: 1\n---\n") ==
        "---\n" + yaml + "z: 1\n---\n");
}

TEST_CASE("markdown: the manifest is a comment line", "[document][markdown]") {
  check_manifest(as_bytes(kMarkdown), "a.md", true);
  check_manifest(as_bytes(kMarkdown), "a.md", false);
  check_manifest(as_bytes("no line end"), "a.md", true);
  check_manifest(sample("mapping.md"), "a.md", false);
  const Inventory front =
      look(as_bytes("---\n-----BEGIN C2PA MANIFEST-----\ndata:application/c2pa;base64,AAAA\n"
                    "-----END C2PA MANIFEST-----\na: b\n---\ntext\n"));
  CHECK(payload_of(front, BlockKind::c2pa) == std::string(3, '\0'));
  const Inventory bad = look_at(
      as_bytes("<!-- -----BEGIN C2PA MANIFEST----- data:application/c2pa;base64,A -----END C2PA "
               "MANIFEST----- -->\n"),
      "a.md");
  CHECK_FALSE(bad.complete);
  const Inventory url = look_at(
      as_bytes("<!-- -----BEGIN C2PA MANIFEST----- http://a.b/ -----END C2PA MANIFEST----- -->\n"),
      "a.md");
  CHECK(url.complete);
  CHECK(url.find(BlockKind::c2pa) == nullptr);
}

TEST_CASE("text and markdown: damage and hostile text", "[document][markdown]") {
  check_damage(as_bytes(kPlain), "a.txt", 3);
  check_damage(as_bytes(kMarkdown), "a.md", 3);
  for (const std::string_view unit :
       {"<", "[", "![", "](", "`", "$", "*a_", "> ", "[^", "&", "|a\n|-|\n"}) {
    std::string text;
    while (text.size() < 200'000) text += unit;
    CHECK(passages_of(as_bytes(text), "a.md").size() <= 200'000);
  }
}

TEST_CASE("markdown: hostile text takes linear time", "[document][markdown]") {
  for (const std::string_view unit : {"[", "*a ", "_a ", "[a]("}) {
    INFO(unit);
    const auto seconds = [&](std::size_t size) {
      std::string text;
      while (text.size() < size) text += unit;
      const auto start = std::chrono::steady_clock::now();
      CHECK(passages_of(as_bytes(text), "a.md").size() == 1);
      return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    // Four times the text may take four times as long, not sixteen: 8 leaves room for noise.
    const double one = seconds(300'000);
    CHECK(seconds(1'200'000) < 8 * one + 0.2);
  }
}
