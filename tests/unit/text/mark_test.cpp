// SPDX-License-Identifier: Apache-2.0
// Marking, and what is read from marked text after it was cut, edited, moved and re-wrapped.
#include "support/test_support.hpp"
#include "text_support.hpp"

using namespace signmark;
using namespace signmark::test;
using text::Outcome;

namespace {

/// Sentence `i`: 42 characters, so a unit of its own.
std::string sentence(int i) {
  static const std::vector<std::string> kWords{"山", "水", "风", "云", "花",
                                               "草", "鸟", "鱼", "日", "月"};
  const std::string a = kWords[static_cast<std::size_t>(i / 10 % 10)];
  const std::string b = kWords[static_cast<std::size_t>(i % 10)];
  return "春天来了，" + a + "上的树都绿了，" + b +
         "里的水也暖了，孩子们跑出门去放风筝，老人们坐在门口晒太阳。";
}

/// `count` paragraphs of three units.
std::vector<Passage> story(int count) {
  std::vector<Passage> passages;
  for (int i = 0; i < count; ++i)
    passages.push_back(
        {Passage::Kind::prose, sentence(3 * i) + sentence(3 * i + 1) + sentence(3 * i + 2), {}});
  return passages;
}

std::vector<Outcome> outcomes(const text::Judgement& judgement) {
  std::vector<Outcome> list;
  for (const text::Piece& piece : judgement.pieces) list.push_back(piece.outcome);
  return list;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

const std::string kIntruder =
    "这一句话从来没有人签过名，它是后来由别人偷偷地放进这篇文章里面去的，请大家千万不要相信。";

}  // namespace

TEST_CASE("a marked text is authentic as a whole, and nothing visible changed") {
  for (const auto density : {text::Density::dense, text::Density::normal, text::Density::end})
    for (const auto placement : {text::Placement::middle, text::Placement::end}) {
      auto request = TextKey().request(77, density);
      request.placement = placement;
      const auto passages = story(40);
      const auto marking = text::mark(test_context(), passages, request).value();
      CHECK(marking.report.units == 120);
      CHECK(marking.report.blocks == marking.insertions.size());
      CHECK((density == text::Density::end) == (marking.insertions.size() == 1));
      const auto result = inserted(passages, marking.insertions);
      CHECK(text::canonical_text(result).value() == text::canonical_text(passages).value());
      const Read look = read(result);
      CHECK(outcomes(look.judgement) == std::vector<Outcome>(120, Outcome::authentic));
      CHECK(look.judgement.coverage() == 1);
      REQUIRE(look.judgement.works.size() == 1);
      CHECK(look.judgement.works[0].content_id == 77);
      CHECK(look.judgement.works[0].present.size() == marking.insertions.size());
      CHECK(look.records.records[0].time == request.time);
      CHECK(look.records.records[0].key_hint == request.key_hint);
    }
}

TEST_CASE("verse, lists, tables and tiny sentences are authentic as they were marked") {
  const auto lines = [](std::size_t count, auto line) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += line(i);
    return text;
  };
  const std::vector<std::string_view> words{"青山", "绿水", "白云", "红花", "明月"};
  const auto word = [&](std::size_t i) { return std::string(words[i * i % words.size()]); };
  const std::vector<std::string> texts{
      lines(80, [&](std::size_t i) { return word(i) + "入" + word(i + 1) + "\n"; }),
      lines(200, [&](std::size_t i) { return word(i).substr(0, 3) + "。"; }),
      lines(200, [&](std::size_t i) { return i % 3 == 0 ? std::string("Go! ") : "No. "; }),
      lines(200, [](std::size_t i) { return "- tree " + std::to_string(i) + "\n"; }),
      lines(200,
            [](std::size_t i) { return std::to_string(i) + "," + std::to_string(i * i) + "\n"; }),
      lines(9000, [](std::size_t) { return std::string("一"); })};
  for (const std::string& text : texts) {
    INFO(text.substr(0, 60));
    const auto passages = marked(paragraphs(text), TextKey().request(5));
    const Read look = read(passages);
    CHECK(look.judgement.coverage() == 1);
    CHECK(count_of(look.judgement, Outcome::authentic) == look.judgement.pieces.size());
  }
}

TEST_CASE("data without end is refused before it takes memory", "[hostile]") {
  const std::vector<Passage> endless{{Passage::Kind::prose, std::string(5'000'000, 'a'), {}}};
  CHECK(code_of(text::mark(test_context(), endless, TextKey().request(5))) == "text.sentence");
  CHECK(code_of(text::canonical_text(endless)) == "text.sentence");
}

