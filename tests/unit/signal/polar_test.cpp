// SPDX-License-Identifier: Apache-2.0
// Polar codes: vectors, exactness of the list, known bits, refusals.
#include "signal/polar.hpp"

#include <algorithm>
#include <cmath>
#include <future>
#include <limits>
#include <set>

#include "signal/polar_order.hpp"
#include "signal_support.hpp"
#include "support/awgn.hpp"

using namespace signmark;
using namespace signmark::test;
using signal::Bits;
using signal::PolarCode;

namespace {

/// The soft values that contradict a word: what the list orders by.
double cost_of(const std::vector<float>& llr, const Bits& coded) {
  double cost = 0;
  for (std::size_t i = 0; i < llr.size(); ++i)
    if ((llr[i] < 0) != (coded[i] != 0)) cost += std::abs(llr[i]);
  return cost;
}

/// All words that a list decoder offers, best first.
std::vector<Bits> offered(const PolarCode& code, const std::vector<float>& llr, int list,
                          std::span<const std::uint8_t> known = {}) {
  std::vector<Bits> words;
  const auto refuse = [&words](const Bits& word) {
    words.push_back(word);
    return false;
  };
  CHECK_FALSE(code.decode(llr, list, refuse, known));
  return words;
}

/// Plain successive cancellation, bit by bit, for comparison; gives the coded word and fills
/// `sent`.
Bits cancel(std::span<const float> llr, std::span<const std::uint8_t> is_info, Bits& sent) {
  if (llr.size() == 1) {
    sent.push_back(is_info[0] != 0 && llr[0] < 0 ? 1 : 0);
    return {sent.back()};
  }
  const std::size_t half = llr.size() / 2;
  std::vector<float> next(half);
  for (std::size_t i = 0; i < half; ++i)
    next[i] = std::copysign(std::min(std::abs(llr[i]), std::abs(llr[half + i])), llr[i]) *
              std::copysign(1.0F, llr[half + i]);
  Bits left = cancel(next, is_info.first(half), sent);
  for (std::size_t i = 0; i < half; ++i)
    next[i] = llr[half + i] + (left[i] != 0 ? -llr[i] : llr[i]);
  const Bits right = cancel(next, is_info.last(half), sent);
  for (std::size_t i = 0; i < half; ++i) left[i] ^= right[i];
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

Bits cancelled_info(const std::vector<float>& llr, const std::vector<int>& places) {
  Bits is_info(llr.size()), sent, info;
  for (const int place : places) is_info[static_cast<std::size_t>(place)] = 1;
  cancel(llr, is_info, sent);
  for (const int place : places) info.push_back(sent[static_cast<std::size_t>(place)]);
  return info;
}

}  // namespace

TEST_CASE("polar codes agree with the vectors") {
  const Json vectors = signal_vectors("polar");
  REQUIRE(vectors["codes"].size() == 4);
  for (const Json& entry : vectors["codes"]) {
    const PolarCode code(entry["length"], entry["bits"]);
    CHECK(digest_of(signal::reliable_places(code.length(), code.bits())) == entry["places_digest"]);
    CHECK(code.encode(bits_of(entry["info"])) == bits_of(entry["coded"]));
  }
}

TEST_CASE("a clean word comes back at every size") {
  AwgnChannel channel("round trip");
  for (const auto& [length, bits] : {std::pair{64, 1},
                                     {64, 8},
                                     {64, 64},
                                     {128, 100},
                                     {256, 128},
                                     {512, 128},
                                     {1024, 128},
                                     {2048, 736},
                                     {4096, 736}}) {
    const PolarCode code(length, bits);
    const Bits info = channel.random_bits(bits), coded = code.encode(info);
    std::vector<float> llr;
    for (const std::uint8_t bit : coded) llr.push_back(bit != 0 ? -1.0F : 1.0F);
    for (const int list : {1, 2, 8, 64}) {
      const auto decoded = code.decode(llr, list, [](const Bits&) { return true; });
      REQUIRE(decoded);
      CHECK(decoded->info == info);
      CHECK(decoded->coded == coded);
      CHECK(decoded->rank == 0);
    }
  }
}

TEST_CASE("a list of one is plain successive cancellation") {
  AwgnChannel channel("cancellation");
  for (const auto& [length, bits] : {std::pair{64, 30}, {256, 200}, {1024, 128}, {4096, 736}}) {
    const PolarCode code(length, bits);
    const auto places = signal::reliable_places(length, bits);
    for (int trial = 0; trial < 10; ++trial) {
      const auto llr = channel.receive(code.encode(channel.random_bits(bits)), bits, 0);
      CHECK(offered(code, llr, 1).front() == cancelled_info(llr, places));
    }
  }
}

TEST_CASE("a list that holds every word is maximum likelihood") {
  AwgnChannel channel("maximum likelihood");
  for (const int length : {64, 256, 1024}) {
    const PolarCode code(length, 6);
    const auto llr = channel.receive(code.encode(channel.random_bits(6)), 6, -3);
    const auto words = offered(code, llr, 64);
    CHECK(std::set<Bits>(words.begin(), words.end()).size() == 64);
    std::vector<double> costs;
    costs.reserve(words.size());
    for (const Bits& word : words) costs.push_back(cost_of(llr, code.encode(word)));
    for (std::size_t i = 1; i < costs.size(); ++i) CHECK(costs[i] >= costs[i - 1] - 1e-2);
  }
}

TEST_CASE("words are offered once each, best first, and the accepted one is returned") {
  AwgnChannel channel("order");
  // Rate 25/32 has large free subtrees; 1/8 and 736/4096 are ours.
  for (const auto& [length, bits] : {std::pair{256, 200}, {1024, 128}, {4096, 736}}) {
    const PolarCode code(length, bits);
    const auto llr = channel.receive(code.encode(channel.random_bits(bits)), bits, 0);
    const auto words = offered(code, llr, 32);
    CHECK(std::set<Bits>(words.begin(), words.end()).size() == 32);
    for (std::size_t i = 1; i < words.size(); ++i)
      CHECK(cost_of(llr, code.encode(words[i])) >=
            cost_of(llr, code.encode(words[i - 1])) * (1 - 1e-5));
    const auto decoded =
        code.decode(llr, 32, [&words](const Bits& word) { return word == words[5]; });
    REQUIRE(decoded);
    CHECK(decoded->rank == 5);
    CHECK(decoded->info == words[5]);
    CHECK(decoded->coded == code.encode(words[5]));
  }
}

TEST_CASE("a longer list finds words that are at least as good") {
  AwgnChannel channel("longer");
  const PolarCode code(1024, 128);
  int better = 0;
  for (int trial = 0; trial < 30; ++trial) {
    const auto llr = channel.receive(code.encode(channel.random_bits(128)), 128, -1);
    const double one = cost_of(llr, code.encode(offered(code, llr, 1).front()));
    const double many = cost_of(llr, code.encode(offered(code, llr, 32).front()));
    better += many < one ? 1 : 0;
    CHECK(many <= one * (1 + 1e-5));
  }
  CHECK(better > 10);
}

TEST_CASE("known bits keep their value in every word") {
  AwgnChannel channel("known values");
  const PolarCode code(512, 128);
  const Bits info = channel.random_bits(128);
  const auto llr = channel.receive(code.encode(info), 128, -1);
  Bits known(128, 2);
  for (std::size_t i = 0; i < known.size(); i += 3) known[i] = i % 2 == 0 ? info[i] : info[i] ^ 1;
  const auto words = offered(code, llr, 16, known);
  CHECK(words.size() == 16);
  for (const Bits& word : words)
    for (std::size_t i = 0; i < known.size(); i += 3) CHECK(word[i] == known[i]);
  const auto all = code.decode(
      llr, 8, [](const Bits&) { return true; }, info);
  REQUIRE(all);
  CHECK(all->info == info);
  CHECK(all->coded == code.encode(info));
}

TEST_CASE("erased, infinite and undefined values do no harm") {
  const PolarCode code(1024, 128);
  CHECK(offered(code, std::vector<float>(1024), 32).size() == 32);
  const float odd[] = {std::numeric_limits<float>::infinity(),
                       -std::numeric_limits<float>::infinity(),
                       std::numeric_limits<float>::quiet_NaN(),
                       3e38F,
                       -3e38F,
                       1e-40F,
                       0};
  AwgnChannel channel("odd values");
  const Bits info = channel.random_bits(128), coded = code.encode(info);
  std::vector<float> llr(1024);
  for (std::size_t i = 0; i < llr.size(); ++i) llr[i] = odd[i % 7];
  const auto words = offered(code, llr, 32);
  CHECK(std::set<Bits>(words.begin(), words.end()).size() == 32);
  for (std::size_t i = 0; i < llr.size(); ++i)
    llr[i] = i % 7 == 2 ? odd[2] : (coded[i] != 0 ? odd[1] : odd[0]);
  CHECK(code.decode(llr, 8, [&info](const Bits& word) { return word == info; }));
}

TEST_CASE("the scale of soft values does not matter") {
  AwgnChannel channel("scale");
  const PolarCode code(1024, 128);
  auto llr = channel.receive(code.encode(channel.random_bits(128)), 128, 0);
  const auto words = offered(code, llr, 8);
  for (auto& value : llr) value *= 1024;
  CHECK(offered(code, llr, 8) == words);
}

TEST_CASE("one code decodes in several threads at once") {
  AwgnChannel channel("threads");
  const PolarCode code(1024, 128);
  std::vector<std::vector<float>> received;
  received.reserve(4);
  for (int i = 0; i < 4; ++i)
    received.push_back(channel.receive(code.encode(channel.random_bits(128)), 128, 1));
  const auto decode = [&code](const std::vector<float>& llr) {
    return code.decode(llr, 8, [](const Bits&) { return true; })->info;
  };
  std::vector<std::future<Bits>> results;
  results.reserve(received.size());
  for (const auto& llr : received)
    results.push_back(std::async(std::launch::async, decode, std::cref(llr)));
  for (std::size_t i = 0; i < received.size(); ++i) CHECK(results[i].get() == decode(received[i]));
}
