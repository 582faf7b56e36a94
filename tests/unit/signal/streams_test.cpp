// SPDX-License-Identifier: Apache-2.0
// Named streams: vectors of a second implementation, independence, uniformity.
#include "signal/streams.hpp"

#include <numeric>
#include <set>

#include "signal_support.hpp"

using namespace signmark;
using namespace signmark::test;
using signal::KeyStream;

namespace {

std::vector<int> shuffled(const std::array<Byte, 32>& key, int count) {
  std::vector<int> items(static_cast<std::size_t>(count));
  std::iota(items.begin(), items.end(), 0);
  KeyStream(key).shuffle(std::span(items));
  return items;
}

}  // namespace

TEST_CASE("streams agree with the vectors word by word") {
  const Json vectors = signal_vectors("streams");
  const auto medium_key = array_of<32>(vectors["medium_key"]);
  REQUIRE(vectors["streams"].size() == 7);
  for (const Json& entry : vectors["streams"]) {
    const std::string name = entry["name"];
    INFO(name);
    CHECK(signal::stream_key(medium_key, name) == array_of<32>(entry["key"]));
    KeyStream stream(medium_key, name);
    std::vector<std::uint32_t> words(600);
    for (auto& word : words) word = stream.next();
    const auto part = [&words](std::size_t from, std::size_t to) {
      return std::vector(words.begin() + static_cast<std::ptrdiff_t>(from),
                         words.begin() + static_cast<std::ptrdiff_t>(to));
    };
    CHECK(part(0, 8) == entry["words"].get<std::vector<std::uint32_t>>());
    CHECK(part(250, 262) == entry["words_250_to_262"].get<std::vector<std::uint32_t>>());
    CHECK(part(510, 522) == entry["words_510_to_522"].get<std::vector<std::uint32_t>>());
  }
}

TEST_CASE("bounded numbers and shuffles agree with the vectors") {
  const Json vectors = signal_vectors("streams");
  for (const Json& entry : vectors["streams"]) {
    const auto key = array_of<32>(entry["key"]);
    KeyStream stream(key);
    std::vector<std::uint32_t> numbers;
    for (const std::uint32_t bound : entry["bounds"]) numbers.push_back(stream.below(bound));
    CHECK(numbers == entry["below"].get<std::vector<std::uint32_t>>());
    CHECK(shuffled(key, 20) == entry["shuffle_20"].get<std::vector<int>>());
    CHECK(digest_of(shuffled(key, 1000)) == entry["shuffle_1000_digest"]);
  }
}

TEST_CASE("bounded numbers are uniform where a plain remainder would not be") {
  // 3 * 2^30: a remainder of 32-bit words would give the lowest third twice as often.
  constexpr std::uint32_t kBound = 3U << 30;
  KeyStream stream(std::array<Byte, 32>{}, "uniform");
  int low = 0;
  for (int i = 0; i < 30'000; ++i) {
    const std::uint32_t number = stream.below(kBound);
    REQUIRE(number < kBound);
    low += number < kBound / 3 ? 1 : 0;
  }
  CHECK(low > 9'500);  // 10000 expected, deviation 82
  CHECK(low < 10'500);
}

TEST_CASE("unit numbers stay below one and are the words over 2^32") {
  KeyStream words(std::array<Byte, 32>{}, "unit"), units(std::array<Byte, 32>{}, "unit");
  double sum = 0;
  for (int i = 0; i < 10'000; ++i) {
    const double unit = units.unit();
    REQUIRE(unit == words.next() / 4294967296.0);
    REQUIRE(unit < 1);
    sum += unit;
  }
  CHECK(sum / 10'000 == Approx(0.5).margin(0.015));
}

TEST_CASE("a shuffle keeps every item, and of nothing is nothing") {
  const auto items = shuffled({}, 5000);
  CHECK(std::set<int>(items.begin(), items.end()).size() == 5000);
  CHECK(shuffled({}, 0).empty());
  CHECK(shuffled({}, 1) == std::vector<int>{0});
}

TEST_CASE("streams of other names or keys differ") {
  std::array<Byte, 32> key{};
  std::set<std::uint32_t> first;
  for (const char* name : {"a", "b", "a/", "A", ""}) first.insert(KeyStream(key, name).next());
  key[31] = 1;
  first.insert(KeyStream(key, "a").next());
  CHECK(first.size() == 6);
}
