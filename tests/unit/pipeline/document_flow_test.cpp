// SPDX-License-Identifier: Apache-2.0
// Marking and verifying documents: label, record, signed text, manifest.
#include <algorithm>

#include "pipeline/publish.hpp"
#include "unit/pipeline/pipeline_support.hpp"

using namespace signmark;
using namespace signmark::test;

namespace {

constexpr const char* kAnswer =
    "城市绿化能够改善空气质量，降低夏季的气温。研究表明，树木覆盖率每提高百分之十，地表温度平均"
    "下降约一度。居民也因此更愿意步行出行，这对健康有益。\n\n"
    "绿地还能吸纳雨水，减轻内涝。许多城市正在建设海绵城市，用透水铺装和下沉式绿地代替传统的排水"
    "管道。这些工程在暴雨时表现良好，值得推广。\n";

Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

MarkedBytes marked(const Studio& studio, std::string_view text, const char* name,
                   LabelPlace place = LabelPlace::start) {
  MarkOptions options = studio.options("robust,visible,metadata,manifest");
  options.text.label_place = place;
  auto result = mark_bytes(test_context(), bytes_of(text), options, name);
  REQUIRE_OK(result);
  return std::move(*result);
}

VerifyReport verified(const Studio& studio, ByteView file, const char* name,
                      const std::optional<Bytes>& sidecar = {}) {
  auto report = verify_bytes(test_context(), file, studio.believing(), sidecar, name);
  REQUIRE_OK(report);
  return std::move(*report);
}

const Finding& text_finding(const VerifyReport& report) {
  const auto found = std::find_if(report.findings.begin(), report.findings.end(),
                                  [](const Finding& f) { return f.what == "signed text"; });
  REQUIRE(found != report.findings.end());
  return *found;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("documents: a text carries label, signed text and a manifest beside it") {
  const Studio studio("writer");
  const MarkedBytes out = marked(studio, kAnswer, "answer.txt");
  CHECK(out.report.visible_paragraph);
  REQUIRE(out.report.text);
  CHECK(out.report.text->blocks >= 1);
  CHECK(out.report.left_out.size() == 1);  // no place for a record in plain text
  CHECK_FALSE(out.sidecar.empty());
  const VerifyReport report = verified(studio, out.file, "answer.txt", out.sidecar);
  CHECK(report.verdict == Verdict::verified);
  CHECK(text_finding(report).state == State::trusted);
  CHECK(report.content_id == out.report.content_id);
  CHECK(report.text_coverage == 1.0);
}

TEST_CASE("documents: Markdown and HTML keep everything in the file") {
  const Studio studio("writer");
  const auto [name, text] =
      GENERATE(std::pair<const char*, std::string>{"a.md", std::string("# 绿化\n\n") + kAnswer},
               std::pair<const char*, std::string>{
                   "a.html", std::string("<html><head><title>x</title></head><body><p>") + kAnswer +
                                 "</p></body></html>"});
  INFO(name);
  const MarkedBytes out = marked(studio, text, name);
  CHECK(out.sidecar.empty());
  CHECK(out.report.left_out.empty());
  const VerifyReport report = verified(studio, out.file, name);
  CHECK(report.verdict == Verdict::verified);
  CHECK(report.tier.tier == label::Tier::confirmed);
  CHECK(std::all_of(report.findings.begin(), report.findings.end(), [](const Finding& f) {
    return f.state == State::trusted || f.state == State::present;
  }));
}

TEST_CASE("documents: a PDF carries the default label, the record and a manifest beside it") {
  const Studio studio("writer");
  const char* const page =
      "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
      "2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842] >>\nendobj\n"
      "3 0 obj\n<< /Type /Page /Parent 2 0 R >>\nendobj\n"
      "xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000058 00000 n \n"
      "0000000139 00000 n \ntrailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n186\n%%EOF\n";
  const MarkedBytes out = marked(studio, page, "answer.pdf");
  CHECK(out.report.visible_paragraph);
  REQUIRE(out.report.left_out.size() == 1);
  CHECK(out.report.left_out[0].starts_with("robust: "));
  CHECK_FALSE(out.sidecar.empty());
  const std::string_view file = as_text(out.file);
  CHECK(file.find("/ActualText <FEFF00410049751F6210>") != std::string_view::npos);
  CHECK(file.find("/AIGC (") != std::string_view::npos);
  const VerifyReport report = verified(studio, out.file, "answer.pdf", out.sidecar);
  CHECK(report.verdict == Verdict::verified);
  CHECK(report.content_id == out.report.content_id);
  // 5 % of 595 from the upper edge, unless the options say another place and size.
  CHECK(file.find("cm 1 g 11.90 7") != std::string_view::npos);
  MarkOptions options = studio.options("visible");
  REQUIRE_OK(set_option(options, "corner", "bottom-left"));
  REQUIRE_OK(set_option(options, "height", "0.1"));
  const auto low = mark_bytes(test_context(), bytes_of(page), options, "answer.pdf");
  REQUIRE_OK(low);
  CHECK(as_text(low->file).find("1 g 11.90 11.90 ") != std::string_view::npos);
}

TEST_CASE("documents: an excerpt verifies by its text alone") {
  const Studio studio("writer");
  const MarkedBytes out = marked(studio, kAnswer, "answer.txt");
  const std::string text(as_text(out.file));
  const std::string excerpt = text.substr(text.find("绿地还能"));
  const VerifyReport report = verified(studio, bytes_of(excerpt), "excerpt.txt");
  CHECK(report.verdict == Verdict::verified);
  CHECK(text_finding(report).state == State::trusted);
  CHECK(report.sentence.find("signature read from the text") != std::string::npos);
}

TEST_CASE("documents: a changed word is told with its sentence") {
  const Studio studio("writer");
  const MarkedBytes out = marked(studio, kAnswer, "answer.txt");
  const std::string edited = replaced(std::string(as_text(out.file)), "值得推广", "不值得推广");
  const VerifyReport report = verified(studio, bytes_of(edited), "edited.txt");
  CHECK(report.verdict == Verdict::tampered);
  CHECK(text_finding(report).state == State::invalid);
  const auto changed =
      std::count_if(report.pieces.begin(), report.pieces.end(),
                    [](const TextPiece& piece) { return piece.outcome == text::Outcome::changed; });
  CHECK(changed == 1);
  CHECK(report.text_coverage > 0.5);
}

TEST_CASE("documents: what does not read back as it was signed is not published") {
  const Studio studio("writer");
  const MarkedBytes out = marked(studio, kAnswer, "answer.txt");
  Expectation expectation;
  expectation.signer_root = studio.root();
  expectation.manifest = true;
  expectation.name = "answer.txt";
  expectation.text_id = out.report.content_id;
  REQUIRE_OK(read_back(test_context(), out.file, out.sidecar, expectation));
  expectation.manifest = false;
  const Bytes changed = bytes_of(replaced(std::string(as_text(out.file)), "减轻内涝", "加重内涝"));
  const auto refused = read_back(test_context(), changed, out.sidecar, expectation);
  REQUIRE(code_of(refused) == "pipeline.readback");
  CHECK(refused.error().message.find("do not fit the text") != std::string::npos);
}

TEST_CASE("documents: records on other text are foreign") {
  const Studio studio("writer");
  const MarkedBytes out = marked(studio, kAnswer, "answer.txt");
  Passage passage;
  passage.text = as_text(out.file);
  const auto found = text::find_records(test_context(), std::span(&passage, 1));
  REQUIRE_OK(found);
  REQUIRE_FALSE(found->records.empty());
  const Range run = found->records.front().where;
  const std::string forged = "完全不同的一段文字，是别人写的，与签名者毫无关系。" +
                             std::string(passage.text.view().substr(run.offset, run.size)) + "\n";
  const VerifyReport report = verified(studio, bytes_of(forged), "forged.txt");
  CHECK(text_finding(report).state == State::foreign);
  CHECK(report.verdict == Verdict::tampered);
}

TEST_CASE("documents: a stranger's text is signed but not believed") {
  const Studio studio("writer"), reader("reader");
  const MarkedBytes out = marked(studio, std::string("# t\n\n") + kAnswer, "a.md");
  const VerifyReport report = verified(reader, out.file, "a.md");
  CHECK(report.verdict == Verdict::untrusted);
}

TEST_CASE("documents: nothing is marked twice, and too little text is refused") {
  const Studio studio("writer");
  const MarkedBytes out = marked(studio, kAnswer, "answer.txt");
  MarkOptions options = studio.options("robust,visible,metadata,manifest");
  const auto again = mark_bytes(test_context(), out.file, options, "answer.txt");
  REQUIRE_FALSE(again);
  CHECK(again.error().code == "pipeline.existing");
  options.layers.visible = false;
  const auto tiny = mark_bytes(test_context(), bytes_of("Yes.\n"), options, "tiny.txt");
  REQUIRE_FALSE(tiny);
  CHECK(tiny.error().code == "text.mark.size");
  CHECK_FALSE(tiny.error().hint.empty());
}

TEST_CASE("documents: the label stands where it is wanted") {
  const Studio studio("writer");
  const std::string text(as_text(marked(studio, kAnswer, "answer.txt", LabelPlace::end).file));
  CHECK(text.rfind("AI生成") > text.size() - 32);
}

TEST_CASE("documents: a platform completes the record in the format's own place") {
  const Studio studio("writer"), platform("platform");
  const ScratchDir dir;
  const auto [name, text] =
      GENERATE(std::pair<const char*, std::string>{"a.md", std::string("# 绿化\n\n") + kAnswer},
               std::pair<const char*, std::string>{
                   "a.json", R"({"content":"城市绿化能够改善空气质量，降低夏季的气温。"})"});
  INFO(name);
  save(dir / name, marked(studio, text, name).file);
  PropagateOptions options;
  options.propagator = "platform";
  options.signer = &platform.signer();
  options.signer_root = platform.root();
  Context context = test_context();
  context.random = seeded_random(77);  // another name for the new manifest
  const auto report =
      propagate_file(context, dir / name, to(dir / (std::string("p_") + name)), options);
  REQUIRE_OK(report);
  CHECK(report->after.content_propagator == "platform");
  CHECK(report->after.content_producer == report->before.content_producer);
}

TEST_CASE("documents: a manifest beside the file is continued beside it") {
  const Studio studio("writer"), platform("platform");
  const ScratchDir dir;
  const MarkedBytes out =
      marked(studio, R"({"content":"城市绿化能够改善空气质量，降低夏季的气温。"})", "a.json");
  save(dir / "a.json", out.file);
  save(dir / "a.json.c2pa", out.sidecar);
  PropagateOptions options;
  options.propagator = "platform";
  OutputOptions in_place = to(dir / "a.json");
  in_place.in_place = true;
  in_place.backup = dir / "a.orig.json";
  Context context = test_context();
  context.random = seeded_random(77);  // another name for the new manifest
  CHECK(code_of(propagate_file(context, dir / "a.json", in_place, options)) ==
        "pipeline.propagate.signer");
  options.signer = &platform.signer();
  options.signer_root = platform.root();
  const auto report = propagate_file(context, dir / "a.json", in_place, options);
  REQUIRE_OK(report);
  CHECK(report->sidecar_file == dir / "a.json.c2pa");
  const auto look = verify_file(test_context(), dir / "a.json", platform.believing());
  REQUIRE_OK(look);
  CHECK(state_of(look->findings, Layer::manifest) == State::trusted);
  const auto store = read_file(dir / "a.json.c2pa", 1U << 20);
  REQUIRE_OK(store);
  CHECK(as_text(*store).find(as_text(out.sidecar).substr(out.sidecar.size() / 2)) !=
        std::string_view::npos);  // the old manifest within the new store
  const auto kept = verify_file(test_context(), dir / "a.orig.json", studio.believing());
  REQUIRE_OK(kept);
  CHECK(kept->verdict == Verdict::verified);
}
