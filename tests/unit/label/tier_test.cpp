// SPDX-License-Identifier: Apache-2.0
// Room label: tiers and notices of Article 6, reconciling records, foreign schemes.
#include "signmark/label.hpp"
#include "support/test_support.hpp"

using namespace signmark;
using namespace signmark::label;
using namespace signmark::test;

namespace {

std::optional<Tier> tier(const TierEvidence& evidence) { return tier_of(evidence).tier; }

ParsedRecord record(std::string label, std::string producer = "x") {
  ParsedRecord out;
  out.record.label = std::move(label);
  out.record.content_producer = std::move(producer);
  return out;
}

}  // namespace

TEST_CASE("the four tiers of Article 6") {
  CHECK(tier({.state = RecordState::present, .label = "1"}) == Tier::confirmed);
  CHECK(tier({.state = RecordState::present, .label = "2"}) == Tier::possible);
  CHECK(tier({.state = RecordState::present, .label = "3"}) == Tier::suspected);
  CHECK(tier({.state = RecordState::present, .label = "3", .declared = true}) == Tier::suspected);
  CHECK(tier({.declared = true}) == Tier::possible);
  CHECK(tier({.declared = true, .visible_label = true}) == Tier::possible);
  CHECK(tier({.visible_label = true}) == Tier::suspected);
  CHECK(tier({.robust_mark = true}) == Tier::suspected);
  CHECK(tier({.trace = true}) == Tier::suspected);
  CHECK(tier({.state = RecordState::empty_shell}) == Tier::suspected);
  CHECK(tier({}) == Tier::none);
}

TEST_CASE("what could not be looked at is never none") {
  const TierAnswer answer = tier_of({.state = RecordState::unreadable});
  CHECK_FALSE(answer.tier.has_value());
  CHECK_FALSE(answer.basis.empty());
  CHECK(tier({.state = RecordState::unreadable, .declared = true}) == Tier::possible);
  CHECK(tier({.state = RecordState::unreadable, .robust_mark = true}) == Tier::suspected);
}

TEST_CASE("a Label value that no standard knows is a trace, unless it says generated") {
  CHECK(stated_tier("AIGC") == Tier::confirmed);
  CHECK(stated_tier("aigclabeltype.ai_generated") == Tier::confirmed);
  CHECK(stated_tier("属于") == Tier::confirmed);
  for (const char* value : {"", "0", "4", "cat"}) CHECK(stated_tier(value) == Tier::suspected);
  CHECK(tier({.state = RecordState::present, .label = "0"}) == Tier::suspected);
  CHECK(tier({.state = RecordState::present, .label = "0", .declared = true}) == Tier::possible);
}

TEST_CASE("names, values and notices of the tiers") {
  CHECK(tier_name(Tier::suspected) == "suspected");
  CHECK(tier_value(Tier::confirmed) == "1");
  CHECK(tier_value(Tier::possible) == "2");
  CHECK(tier_value(Tier::suspected) == "3");
  CHECK(tier_value(Tier::none).empty());
  CHECK(notice_text(Tier::confirmed, Language::chinese).find("属于") != std::string_view::npos);
  CHECK(notice_text(Tier::possible, Language::chinese).find("可能") != std::string_view::npos);
  CHECK(notice_text(Tier::suspected, Language::chinese).find("疑似") != std::string_view::npos);
  CHECK(notice_text(Tier::none, Language::english).empty());
  for (const Tier each : {Tier::confirmed, Tier::possible, Tier::suspected})
    for (const Language language : {Language::chinese, Language::english})
      CHECK_OK(check_wording(notice_text(each, language), Wording::gb45438));
}

TEST_CASE("one record stays as it is") {
  const auto one = reconcile({record("1")});
  REQUIRE_OK(one);
  CHECK(one->count == 1);
  CHECK_FALSE(one->ambiguous);
  CHECK(one->record.broken.empty());
  CHECK(code_of(reconcile({})) == "label.aigc.none");
}

TEST_CASE("two identical records break 6.1 c) but do not disagree") {
  const auto two = reconcile({record("1"), record("1")});
  REQUIRE_OK(two);
  CHECK_FALSE(two->ambiguous);
  REQUIRE(two->record.broken.size() == 1);
  CHECK(two->record.broken[0].code == "label.aigc.second");
  CHECK(two->record.broken[0].clause == "GB 45438-2025 6.1 c)");
}

TEST_CASE("records that disagree are ambiguous and the strictest statement stays") {
  const auto two = reconcile({record("3", "a"), record("1", "b")});
  REQUIRE_OK(two);
  CHECK(two->ambiguous);
  CHECK(two->record.record.label == "1");
  REQUIRE(two->record.broken.size() == 2);
  CHECK(two->record.broken[1].code == "label.ambiguous");
  CHECK(two->record.broken[1].message.find("Label, ContentProducer") != std::string::npos);
}

TEST_CASE("an empty shell beside a record is a second label, not a disagreement") {
  ParsedRecord shell;
  shell.empty_shell = true;
  const auto both = reconcile({shell, record("3")});
  REQUIRE_OK(both);
  CHECK_FALSE(both->record.empty_shell);
  CHECK_FALSE(both->ambiguous);
  CHECK(both->count == 2);
  const auto shells = reconcile({shell, shell});
  REQUIRE_OK(shells);
  CHECK(shells->record.empty_shell);
}

TEST_CASE("ByteDance's private scheme is a trace") {
  for (const char* text :
       {R"({"aigc_info":{"aigc_type":1,"aigc_label_type":2}})", R"({"aigc_label_type":2})",
        R"({"data":"{\"aigc_info\":\"{\\\"aigc_label_type\\\":2}\"}"})",
        "aigc_info{aigc_type:1,aigc_label_type:2}"}) {
    INFO(text);
    const auto trace = find_trace(text);
    REQUIRE(trace);
    CHECK(trace->scheme == "ByteDance aigc_info");
    CHECK(trace->detail == "aigc_label_type=2");
    CHECK(trace->generated);
    CHECK_FALSE(parse_record(text, Place::generic));
  }
  CHECK_FALSE(find_trace(R"({"aigc_info":{"aigc_label_type":0}})")->generated);
  CHECK_FALSE(find_trace(R"({"aigc_info":{}})")->generated);
}

TEST_CASE("Tencent Cloud's own schema is a trace") {
  const auto trace = find_trace(
      R"({"AIGC":{"ServiceProvider":"腾讯云","ServiceUser":"100","Time":"2025","ContentId":"c1"}})");
  REQUIRE(trace);
  CHECK(trace->scheme == "Tencent Cloud ServiceProvider");
  CHECK(trace->detail.find("c1") != std::string::npos);
  CHECK(trace->generated);
}

TEST_CASE("ordinary text and records are no trace") {
  for (const std::string& text :
       {std::string(), std::string("a photo"),
        std::string(R"({"Label":"1","ContentProducer":"x"})"),
        std::string(R"({"ServiceProvider":"x"})"), std::string("{\"ServiceProvider"),
        std::string((1U << 20) + 1, 'x') + "aigc_info"})
    CHECK_FALSE(find_trace(text));
}
