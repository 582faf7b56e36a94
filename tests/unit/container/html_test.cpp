// SPDX-License-Identifier: Apache-2.0
// HTML: what a reader sees, and what is written into the head.
#include "document_checks.hpp"

using namespace signmark;
using namespace signmark::container;
using namespace signmark::test;
using Lines = std::vector<std::string>;

namespace {

constexpr std::string_view kPage = R"(<!DOCTYPE html>
<html lang="zh">
<head>
<meta charset="utf-8">
<title>not text</title>
<style>p > b { color: red }</style>
<script>if (a < b) "</p>";</script>
</head>
<body class="x > y">
<h1>A <em>title</em></h1>
<p>人工智能&amp;生成的<b>第一</b>句。 See
   <a href="http://x.org">https://x.org/</a>, &copy;&unknown; &#x4E2D;.</p>
<div>Loose text<br>second <code>x &lt; y</code> end
<ul><li>one</li><li><p>two</p></li></ul>
after</div>
<table><caption>C</caption><tr><th>h<td>1 &lt 2</table>
<pre>  keep
 it</pre>
<svg><text>no</text></svg><!-- nor <p>this</p> -->
<p>last
</body></html>
)";

}  // namespace

TEST_CASE("html: what a reader sees", "[document][html]") {
  const ByteView file = as_bytes(kPage);
  CHECK(probe(file) == Format::html);
  CHECK(shown(file, "") ==
        Lines{"title: A title",
              "prose: 人工智能&生成的第一句。 See ⟦https://x.org/⟧, ©⟦&unknown⟧; 中.",
              "prose: Loose text\nsecond ⟦x < y⟧ end", "prose: one", "prose: two", "prose: after",
              "title: C", "prose: h", "prose: 1 ⟦&lt⟧ 2", "verbatim:   keep\n it", "prose: last"});
  check_flat_insertions(file, "");
  check_paragraphs(file, "", "AI生成 <&>");
}

TEST_CASE("html: where the label goes", "[document][html]") {
  const auto labelled = [](std::string_view page, std::size_t before) {
    return std::string(as_text(inserted(as_bytes(page), "a.html", {}, {{before, "AI"}})));
  };
  CHECK(labelled("<html><p>x</p></html>", 0) == "<html><p>AI</p><p>x</p></html>");
  CHECK(labelled("<html><p>x</p></html>", 1) == "<html><p>x</p><p>AI</p></html>");
  CHECK(labelled("<div><b>x</b></div>", 0) == "<div><p>AI</p><b>x</b></div>");
  CHECK(labelled("<ul><li>x<li>y</ul>z", 1) == "<p>AI</p><ul><li>x<li>y</ul>z");
  CHECK(labelled("\xEF\xBB\xBFx", 0) == "\xEF\xBB\xBF<p>AI</p>x");
  CHECK(labelled("<html><body></body></html>", 0) == "<html><body><p>AI</p></body></html>");
}

TEST_CASE("html: pages are told from other text", "[document][html]") {
  for (const std::string_view page : {"<!doctype HTML><p>x", " \n<!-- c --><html>",
                                      "<?xml version='1.0'?>\n<html xmlns='x'>", "<body>x"})
    CHECK(probe(as_bytes(page)) == Format::html);
  for (const std::string_view text :
       {"<p>x</p>", "<svg>", "< html>", "see <html>", "<!doctype svg>"}) {
    CHECK(probe(as_bytes(text)) == Format::text);
    CHECK(probe(as_bytes(text), "x.HTM") == Format::html);
  }
}

TEST_CASE("html: record and manifest stand in the head", "[document][html]") {
  const Bytes marked = check_record(as_bytes(kPage), "");
  const std::string text(as_text(marked));
  CHECK(text.find("</title>\n<style>") == std::string::npos);  // behind what stands there already
  CHECK(text.find("<meta name=\"AIGC\" content=\"{&quot;Label&quot;") < text.find("<style>"));
  check_manifest(as_bytes(kPage), "", true);
  for (const std::string_view page : {"<p>x</p>", "<html>x", "<!doctype html>\nx", "x"}) {
    INFO(page);
    check_record(as_bytes(page), "a.html");
    check_manifest(as_bytes(page), "a.html", false);
  }
  Inventory found = look_at(as_bytes("<META content='{\"a\":1}' Name=aigc><p>x"), "a.html");
  CHECK(payload_of(found, BlockKind::aigc) == "{\"a\":1}");
  found = look_at(as_bytes("<script type='application/c2pa'>\n AA\n AA </script>"), "a.html");
  CHECK(payload_of(found, BlockKind::c2pa) == std::string(3, '\0'));
  CHECK_FALSE(look_at(as_bytes("<script type='application/c2pa'>A"), "a.html").complete);
  CHECK_FALSE(look_at(as_bytes("<script type='application/c2pa'></script>"), "a.html").complete);
  CHECK(look_at(as_bytes("<link rel=c2pa-manifest href=x>"), "a.html").find(BlockKind::other));
}

TEST_CASE("html: pages in another encoding, damage, hostile pages", "[document][html]") {
  const std::string_view gbk = "<html><p>\xC4\xE3</p>";
  CHECK(probe(as_bytes(gbk)) == Format::html);
  CHECK_FALSE(look(as_bytes(gbk)).complete);
  CHECK(code_of(passages(test_context(), as_bytes(gbk), look(as_bytes(gbk)))) ==
        "container.html.text");
  check_damage(as_bytes(kPage), "a.html", 5);
  for (const std::string_view unit :
       {"<", "<a ", "<!--", "<ul>", "<svg>", "<code>", "&", "<script>", "</", "<a b='"}) {
    std::string page = "<html>";
    while (page.size() < 200'000) page += unit;
    CHECK(passages_of(as_bytes(page), "").size() < 10);
  }
}

TEST_CASE("html: a page that ends within a tag that carries marks is damaged", "[document]") {
  const auto inspected = [](std::string_view page) {
    const auto inventory = inspect(test_context(), as_bytes(page), "page.html");
    REQUIRE_OK(inventory);
    return inventory->complete;
  };
  CHECK(inspected("<html><head></head><body><p>a < b</p></body></html>"));
  CHECK_FALSE(inspected("<html><head><meta name=\"AIGC\" content=\"{&quot;Label"));
  CHECK(inspected("<html><head></head><body><p>x</p"));
}

TEST_CASE("text: the head of a broken package is no text", "[document]") {
  const std::string_view broken = "PK\x03\x04garbage";
  CHECK(probe(as_bytes(broken), "bad.docx") == Format::unknown);
}
