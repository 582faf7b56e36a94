// SPDX-License-Identifier: Apache-2.0
// PDF: record and label come in incremental updates, whatever the kind of cross-references.
#include <fmt/format.h>

#include <cmath>

#include "container/document/pdf_label.hpp"
#include "document_checks.hpp"

using namespace signmark;
using namespace signmark::container;
using namespace signmark::test;
using Lines = std::vector<std::string>;

namespace {

/// A file of these objects, numbered from 1, with a table of cross-references.
Bytes pdf_of(const std::vector<std::string>& objects, const std::string& trailer) {
  std::string file = "%PDF-1.4\n", table;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    table += fmt::format("{:010} 00000 n \n", file.size());
    file += fmt::format("{} 0 obj\n{}\nendobj\n", i + 1, objects[i]);
  }
  const std::size_t start = file.size();
  file += fmt::format(
      "xref\n0 {}\n0000000000 65535 f \n{}trailer\n<< /Size {} {} >>\nstartxref\n{}\n%%EOF\n",
      objects.size() + 1, table, objects.size() + 1, trailer, start);
  return bytes_of(file);
}

const std::string kCatalog = "<< /Type /Catalog /Pages 2 0 R >>";
const std::string kTree =
    "<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 /MediaBox [0 0 200 300] /Resources << /Font << "
    "/F 9 0 R >> >> >>";
const std::vector<std::string> kPages = {
    kCatalog,
    kTree,
    "<< /Type /Page /Parent 2 0 R /Contents 5 0 R >>",
    "<< /Type /Page /Parent 2 0 R /Rotate 90 /Contents [5 0 R] >>",
    "<< /Length 6 0 R >>\nstream\n0 g % )>\nendstream",
    "8",
    "<< /Title (a\\)b\\101) >>"};

/// The same two pages packed into an object stream, as PDF 1.5 has it.
Bytes packed_pdf() {
  std::string file = "%PDF-1.5\n", packed, header;
  for (int i = 0; i < 4; ++i) {
    header += fmt::format("{} {} ", i + 1, packed.size());
    packed += kPages[static_cast<std::size_t>(i)] + " ";
  }
  const std::size_t objects = file.size();
  const std::string inner = header + packed;
  file += fmt::format(
      "5 0 obj\n<< /Type /ObjStm /N 4 /First {} /Length {} >>\nstream\n{}\nendstream\nendobj\n",
      header.size(), inner.size(), inner);
  const std::size_t start = file.size();
  std::string entries("\0\0\0\0", 4);
  for (char i = 0; i < 4; ++i) entries += std::string({'\2', '\0', '\5', i});
  entries +=
      std::string({'\1', static_cast<char>(objects >> 8U), static_cast<char>(objects), '\0'});
  entries +=
      std::string({'\1', static_cast<char>(start >> 8U), static_cast<char>(start & 0xFFU), '\0'});
  file +=
      fmt::format("6 0 obj\n<< /Type /XRef /W [1 2 1] /Size 7 /Root 1 0 R /Length {} >>\nstream\n",
                  entries.size());
  return bytes_of(file + entries + fmt::format("\nendstream\nendobj\nstartxref\n{}\n%%EOF", start));
}

const TextOptions kDrawn{{}, draw_plainly};

std::string tail_of(ByteView changed, ByteView file) {
  REQUIRE(changed.size() > file.size());
  CHECK(hex(changed.first(file.size())) == hex(file));
  return std::string(as_text(changed.subspan(file.size())));
}

}  // namespace

TEST_CASE("pdf: syntax", "[document][pdf]") {
  const std::string_view dictionary =
      "<< /A<</B[1 2 R]>>/B (x\\)(y)) %c >>\n/C 1 0 R /D#20 <4 1> >>";
  CHECK(pdf_entry(dictionary, "/A") == "<</B[1 2 R]>>");
  CHECK(pdf_entry(dictionary, "/B") == "(x\\)(y))");
  CHECK(pdf_entry(dictionary, "/C") == "1 0 R");
  CHECK(pdf_entry(dictionary, "/E").empty());
  CHECK(pdf_with("<< /A 1 >>", "/A", "2").value() == "<< /A  2  >>");
  CHECK(code_of(pdf_with("<<!/A 1 >>", "/A", "2")) == "container.pdf.damaged");
  CHECK(pdf_items("[1 0 R [2] /X]").size() == 3);
  CHECK(pdf_text("(a\\)\\101\\\nb\\n)") == "a)Ab\n");
  CHECK(pdf_text("<FEFF4E2D D83DDE00>") == "中😀");
  for (const std::string_view text : {"a(b)\\", "中😀 x", ""}) {
    const auto string = pdf_string(text);
    REQUIRE_OK(string);
    CHECK(pdf_text(*string) == text);
  }
}

