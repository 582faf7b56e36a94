// SPDX-License-Identifier: Apache-2.0
// OOXML packages: text, label and record of DOCX, XLSX and PPTX; ZIP archives as such.
#include "zip_builder.hpp"

using namespace signmark;
using namespace signmark::container;
using namespace signmark::test;
using Lines = std::vector<std::string>;

namespace {

constexpr std::string_view kRel =
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

std::string relation(std::string_view id, std::string_view type, std::string_view target) {
  return "<Relationship Id=\"" + std::string(id) + "\" Type=\"" + std::string(kRel) + "/" +
         std::string(type) + "\" Target=\"" + std::string(target) + "\"/>";
}

std::string relations(const std::string& inner) {
  return "<?xml version=\"1.0\"?>\n<Relationships xmlns=\"x\">" + inner + "</Relationships>";
}

const std::string kTypes =
    "<Types xmlns=\"t\"><Default Extension=\"xml\" ContentType=\"a\"/></Types>";

Bytes docx_of(const std::string& body, Members more = {}) {
  Members members = {{"[Content_Types].xml", kTypes},
                     {"_rels/.rels", relations(relation("r1", "officeDocument", "word/main.xml"))},
                     {"word/main.xml", "<w:document xmlns:w=\"w\"><w:body>" + body +
                                           "<w:sectPr/></w:body></w:document>"},
                     {"word/_rels/main.xml.rels", relations(relation("r1", "styles", "s.xml"))},
                     {"word/s.xml",
                      "<w:styles xmlns:w=\"w\"><w:style w:styleId=\"1\"><w:name w:val=\"heading "
                      "1\"/></w:style></w:styles>"},
                     {"word/media/x.bin", "\x01\x02 not XML"}};
  members.insert(members.end(), more.begin(), more.end());
  return zip_of(members);
}

std::string p(const std::string& runs) { return "<w:p>" + runs + "</w:p>"; }
std::string t(const std::string& text) { return "<w:r><w:t>" + text + "</w:t></w:r>"; }

const std::string kBody =
    p("<w:pPr><w:pStyle w:val=\"1\"/></w:pPr>" + t("标题")) +
    p(t("One &amp; ") + "<w:del><w:r><w:delText>gone</w:delText></w:r></w:del>" + t("two") +
      "<w:r><w:tab/><w:t>x</w:t><w:br/><w:t xml:space=\"preserve\"> three.</w:t></w:r>") +
    "<w:p/>" + "<w:tbl><w:tr><w:tc>" + p(t("cell a")) + "</w:tc><w:tc>" + p(t("cell b")) +
    "</w:tc></w:tr></w:tbl>" +
    p("<w:r><w:rPr><w:rStyle w:val=\"VerbatimChar\"/></w:rPr><w:t>code</w:t></w:r>" + t(" prose ") +
      "<m:oMath><m:r><m:t>e=m</m:t></m:r></m:oMath>" + t(" end")) +
    p("<w:r><mc:AlternateContent><mc:Choice><w:txbxContent>" + p(t("box")) +
      "</w:txbxContent></mc:Choice><mc:Fallback>" + p(t("box")) +
      "</mc:Fallback></mc:AlternateContent></w:r>" + t("around")) +
    p("<w:pPr><w:pStyle w:val=\"SourceCode\"/></w:pPr>" + t("int x;"));

const Lines kShown = {"title: 标题",
                      "prose: One & two\tx\n three.",
                      "prose: cell a",
                      "prose: cell b",
                      "prose: ⟦code⟧ prose ⟦e=m⟧ end",
                      "prose: box",
                      "prose: around",
                      "verbatim: int x;"};

}  // namespace

TEST_CASE("docx: what a reader sees", "[document][office]") {
  const Bytes file = docx_of(kBody);
  CHECK(probe(file) == Format::docx);
  CHECK(shown(file, "") == kShown);
  const Bytes marked = check_insertions(file, "");
  check_untouched(file, marked, {"word/main.xml"});
  CHECK(without_marks(member_of(marked, "word/main.xml")) == member_of(file, "word/main.xml"));
}

