// SPDX-License-Identifier: Apache-2.0
// Hostile text, the list of invisible characters, the C2PA wrapper, the fingerprint.
#include <chrono>

#include "support/test_support.hpp"
#include "text_support.hpp"

using namespace signmark;
using namespace signmark::test;
using text::InvisibleKind;

namespace {

std::string repeated(const std::string& text, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

const std::string kSentence =
    "春天来了，山上的树都绿了，河里的水也暖了，孩子们跑出门去放风筝，老人们坐在门口晒太阳。";

std::string marked_sentence(std::uint64_t id = 1) {
  return joined(marked(paragraphs(kSentence), TextKey().request(id)));
}

/// Everything that is done with a text that came from outside; seconds.
double time_of(const std::string& text) {
  const auto start = std::chrono::steady_clock::now();
  const std::vector<Passage> passages{{Passage::Kind::prose, text, {}}};
  const auto records = text::find_records(test_context(), passages);
  if (records)
    CHECK_OK(text::judge(test_context(), passages, *records, TextKey().accepted(*records)));
  CHECK_OK(text::list_invisible(passages, 1000));
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::vector<InvisibleKind> kinds(const std::string& text) {
  std::vector<InvisibleKind> list;
  const auto found =
      text::list_invisible(std::vector<Passage>{{Passage::Kind::prose, text, {}}}).value();
  for (const text::Invisible& each : found.runs) list.push_back(each.kind);
  return list;
}

}  // namespace

TEST_CASE("hostile text takes linear time", "[hostile]") {
  const std::string record = marked_sentence();
  const std::vector<std::pair<std::string, std::string>> patterns{
      {"zero width", "\u200b"},
      {"alternating zero width", "\u200b\u200c"},
      {"selectors", "\U000e0110"},
      {"fake heads", "\U000e0100\ufe00\ufe00\u4e00"},
      {"marks in the wrong order", "\u0301\u0323"},
      {"tiny sentences", "一。"},
      {"tiny clauses", "一，"},
      {"tiny lines", "一\n"},
      {"stops", "。"},
      {"overrides", "\u202e"},
      {"nul", std::string(1, '\0')},
      {"no end", "一"}};
  for (const auto& [name, pattern] : patterns) {
    INFO(name);
    // Four times the text may take four times as long, not sixteen: 8 leaves room for noise.
    const std::size_t count = 300'000 / pattern.size();
    const double one = time_of(record + repeated(pattern, count));
    const double four = time_of(record + repeated(pattern, 4 * count));
    CHECK(four < 8 * one + 0.2);
  }
}

TEST_CASE("more records than the text can have are refused, copies count once", "[hostile]") {
  const std::string record = marked_sentence().substr(kSentence.size());
  const std::vector<Passage> copies{{Passage::Kind::prose, kSentence + repeated(record, 2000), {}}};
  const auto found = text::find_records(test_context(), copies).value();
  CHECK(found.records.size() == 1);
  CHECK(found.copies == 1999);
  std::string many = kSentence;
  for (std::uint64_t id = 0; id < 200; ++id) many += marked_sentence(id).substr(kSentence.size());
  CHECK(code_of(text::find_records(test_context(), paragraphs(many))) == "text.read.records");
}

TEST_CASE("a record made of extremes is read as bytes and nothing else") {
  const auto at_end = [](std::string hidden) {
    return text::find_records(test_context(), paragraphs("好。" + hidden)).value();
  };
  const std::string record = marked_sentence().substr(kSentence.size());
  CHECK(at_end("\ufe0f" + record.substr(3)).records.size() == 1);  // a selector of the text before
  CHECK(at_end(record.substr(3) + record.substr(3)).copies == 1);  // two without their guards
  CHECK(at_end(repeated("\U000e0100", 5000)).records.empty());
}

TEST_CASE("invisible characters and whose they are") {
  using K = InvisibleKind;
  CHECK(kinds(marked_sentence()) == std::vector<K>{K::guard, K::record});
  const std::string record = marked_sentence().substr(kSentence.size());
  CHECK(kinds(record.substr(0, record.size() - 4)) == std::vector<K>{K::guard, K::damaged_record});
  CHECK(kinds(text::c2pa_wrapper(Bytes(40, 3))) == std::vector<K>{K::c2pa_wrapper});
  CHECK(kinds("a\u200b\u200b\u2060b") == std::vector<K>{K::zero_width, K::zero_width});
  CHECK(kinds("\u2764\ufe0f\u200d\U0001f525") == std::vector<K>{K::emoji_part, K::emoji_part});
  CHECK(kinds("\u8fbb\U000e0100") == std::vector<K>{K::selector});
  CHECK(kinds("a\U000e0110\U000e0111\U000e0112") == std::vector<K>{K::selector_run});
  CHECK(kinds("\u202eb\u200f") == std::vector<K>{K::bidi, K::bidi});
  CHECK(kinds("x\U000e0041\U000e0042") == std::vector<K>{K::tag, K::tag});
  CHECK(kinds("\U0001f3f4\U000e0067\U000e007f") == std::vector<K>{K::emoji_part, K::emoji_part});
  CHECK(kinds("\u06cc\u200c\u062e") == std::vector<K>{K::joiner});
  CHECK(kinds("a\u200cb\u2062\u00a0\u202f\x01\u00ad") ==
        std::vector<K>{K::zero_width, K::invisible_operator, K::space, K::space, K::control,
                       K::other});
  CHECK(kinds("visible,\t\u3000text\r\n").empty());
  CHECK(text::code_point_name(0x200B) == "U+200B ZERO WIDTH SPACE");
  CHECK(text::invisible_kind_name(K::other) == "other invisible character");
  const auto some = text::list_invisible(paragraphs(repeated("a\u200b", 50)), 10).value();
  CHECK(some.runs.size() == 10);
  CHECK(some.runs_left_out == 40);
  CHECK(some.characters == 50);
}

TEST_CASE("the C2PA wrapper has the length of the specification and comes back") {
  for (const std::size_t size : {0U, 1U, 2U, 3U, 500U}) {
    Bytes store(size);
    for (std::size_t i = 0; i < size; ++i) store[i] = static_cast<Byte>(i * 7);
    const std::string wrapper = text::c2pa_wrapper(store);
    CHECK(wrapper.size() == 3 + (13 + size) * 4 + 6);
    const auto found = text::find_c2pa_wrappers("text" + wrapper, 1000);
    REQUIRE(found.size() == 1);
    CHECK(found[0].store == store);
    CHECK(found[0].where == Range{4, wrapper.size()});
    CHECK(text::find_c2pa_wrappers(wrapper + "\ufeff" + wrapper, 1000).size() == 2);
    if (size > 0) CHECK(text::find_c2pa_wrappers(wrapper, size - 1).empty());
  }
  CHECK(text::c2pa_wrapper(Bytes(1)).substr(3, 4) == "\U000e0133");
}

TEST_CASE("fingerprints of copies agree, of other texts do not") {
  std::string text, other;
  for (int i = 0; i < 20; ++i) {
    const std::string n = std::to_string(i * 7919);
    text.append("第")
        .append(n)
        .append("个孩子在")
        .append(n)
        .append("号门前放风筝，老人们看着他笑。");
    other.append("Number ")
        .append(n)
        .append(" of the fleet sailed past pier ")
        .append(n)
        .append(". ");
  }
  const auto print = [](const std::string& t) { return text::fingerprint(paragraphs(t)).value(); };
  CHECK(print(text) == print(joined(marked(paragraphs(text), TextKey().request(1)))));
  CHECK(text::similarity(print(text), print(other)) < 0.1);
  std::string edited = text;
  edited.replace(edited.find("风筝"), 6, "鞭炮");
  CHECK(text::similarity(print(text), print(edited)) > text::kNearDuplicate);
  CHECK(text::similarity(print(text), print(text.substr(0, text.find("第55433")))) >
        text::kNearDuplicate);
  CHECK(code_of(text::fingerprint(paragraphs("太短。"))) == "text.fingerprint.size");
}