TEST_CASE("pdf: the record is a key of the information dictionary", "[document][pdf]") {
  const std::vector<Bytes> files = {pdf_of(kPages, "/Root 1 0 R /Info 7 0 R"),
                                    pdf_of(kPages, "/Root 1 0 R"), packed_pdf()};
  for (const Bytes& file : files) {
    CHECK(probe(file) == Format::pdf);
    CHECK(shown(file, "") == Lines{"verbatim: ", "verbatim: "});
    Edits edits;
    edits.aigc = bytes_of(kRecord);
    const Bytes marked = written(file, edits);
    CHECK(payload_of(look(marked), BlockKind::aigc) == kRecord);
    const std::string tail = tail_of(marked, file);
    CHECK((tail.find("/Title (a\\)b\\101)") != std::string::npos) == (&file == files.data()));
    CHECK(shown(marked, "").size() == 2);
    edits.aigc = bytes_of(R"({"中":"1"})");
    const Bytes again = written(marked, edits);
    CHECK(payload_of(look(again), BlockKind::aigc) == as_text(*edits.aigc));
    CHECK(look(again).blocks.size() == 1);
  }
}

TEST_CASE("pdf: the label is a line at the page's edge", "[document][pdf]") {
  for (const Bytes& file : {pdf_of(kPages, "/Root 1 0 R"), packed_pdf()}) {
    const std::string first = tail_of(inserted(file, "", {}, {{0, "AI生成 (x)"}}, kDrawn), file);
    CHECK(first.find("1.00 0.00 0.00 1.00 0.00 0.00 cm") != std::string::npos);
    CHECK(first.find("/ActualText <FEFF00410049751F6210002000280078") != std::string::npos);
    CHECK(first.find("1 beginbfchar <03> <751F> endbfchar") != std::string::npos);
    CHECK(first.find("/F 9 0 R  /Signmark") != std::string::npos);
    // 5 % of 200 are 10 units, and the letters are half an em high.
    CHECK(first.find(" 20.000 Tf 9.00 282.40 Td <0102030405060708> Tj") != std::string::npos);
    CHECK(first.find("1000.0 0.0 0.0 0.0 500.0 500.0 d1\n0.0 0.0 m\n500.0 0.0 l\n") !=
          std::string::npos);
    const std::string turned = tail_of(inserted(file, "", {}, {{1, "AI"}}, kDrawn), file);
    CHECK(turned.find("0.00 1.00 -1.00 0.00 200.00 0.00 cm") != std::string::npos);
    CHECK(turned.find("9.00 182.40 Td") != std::string::npos);  // 200 high as the reader sees it
    const Bytes both = inserted(file, "", {}, {{1, "AI"}, {2, "中😀"}}, kDrawn);
    const std::string tail = tail_of(both, file);
    CHECK(tail.find("9.00 7.60 Td") != std::string::npos);
    CHECK(tail.find("<02> <D83DDE00>") != std::string::npos);
    CHECK(look(both).complete);
    CHECK(shown(both, "").size() == 2);
  }
}