TEST_CASE("docx: the label is a paragraph outside of tables and boxes", "[document][office]") {
  const Bytes file = docx_of(kBody);
  check_paragraphs(file, "", "AI生成 <&>");
  const auto labelled = [&](std::size_t before) {
    return member_of(inserted(file, "", {}, {{before, "AI"}}), "word/main.xml");
  };
  const std::string label = "<w:p><w:r><w:t xml:space=\"preserve\">AI</w:t></w:r></w:p>";
  CHECK(labelled(0).find("<w:body>" + label) != std::string::npos);
  CHECK(labelled(3).find(label + "<w:tbl>") != std::string::npos);
  CHECK(labelled(5).find(label + "<w:p><w:r><mc:Alt") != std::string::npos);
  CHECK(labelled(8).find(label + "<w:sectPr/>") != std::string::npos);
  const Bytes empty = docx_of("");
  CHECK(member_of(inserted(empty, "", {}, {{0, "AI"}}), "word/main.xml").find("<w:body>" + label) !=
        std::string::npos);
}

TEST_CASE("docx: the record is a custom property", "[document][office]") {
  const Bytes file = docx_of(kBody);
  const Bytes marked = check_record(file, "");
  check_untouched(file, marked, {"_rels/.rels", "[Content_Types].xml"});
  CHECK(member_of(marked, "docProps/custom.xml").find("pid=\"2\" name=\"AIGC\"") !=
        std::string::npos);
  CHECK(member_of(marked, "[Content_Types].xml").ends_with("custom-properties+xml\"/></Types>"));
  const std::string other =
      "<p:Properties xmlns:p=\"p\"><p:property pid=\"7\" name=\"x\"><v:lpwstr>y</v:lpwstr>"
      "</p:property></p:Properties>";
  Members members = {{"[Content_Types].xml", kTypes},
                     {"_rels/.rels", relations(relation("r1", "officeDocument", "word/d.xml") +
                                               relation("r2", "custom-properties", "/a/c.xml"))},
                     {"word/d.xml", "<w:document><w:body/></w:document>"},
                     {"a/c.xml", other}};
  const Bytes present = zip_of(members);
  const Bytes added = check_record(present, "");
  check_untouched(present, added, {"a/c.xml"});
  CHECK(member_of(added, "a/c.xml").find("pid=\"8\" name=\"AIGC\"") != std::string::npos);
  members[3].second = "<Properties/>";
  CHECK(member_of(check_record(zip_of(members), ""), "a/c.xml")
            .starts_with("<Properties><property "));
  Edits edits;
  edits.replacements = {{0, bytes_of(R"({"Label":"2"})")}};
  const Bytes replaced = written(added, edits);
  CHECK(payload_of(look(replaced), BlockKind::aigc) == R"({"Label":"2"})");
}

TEST_CASE("packages: a manifest is found", "[document][office]") {
  const Bytes file = docx_of(kBody, {{"META-INF/content_credential.c2pa", "store"}});
  CHECK(payload_of(look(file), BlockKind::c2pa) == "store");
}

TEST_CASE("packages: damage and bombs", "[document][office]") {
  const Bytes file = docx_of(kBody);
  check_damage(file, "", 7);
  Context context = test_context();
  context.limits.document_text = 3000;
  const Bytes large = docx_of(p(t(std::string(3000, 'x'))));
  const auto bomb = passages(context, large, look(large));
  CHECK(code_of(bomb) == "container.docx.limit");
  context.limits.document_text = 10'000;
  const auto late = passages(context, large, look(large));
  CHECK_OK(late);
  context.limits.blocks = 5;
  CHECK(code_of(read_zip(context.limits, file)) == "container.zip.limit");
  CHECK(code_of(read_zip({}, zip_of({{"a", "x"}, {"a", "y"}}))) == "container.zip.damaged");
  CHECK(code_of(read_zip({}, zip_of({{"a", "x"}}, 1))) == "container.zip.unsupported");
  const Bytes entity = docx_of("", {{"docProps/x", ""}});
  const std::string doctype =
      "<!DOCTYPE x [<!ENTITY a \"b\">]><w:document><w:body><w:p/></w:body></w:document>";
  const Bytes evil =
      zip_of({{"[Content_Types].xml", kTypes},
              {"_rels/.rels", relations(relation("r", "officeDocument", "word/d.xml"))},
              {"word/d.xml", doctype}});
  CHECK(code_of(passages(test_context(), evil, look(evil))) == "container.docx.text");
  // A size in the directory that lies about what is packed.
  Bytes lying = docx_of(p(t("x")));
  const auto zip = read_zip({}, lying);
  REQUIRE_OK(zip);
  lying[zip->find("word/main.xml")->central.offset + 24] ^= 1;
  std::uint64_t budget = 1U << 20;
  const auto again = read_zip({}, lying);
  REQUIRE_OK(again);
  CHECK_FALSE(unzip(lying, *again->find("word/main.xml"), budget));
}