TEST_CASE("records stand behind sentences of prose, away from closed ranges") {
  const std::string code = "`f()`", end = sentence(2);
  std::vector<Passage> passages = story(1);
  passages.push_back({Passage::Kind::title, sentence(50) + sentence(51), {}});
  passages.push_back({Passage::Kind::verbatim, sentence(52), {}});
  passages.push_back(
      {Passage::Kind::prose, sentence(3) + code, {{sentence(3).size(), code.size()}}});
  passages.push_back({Passage::Kind::prose, "!\ufe01", {}});
  const auto marking =
      text::mark(test_context(), passages, TextKey().request(5, text::Density::dense)).value();
  REQUIRE(marking.insertions.size() >= 2);
  for (const Insertion& each : marking.insertions) {
    CHECK(passages[each.passage].kind == Passage::Kind::prose);
    const std::string before(passages[each.passage].text.view().substr(0, each.offset));
    CHECK((before.ends_with("。") || before.ends_with("\ufe01")));
    CHECK(each.text.starts_with("\u2060"));
    CHECK(before != sentence(3));  // the closed range begins there
  }
}

TEST_CASE("marking again changes nothing, and foreign invisible characters do not matter") {
  auto passages = story(10);
  for (Passage& passage : passages) {
    passage.text.own().insert(passage.text.view().find("树"), "\u200b\ufeff");
    passage.text.own() += "\u200b";
  }
  const auto request = TextKey().request(9);
  const auto once = marked(passages, request);
  auto later = request;
  later.time += 3600;
  const auto again = text::mark(test_context(), once, later).value();
  CHECK(again.insertions.empty());
  CHECK(again.report.kept == again.report.blocks);
  CHECK(read(once).judgement.coverage() == 1);
  const auto other = text::mark(test_context(), once, TextKey().request(10)).value();
  CHECK(other.insertions.size() == other.report.blocks);
}

TEST_CASE("what cannot be signed is refused with the cure") {
  const auto code = [](const std::vector<Passage>& passages) {
    const auto marking = text::mark(test_context(), passages, TextKey().request(1));
    CHECK((marking || !marking.error().hint.empty()));
    return code_of(marking);
  };
  CHECK(code({}) == "text.mark.size");
  CHECK(code(paragraphs("太短了。")) == "text.mark.size");
  CHECK(code({{Passage::Kind::verbatim, sentence(1), {}}}) == "text.mark.size");
  CHECK(code({{Passage::Kind::title, sentence(1), {}}}) == "text.mark.size");
  CHECK(code(paragraphs("十个字就可以签名了吧。")) == "");
  auto failing = TextKey().request(1);
  failing.sign = [](ByteView) -> Result<std::array<Byte, 64>> {
    return fail("keys.sign.expired", "");
  };
  CHECK(code_of(text::mark(test_context(), story(1), failing)) == "keys.sign.expired");
  Context cancelled = test_context();
  cancelled.progress = [](const Progress&) { return false; };
  CHECK(code_of(text::mark(cancelled, story(1), TextKey().request(1))) == "base.cancelled");
}

TEST_CASE("each kind of edit is told, and only where it is") {
  const auto original = marked(story(6), TextKey().request(3, text::Density::end));
  auto passages = original;
  std::size_t changed = 0, missing = 0, inserts = 0, moved = 0, authentic = 17;
  SECTION("a character") {
    passages[1].text = replaced(passages[1].text.own(), "绿", "红");
    changed = 1;
  }
  SECTION("a full stop") {
    passages[2].text = replaced(passages[2].text.own(), "。", "，");
    changed = 1;
  }
  SECTION("a sentence taken out") {
    passages[3].text = replaced(passages[3].text.own(), sentence(10), "");
    missing = 1;
  }
  SECTION("a sentence put in") {
    passages[3].text = replaced(passages[3].text.own(), sentence(10), sentence(10) + kIntruder);
    inserts = 1, authentic = 18;
  }
  SECTION("a sentence moved") {
    passages[1].text = replaced(passages[1].text.own(), sentence(3), "");
    passages[4].text.own() += sentence(3);
    moved = 1;
  }
  SECTION("an override that shows the sentence backwards") {
    passages[4].text = replaced(passages[4].text.own(), "绿", "\u202e绿");
    changed = 1;
  }
  SECTION("the first sentence") {
    passages[0].text = replaced(passages[0].text.own(), "绿", "红");
    changed = 1;
  }
  SECTION("the last sentence") {
    passages[5].text =
        replaced(passages[5].text.own(), sentence(17), replaced(sentence(17), "绿", "红"));
    changed = 1;
  }
  const Read look = read(passages);
  const auto& judgement = look.judgement;
  CHECK(count_of(judgement, Outcome::authentic) == authentic);
  CHECK(count_of(judgement, Outcome::changed) == changed);
  CHECK(count_of(judgement, Outcome::missing) == missing);
  CHECK(count_of(judgement, Outcome::inserted) == inserts);
  CHECK(count_of(judgement, Outcome::reordered) == moved);
  CHECK(count_of(judgement, Outcome::unmarked) == 0);
  REQUIRE(judgement.works.size() == 1);
  CHECK(judgement.works[0].changed == changed);
  CHECK_FALSE(judgement.works[0].foreign);
  for (const text::Piece& piece : judgement.pieces)
    if (piece.outcome == Outcome::inserted) CHECK(text_of(piece, passages) == kIntruder);
}