TEST_CASE("pdf: place and height of the label can be chosen", "[document][pdf]") {
  using Side = PagePlace::Side;
  const Bytes file = pdf_of(kPages, "/Root 1 0 R");  // 200 by 300
  const auto plate = [&](std::size_t before, PagePlace place) {
    const std::string tail = tail_of(
        inserted(file, "", {}, {{before, "AI"}}, TextOptions{{}, draw_plainly, place}), file);
    const std::size_t at = tail.find("cm 1 g ");
    REQUIRE(at != std::string::npos);
    return tail.substr(at + 7, tail.find(" re f", at) - at - 7);
  };
  // Letters of 10 units: two of an em and half of them beside, a margin of 4.
  CHECK(plate(0, {}) == "4.00 278.80 50.00 17.20");
  CHECK(plate(0, {Side::right, {}}) == "146.00 278.80 50.00 17.20");
  CHECK(plate(0, {Side::middle, {}}) == "75.00 278.80 50.00 17.20");
  CHECK(plate(0, {Side::right, true}) == "146.00 4.00 50.00 17.20");
  CHECK(plate(2, {}) == "4.00 4.00 50.00 17.20");
  CHECK(plate(2, {Side::left, false}) == "4.00 178.80 50.00 17.20");  // turned: 300 by 200
  CHECK(plate(0, {Side::left, {}, 0.1}) == "4.00 261.60 100.00 34.40");
  CHECK(plate(0, {Side::left, {}, 0.5}) == "4.00 229.95 192.00 66.05");  // no wider than the page
}

TEST_CASE("pdf: a label that cannot be drawn is refused", "[document][pdf]") {
  const Bytes file = pdf_of(kPages, "/Root 1 0 R");
  const auto refused = [&](const std::string& text, const DrawText& draw) {
    const auto result =
        insert_text(test_context(), file, look(file), {}, {{0, text}}, TextOptions{{}, draw});
    return result ? "" : result.error().code;
  };
  CHECK(refused("AI生成", {}) == "container.pdf.unwritable");
  CHECK(refused(std::string(30, 'x'), kDrawn.draw) == "");  // smaller than usual
  CHECK(refused(std::string(100, 'x'), kDrawn.draw) == "container.pdf.unwritable");
  CHECK(refused("AI", [](std::string_view) -> Result<Outline> { return Outline{}; }) ==
        "container.pdf.unwritable");
  CHECK(refused("AI", [](std::string_view) -> Result<Outline> {
          return fail("label.font.missing-glyph", "no");
        }) == "label.font.missing-glyph");
}

TEST_CASE("pdf: pages as their reader sees them", "[document][pdf]") {
  const PdfView upside = pdf_view({110, 20, 10, 320}, -180);
  CHECK(upside.width == 100);
  CHECK(upside.to_page == std::array<double, 6>{-1, 0, 0, -1, 110, 320});
  const PdfView side = pdf_view({10, 20, 110, 320}, 270 + 720);
  CHECK(side.width == 300);
  CHECK(side.to_page == std::array<double, 6>{0, -1, 1, 0, 10, 320});
  for (const std::vector<double>& box :
       {std::vector<double>{}, {0, 0, 0, 100}, {0, 0, 1e300, 1}, {0, 0, NAN, 9}})
    CHECK(pdf_view(box, NAN).height == 792);
}

TEST_CASE("pdf: an embedded manifest is found", "[document][pdf]") {
  std::vector<std::string> objects = kPages;
  objects[0] = "<< /Type /Catalog /Pages 2 0 R /AF [8 0 R] >>";
  objects.emplace_back("<< /Type /Filespec /AFRelationship /C2PA_Manifest /EF << /F 9 0 R >> >>");
  objects.emplace_back("<< /Length 5 >>\nstream\nstore\nendstream");
  const Inventory found = look(pdf_of(objects, "/Root 1 0 R"));
  CHECK(payload_of(found, BlockKind::c2pa) == "store");
  REQUIRE(found.manifest_exclusions.size() == 1);
  CHECK(found.manifest_exclusions[0].size == 5);
}

TEST_CASE("pdf: encrypted, damaged, looping files", "[document][pdf]") {
  CHECK(look(pdf_of(kPages, "/Root 1 0 R /Encrypt 7 0 R")).problems.at(0).code ==
        "container.pdf.encrypted");
  CHECK_FALSE(look(as_bytes("%PDF-1.4\n")).complete);
  std::vector<std::string> loop = kPages;
  loop[1] = "<< /Kids [2 0 R 3 0 R] >>";
  loop[4] = "<< /Length 5 0 R >>\nstream\nx\nendstream";
  const Bytes looping = pdf_of(loop, "/Root 1 0 R /Info 5 0 R /Prev 9");
  CHECK_FALSE(look(looping).complete);
  check_damage(pdf_of(kPages, "/Root 1 0 R /Info 7 0 R"), "", 3);
  check_damage(packed_pdf(), "");
}