namespace {

Bytes xlsx_of(const std::string& rows) {
  return zip_of(
      {{"[Content_Types].xml", kTypes},
       {"_rels/.rels", relations(relation("r", "officeDocument", "xl/b.xml"))},
       {"xl/b.xml",
        "<workbook><sheets><sheet name=\"s\" sheetId=\"1\" r:id=\"r2\"/></sheets></workbook>"},
       {"xl/_rels/b.xml.rels", relations(relation("r2", "worksheet", "w/s.xml") +
                                         relation("r3", "sharedStrings", "str.xml"))},
       {"xl/str.xml",
        "<sst><si><t>共享</t><rPh><t>no</t></rPh></si><si><r><t>Rich </t></r>"
        "<r><t>text</t></r></si></sst>"},
       {"xl/w/s.xml", "<worksheet>" + rows + "</worksheet>"}});
}

Bytes pptx_of() {
  const auto slide = [](const std::string& title, const std::string& text) {
    const auto shape = [](const std::string& place, const std::string& words) {
      return "<p:sp><p:nvSpPr><p:cNvPr id=\"4\" name=\"x\"/><p:nvPr>" + place +
             "</p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>" + words +
             "</a:t></a:r></a:p></p:txBody></p:sp>";
    };
    return "<p:sld><p:cSld><p:spTree>" + shape("<p:ph type=\"ctrTitle\"/>", title) +
           shape("", text) + "</p:spTree></p:cSld></p:sld>";
  };
  return zip_of({{"[Content_Types].xml", kTypes},
                 {"_rels/.rels", relations(relation("r", "officeDocument", "ppt/p.xml"))},
                 {"ppt/p.xml",
                  "<p:presentation><p:sldIdLst><p:sldId id=\"256\" r:id=\"r9\"/><p:sldId "
                  "id=\"257\" r:id=\"r1\"/></p:sldIdLst></p:presentation>"},
                 {"ppt/_rels/p.xml.rels", relations(relation("r1", "slide", "slides/s1.xml") +
                                                    relation("r9", "slide", "slides/s9.xml"))},
                 {"ppt/slides/s1.xml", slide("Second", "last")},
                 {"ppt/slides/s9.xml", slide("First", "text &lt;")}});
}

}  // namespace

TEST_CASE("xlsx: shared and inline strings, a row of its own", "[document][office]") {
  const Bytes file = xlsx_of(
      "<sheetData><row r=\"3\"><c r=\"A3\" t=\"s\"><v>0</v></c><c t=\"inlineStr\"><is><t>In"
      "</t></is></c></row><row/></sheetData>");
  CHECK(probe(file) == Format::xlsx);
  CHECK(shown(file, "") == Lines{"prose: 共享", "prose: Rich text", "prose: In"});
  check_insertions(file, "");
  check_paragraphs(file, "", "AI生成");
  check_record(file, "");
  const auto sheet = [&](std::size_t before) {
    return member_of(inserted(file, "", {}, {{before, "AI"}}), "xl/w/s.xml");
  };
  const std::string cell = "t=\"inlineStr\"><is><t xml:space=\"preserve\">AI</t></is></c></row>";
  CHECK(sheet(0).find("<sheetData><row r=\"2\"><c r=\"A2\" " + cell + "<row r=\"3\">") !=
        std::string::npos);
  CHECK(sheet(3).find("<row/><row r=\"5\"><c r=\"A5\" " + cell + "</sheetData>") !=
        std::string::npos);
  const Bytes empty = xlsx_of("<sheetData/>");
  CHECK(member_of(inserted(empty, "", {}, {{0, "AI"}}), "xl/w/s.xml") ==
        "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" " + cell + "</sheetData></worksheet>");
}

TEST_CASE("pptx: slides in their order, a text box of its own", "[document][office]") {
  const Bytes file = pptx_of();
  CHECK(probe(file) == Format::pptx);
  CHECK(shown(file, "") == Lines{"title: First", "prose: text <", "title: Second", "prose: last"});
  const Bytes marked = check_insertions(file, "");
  check_untouched(file, marked, {"ppt/slides/s1.xml", "ppt/slides/s9.xml"});
  check_paragraphs(file, "", "AI生成");
  check_record(file, "");
  const Bytes labelled = inserted(file, "", {}, {{0, "AI"}});
  CHECK(member_of(labelled, "ppt/slides/s9.xml").find("<p:cNvPr id=\"5\" name=\"AIGC 5\"/>") !=
        std::string::npos);
}