TEST_CASE("re-wrapping, NFKC punctuation, lost guards, other paragraphs: still authentic") {
  std::string text = joined(marked(story(8), TextKey().request(4)));
  const auto replace_all = [&text](const std::string& from, const std::string& to) {
    for (std::size_t at = text.find(from); at != std::string::npos;
         at = text.find(from, at + to.size()))
      text.replace(at, from.size(), to);
  };
  SECTION("hard line ends") { replace_all("树都", "树\n都"); }
  SECTION("one paragraph") { replace_all("\n\n", "\n"); }
  SECTION("a paragraph each sentence") { replace_all("。", "。\n\n"); }
  SECTION("folded punctuation") { replace_all("，", ", "); }
  SECTION("no guards") { replace_all("\u2060", ""); }
  SECTION("list items") { replace_all("\n\n", "\n\n12. "); }
  const auto judgement = read(paragraphs(text)).judgement;
  CHECK(count_of(judgement, Outcome::authentic) == 24);
}

TEST_CASE("an excerpt verifies, its cut edges are no accusation") {
  const std::string whole = joined(marked(story(20), TextKey().request(6)));
  const std::size_t from = whole.find("绿", whole.size() / 3),
                    to = whole.find("绿", whole.size() / 3 * 2);
  const auto judgement = read(paragraphs(whole.substr(from, to - from))).judgement;
  CHECK(count_of(judgement, Outcome::authentic) >= 10);
  CHECK(count_of(judgement, Outcome::changed) == 0);
  CHECK(count_of(judgement, Outcome::inserted) == 0);
  CHECK(count_of(judgement, Outcome::missing) == 0);
  CHECK(judgement.works.at(0).present.size() < judgement.works.at(0).blocks);
  // Quoted in somebody's own article.
  const auto quoted =
      read(paragraphs(kIntruder + kIntruder + "\n\n" + whole.substr(from, to - from) + "\n\n" +
                      kIntruder + kIntruder))
          .judgement;
  CHECK(count_of(quoted, Outcome::changed) == 0);
  CHECK(count_of(quoted, Outcome::unmarked) == 2);
}

TEST_CASE("records on other text are foreign; records away from their text still find it") {
  const auto source = marked(story(12), TextKey().request(8));
  std::string hidden, visible = joined(story(12));
  const auto records = text::find_records(test_context(), source).value();
  for (const text::Record& record : records.records)
    hidden += std::string(source[record.passage].text.view().substr(record.where.offset,
                                                                    record.where.size)) +
              "\n\n";
  const auto foreign = read(paragraphs(kIntruder + hidden)).judgement;
  REQUIRE(foreign.works.size() == 1);
  CHECK(foreign.works[0].foreign);
  CHECK(foreign.coverage() == 0);
  const auto far = read(paragraphs(visible + "\n\n" + kIntruder + "\n\n" + hidden)).judgement;
  CHECK(count_of(far, Outcome::authentic) == 36);
  // Signed by somebody whom the caller does not accept: nothing is authentic.
  const auto stranger = read(source, TextKey(2));
  CHECK(stranger.records.records.size() == records.records.size());
  CHECK(stranger.judgement.works.empty());
  CHECK(stranger.judgement.coverage() == 0);
}

TEST_CASE("many works in one text are all found near their records") {
  std::vector<Passage> chat;
  for (int i = 0; i < 40; ++i) {
    const auto answer =
        marked({story(i + 1).back()}, TextKey().request(static_cast<std::uint64_t>(i)));
    chat.insert(chat.end(), answer.begin(), answer.end());
  }
  const auto judgement = read(chat).judgement;
  CHECK(judgement.works.size() == 40);
  CHECK(judgement.coverage() == 1);
}

TEST_CASE("a damaged record is told from an absent one, and ranges name the text") {
  auto passages = marked(story(2), TextKey().request(2, text::Density::end));
  const auto records = text::find_records(test_context(), passages).value();
  REQUIRE(records.records.size() == 1);
  const auto [passage, where] = std::pair(records.records[0].passage, records.records[0].where);
  const auto judgement = read(passages).judgement;
  CHECK(text_of(judgement.pieces[1], passages).starts_with(sentence(1)));
  passages[passage].text.own().erase(where.offset + where.size - 8, 8);
  const auto damaged = text::find_records(test_context(), passages).value();
  CHECK(damaged.records.empty());
  REQUIRE(damaged.damaged.size() == 1);
  CHECK(damaged.damaged[0].where.offset == where.offset);
}
