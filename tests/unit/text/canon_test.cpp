// SPDX-License-Identifier: Apache-2.0
// Canonical text, units and records against the published vectors.
#include "base/json.hpp"
#include "support/test_support.hpp"
#include "text_support.hpp"

using namespace signmark;
using namespace signmark::test;

namespace {

nlohmann::json vectors(const std::string& name) {
  const Bytes bytes =
      slurp(std::filesystem::path(SIGNMARK_SOURCE_DIR) / "tests/vectors/text" / (name + ".json"));
  return nlohmann::json::parse(as_text(bytes));
}

std::vector<Passage> passages_of(const nlohmann::json& list) {
  std::vector<Passage> passages;
  for (const auto& each : list) {
    const std::string kind = each["kind"];
    passages.push_back({kind == "title"      ? Passage::Kind::title
                        : kind == "verbatim" ? Passage::Kind::verbatim
                                             : Passage::Kind::prose,
                        each["text"].get<std::string>(),
                        {}});
  }
  return passages;
}

}  // namespace

TEST_CASE("canonical text and units agree with the vectors") {
  const auto all = vectors("canon");
  REQUIRE(all.size() >= 25);
  for (const auto& each : all) {
    INFO(each["name"].get<std::string>());
    const auto passages = passages_of(each["passages"]);
    if (each.contains("canonical"))
      CHECK(text::canonical_text(passages).value() == each["canonical"].get<std::string>());
    if (!each.contains("units")) continue;
    std::vector<std::string> found;
    const auto units = text::units(passages).value();
    for (const text::Unit& unit : units) found.push_back(unit.canonical);
    CHECK(found == each["units"].get<std::vector<std::string>>());
  }
}

TEST_CASE("records agree with the vectors, which were made without the library") {
  const auto all = vectors("records");
  REQUIRE(all.size() == 2);
  for (const auto& each : all) {
    INFO(each["name"].get<std::string>());
    text::MarkRequest request;
    request.content_id = std::stoull(each["content_id"].get<std::string>(), nullptr, 16);
    const Bytes hint = unhex(each["hint"].get<std::string>()).value();
    std::copy(hint.begin(), hint.end(), request.key_hint.begin());
    request.time = each["time"];
    std::string fields;
    request.sign = [&fields](ByteView bytes) -> Result<std::array<Byte, 64>> {
      fields = hex(bytes);
      std::array<Byte, 64> signature{};
      signature.fill(0x5A);
      return signature;
    };
    const auto passages = paragraphs(each["text"].get<std::string>());
    const auto marking = text::mark(test_context(), passages, request).value();
    CHECK(fields == each["fields"].get<std::string>());
    REQUIRE(marking.insertions.size() == 1);
    CHECK(marking.insertions[0].offset == each["offset"].get<std::size_t>());
    CHECK(hex(as_bytes(marking.insertions[0].text)) == each["insertion"].get<std::string>());
  }
}

TEST_CASE("canonical text is the same however it is divided and is its own canonical text") {
  // Longer than one step of the reader, with everything that waits for the next character.
  std::string text;
  for (int i = 0; i < 4000; ++i)
    text += "第" + std::to_string(i) + "章…… e\u0301——“好”。Then it rained... And so on.\n";
  const auto whole = text::canonical_text(paragraphs(text)).value();
  CHECK(text::canonical_text(paragraphs(whole)).value() == whole);
  std::size_t end = 0;
  const auto units = text::units(paragraphs(text)).value();
  for (const text::Unit& unit : units) {
    const std::size_t at = whole.find(unit.canonical, end);
    REQUIRE(at != std::string::npos);
    CHECK(at <= end + 1);
    end = at + unit.canonical.size();
  }
  CHECK(end == whole.size());
}

TEST_CASE("bytes that are no UTF-8 are named") {
  for (const std::string bad :
       {"a\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe4\xbd"}) {
    const std::vector<Passage> passages{{Passage::Kind::prose, "good", {}},
                                        {Passage::Kind::prose, bad, {}}};
    const auto canonical = text::canonical_text(passages);
    CHECK(code_of(canonical) == "text.utf8");
    CHECK(canonical.error().where.starts_with("passage 1, byte "));
    CHECK(code_of(text::find_records(test_context(), passages)) == "text.utf8");
    CHECK(code_of(text::mark(test_context(), passages, TextKey().request(1))) == "text.utf8");
    CHECK(code_of(text::judge(test_context(), passages, {}, {})) == "text.utf8");
    CHECK(code_of(text::list_invisible(passages)) == "text.utf8");
    CHECK(code_of(text::fingerprint(passages)) == "text.utf8");
  }
}
