// SPDX-License-Identifier: Apache-2.0
// Retrieval prints of text: edited texts and excerpts keep some, others share none.
#include <algorithm>
#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "signmark/text.hpp"

namespace signmark::test {
namespace {

constexpr int kClose = 66;

const std::string kHarbour =
    "The old harbour lies behind a row of brick warehouses that nobody has used for years. "
    "Every morning a single boat leaves before sunrise and comes back with a few crates of "
    "herring. The fishermen sell them directly from the quay, because the market hall was closed "
    "after the storm. Tourists arrive around noon, photograph the rusty cranes and ask where the "
    "lighthouse is. Most of them do not know that it was moved two miles inland, stone by stone, "
    "when the cliff began to crumble. In the evening only the gulls remain, and the smell of tar.";
const std::string kBread =
    "A good loaf needs little more than flour, water, salt and patience. Mix everything in a "
    "wide bowl until no dry patches are left, cover it and let it rest overnight on the counter. "
    "Next day fold the dough a few times, shape it gently and place it in a floured basket. "
    "Heat the oven with a heavy pot inside, since the steam under its lid makes the crust thin "
    "and crisp. Bake for forty minutes, take the lid away for the last ten, and listen to the "
    "crackling while the bread cools on a rack. Slice it only when it is cold.";
const std::string kTea =
    "茶树喜欢温暖湿润的气候,多生长在云雾缭绕的山坡上。每年清明前后,茶农天不亮就上山采摘嫩芽,"
    "因为太阳出来以后叶片会失去水分。采回来的鲜叶先摊在竹席上晾干,再放进铁锅里用手翻炒,"
    "火候全凭经验掌握。炒好的茶叶要放在阴凉的地方保存,避免受潮和串味。"
    "泡茶时水温不宜过高,第一遍水通常倒掉,第二遍才能品出真正的香气。";
const std::string kTrain =
    "高速铁路改变了人们对距离的理解。过去从北京到上海需要一整夜,如今只要四个多小时就能到达。"
    "许多年轻人选择在一座城市工作,在另一座城市安家,周末坐车回去陪伴父母。"
    "车站附近很快出现了新的商场、酒店和办公楼,沿线的小县城也因此热闹起来。"
    "不过票价和换乘的问题仍然存在,偏远地区的居民希望普通列车不要全部停运。";

int closest(const std::string& original, const std::string& copy) {
  int least = 256;
  const auto stored = text::prints({original}, PrintUse::store);
  REQUIRE_FALSE(stored.empty());
  for (const Print& a : text::prints({copy}, PrintUse::look))
    for (const Print& b : stored) least = std::min(least, print_distance(a.bits, b.bits));
  return least;
}

std::string replaced(std::string text, const std::vector<std::pair<const char*, const char*>>& by) {
  for (const auto& [from, to] : by) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, std::string_view(from).size(), to);
  }
  return text;
}

}  // namespace

TEST_CASE("a print from each sentence on") {
  const auto prints = text::prints({kHarbour}, PrintUse::store);
  REQUIRE(prints.size() >= 3);
  for (std::size_t i = 0; i < prints.size(); ++i) {
    CHECK(prints[i].kind == PrintKind::text);
    CHECK(prints[i].part == i);
  }
  CHECK(text::prints({kHarbour.substr(0, 90)}, PrintUse::store).empty());
  CHECK(text::prints({}, PrintUse::store).empty());
  CHECK(text::prints({"\xFF\xFE"}, PrintUse::store).empty());
  std::string many;
  for (int i = 0; i < 700; ++i) many += kHarbour + " ";
  CHECK(text::prints({many}, PrintUse::look).size() == 256);
  const auto stored = text::prints({many}, PrintUse::store);
  REQUIRE(stored.size() == 247);  // of 4200 sentences about every 17th
  CHECK(stored.front().part == 0);
  CHECK(stored.back().part >= 246 * 17);
  for (std::size_t i = 1; i < stored.size(); ++i) {
    CHECK(stored[i].part > stored[i - 1].part + 13);
    CHECK(stored[i].part < stored[i - 1].part + 21);
  }
}

TEST_CASE("form does not matter to prints") {
  std::string changed;
  for (const char c : kHarbour) {
    changed += c == '.' ? "\xE2\x80\x8B." : std::string(1, c);  // U+200B
    if (c == ',') changed += "\n";
  }
  std::ranges::transform(changed, changed.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  CHECK(closest(kHarbour, changed) == 0);
  std::string split = kTea;
  split.insert(split.find("清明"), "\xE2\x81\xA0");  // U+2060
  CHECK(closest(kTea, split) == 0);
}

TEST_CASE("edited texts and excerpts keep prints") {
  CHECK(closest(kHarbour, replaced(kHarbour, {{"single boat", "lonely ship"},
                                              {"herring", "cod"},
                                              {"Tourists", "Visitors"},
                                              {"rusty", "broken"},
                                              {"evening", "night"}})) <= kClose);
  CHECK(
      closest(kTea,
              replaced(kTea,
                       {{"温暖", "炎热"}, {"茶农", "人们"}, {"竹席", "地上"}, {"经验", "感觉"}})) <=
      kClose);
  CHECK(closest(kHarbour, kBread + " " + kHarbour.substr(80, 420) + " " + kBread) <= kClose);
  CHECK(closest(kTrain + kTea, kTea) <= kClose);
}

TEST_CASE("other texts share no prints") {
  const std::vector<std::string> texts{kHarbour, kBread, kTea, kTrain};
  for (const auto& a : texts)
    for (const auto& b : texts)
      if (&a != &b) CHECK(closest(a, b) > kClose + 12);
}

}  // namespace signmark::test
