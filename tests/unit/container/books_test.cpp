// SPDX-License-Identifier: Apache-2.0
// ODT and EPUB.
#include "zip_builder.hpp"

using namespace signmark;
using namespace signmark::container;
using namespace signmark::test;
using Lines = std::vector<std::string>;

namespace {

Bytes odt_of(const std::string& text) {
  return zip_of({{"mimetype", "application/vnd.oasis.opendocument.text"},
                 {"content.xml",
                  "<office:document-content><office:automatic-styles><style:style "
                  "style:name=\"P1\" style:parent-style-name=\"Preformatted_20_Text\"/>"
                  "</office:automatic-styles><office:body><office:text>" +
                      text + "</office:text></office:body></office:document-content>"},
                 {"meta.xml",
                  "<office:document-meta><office:meta><dc:title>x</dc:title>"
                  "</office:meta></office:document-meta>"}});
}

const std::string kText =
    "<text:h text:style-name=\"Heading_20_1\">标题</text:h><text:p>One\n  <text:span "
    "text:style-name=\"T1\">two</text:span><text:s/>three<text:line-break/>four "
    "<text:span "
    "text:style-name=\"Source_20_Text\">code</text:span>.<text:note><text:note-citation>1"
    "</text:note-citation><text:note-body><text:p>note</text:p></text:note-body></text:note> end"
    "</text:p><text:list><text:list-item><text:p>item</text:p></text:list-item></text:list>"
    "<text:p text:style-name=\"P1\">int x;</text:p>";

Bytes epub_of(const std::string& metadata) {
  const auto page = [](const std::string& body) {
    return "<?xml version=\"1.0\"?>\n<!DOCTYPE html>\n<html xmlns=\"x\"><head><title>t</title>"
           "</head><body>" +
           body + "</body></html>";
  };
  return zip_of(
      {{"mimetype", "application/epub+zip"},
       {"META-INF/container.xml",
        "<container><rootfiles><rootfile full-path=\"E/b.opf\"/></rootfiles></container>"},
       {"E/b.opf", "<package><metadata>" + metadata +
                       "</metadata><manifest><item id=\"a\" href=\"t/a.xhtml\"/><item "
                       "id=\"b\" href=\"b.xhtml\"/></manifest><spine><itemref "
                       "idref=\"b\"/><itemref idref=\"a\"/></spine></package>"},
       {"E/t/a.xhtml", page("<p>Second &#8212; chapter</p>")},
       {"E/b.xhtml", page("<h1>标题</h1><p>First<br/>line</p>")}});
}

}  // namespace

TEST_CASE("odt: what a reader sees, label, record", "[document][books]") {
  const Bytes file = odt_of(kText);
  CHECK(probe(file) == Format::odt);
  CHECK(shown(file, "") == Lines{"title: 标题", "prose: note",
                                 "prose: One two three\nfour ⟦code⟧. end", "prose: item",
                                 "verbatim: int x;"});
  const Bytes marked = check_insertions(file, "");
  check_untouched(file, marked, {"content.xml"});
  check_paragraphs(file, "", "AI生成");
  const Bytes recorded = check_record(file, "");
  check_untouched(file, recorded, {"meta.xml"});
  CHECK(member_of(recorded, "meta.xml").find("</dc:title><meta:user-defined ") !=
        std::string::npos);
  const auto labelled = [&](std::size_t before) {
    return member_of(inserted(file, "", {}, {{before, "AI"}}), "content.xml");
  };
  CHECK(labelled(0).find("<office:text><text:p>AI</text:p><text:h ") != std::string::npos);
  CHECK(labelled(1).find("<text:p>AI</text:p><text:p>One") != std::string::npos);
  CHECK(labelled(3).find("<text:p>AI</text:p><text:list>") != std::string::npos);
  CHECK(member_of(inserted(odt_of(""), "", {}, {{0, "AI"}}), "content.xml")
            .find("<office:text><text:p>AI</text:p></office:text>") != std::string::npos);
}

TEST_CASE("epub: chapters of the spine, label, record", "[document][books]") {
  const Bytes file = epub_of("<dc:title>x</dc:title>");
  CHECK(probe(file) == Format::epub);
  CHECK(shown(file, "") == Lines{"title: 标题", "prose: First\nline", "prose: Second — chapter"});
  const Bytes marked = check_insertions(file, "");
  check_untouched(file, marked, {"E/b.xhtml", "E/t/a.xhtml"});
  check_paragraphs(file, "", "AI生成");
  const Bytes recorded = check_record(file, "");
  check_untouched(file, recorded, {"E/b.opf"});
  CHECK(starts_with(ByteView(recorded).subspan(30), "mimetypeapplication/epub+zip"));
  const Bytes property = epub_of("<meta property=\"AIGC\">{}</meta>");
  CHECK(payload_of(look(property), BlockKind::aigc) == "{}");
  check_record(property, "");
}

TEST_CASE("odt and epub: damage", "[document][books]") {
  check_damage(odt_of(kText), "", 9);
  check_damage(epub_of(""), "", 9);
}
