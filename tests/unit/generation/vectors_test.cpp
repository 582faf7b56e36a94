// SPDX-License-Identifier: Apache-2.0
// Foreign schemes bit for bit: the vectors of text-mark.md sections 6.1, 6.3 and 6.4.
#include "generation/philox.hpp"
#include "generation_support.hpp"

using namespace signmark;
using namespace signmark::generation;
using namespace signmark::test;

namespace {

// Ids of the vectors; an n-gram is a context of four and a token.
const std::vector<Token> kIds = {101,    7592, 1010, 2088, 999, 15496, 995, 42, 100000,
                                 151643, 7,    7,    7,    7,   7,     7,   7};

/// g values of the n-gram that starts at a place. A profile with one layer shows its bit.
std::string g_values(Profile profile, std::size_t at) {
  const std::span<const Token> context = std::span(kIds).subspan(at, 4);
  const std::vector<std::int64_t> keys = profile.layer_keys;
  std::string bits;
  for (const std::int64_t key : keys) {
    profile.layer_keys = {key};
    const auto rule = *make_rule(profile);
    bits += rule->score(rule->read(context), context, kIds[at + 4], 0) > 0 ? '1' : '0';
  }
  return bits;
}

Profile demo_profile(Scheme scheme) {
  Profile profile;
  profile.scheme = scheme;
  profile.layer_keys = demo_keys();
  return profile;
}

// vLLM's `gumbel-philox-key42-cw4`: 64 tokens from its fixture of 128 logits a place.
const std::vector<Token> kGolden = {46, 24, 45,  80,  14,  26, 22,  124, 21,  45,  16, 30, 5,
                                    89, 0,  10,  27,  70,  80, 62,  1,   11,  117, 53, 10, 45,
                                    94, 37, 43,  22,  78,  49, 119, 9,   22,  118, 82, 75, 32,
                                    24, 84, 27,  122, 66,  78, 64,  124, 17,  91,  12, 51, 15,
                                    75, 64, 127, 45,  112, 15, 83,  114, 121, 109, 24, 77};

}  // namespace

TEST_CASE("synthid-hf: g values and table of the reference class") {
  const Profile profile = demo_profile(Scheme::synthid_hf);
  CHECK(g_values(profile, 0) == "110100011100110100111110010010");
  CHECK(g_values(profile, 1) == "000100101111011000011111010000");
  CHECK(g_values(profile, 9) == "010111001111011011010110101000");
}

TEST_CASE("synthid-hf: the n-gram keys of the vectors reach the table at their low bits") {
  // One layer whose key is chosen so that the table's index is known: h is the context's hash.
  Profile profile = demo_profile(Scheme::synthid_hf);
  const auto rule = *make_rule(profile);
  const std::uint64_t hash = rule->read(std::span(kIds).first(4))[0];
  const auto step = [](std::uint64_t h, std::uint64_t d) {
    return (h + d) * 6364136223846793005U + 1;
  };
  const std::uint64_t gram = step(hash, static_cast<std::uint64_t>(kIds[4]));
  CHECK(static_cast<std::int64_t>(step(gram, 654)) == -2947161579191625241);
  CHECK(static_cast<std::int64_t>(step(gram, 400)) == 3875716050163493697);
  CHECK(static_cast<std::int64_t>(step(gram, 836)) == -6819245482777050139);
}

TEST_CASE("synthid-hf: repeated contexts count once, as in the reference's mask") {
  const auto detector = *Detector::create(demo_profile(Scheme::synthid_hf));
  const auto found = detector.detect(kIds);
  REQUIRE_OK(found);
  CHECK(found->n_scored == 11);  // contexts 0 to 10 of 13; mask[10..12] = 1 0 0
  CHECK(found->n_dup == 2);
  CHECK(std::isnan(found->scores[3]));
  CHECK_FALSE(std::isnan(found->scores[14]));
  CHECK(std::isnan(found->scores[15]));
}

TEST_CASE("synthid-2025: g values and start value of the reference class") {
  const Profile profile = demo_profile(Scheme::synthid_2025);
  const auto rule = *make_rule(profile);
  CHECK(rule->read({})[0] == 1614033703599872695U);
  // The start value hashes all keys: single layers need the rule itself.
  const std::span<const Token> context = std::span(kIds).first(4);
  const double score = rule->score(rule->read(context), context, kIds[4], 0);
  const std::string expected = "101101110001011000011000011101";
  double sum = 0;
  for (std::size_t i = 0; i < expected.size(); ++i)
    sum += expected[i] == '1' ? std::lround(20 - 18.0 * static_cast<double>(i) / 29) : 0;
  CHECK(score == sum);
}

TEST_CASE("gumbel-vllm: Philox words of its PRF test") {
  // From an independent implementation (Random123's known answers).
  CHECK(philox({0, 0, 0, 0}, 0, 0) == PhiloxWords{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, 0xffffffff, 0xffffffff) ==
        PhiloxWords{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  Profile profile;
  profile.scheme = Scheme::gumbel_vllm;
  profile.seed = 42;
  const auto rule = *make_rule(profile);
  const auto mantissa = [&](std::vector<Token> context, Token token) {
    const double score = rule->score(rule->read(context), context, token, 0);
    return -std::expm1(-score) * (0x1p24 + 1) - 1;
  };
  const std::vector<std::pair<std::pair<std::vector<Token>, Token>, std::uint32_t>> vectors = {
      {{{1, 2, 3, 4}, 7}, 425429266},
      {{{1, 2, 3, 4}, 8}, 2706218805},
      {{{4, 5, 6, 7}, 7}, 2494036831},
      {{{4, 5, 6, 7}, 8}, 3424185538}};
  for (const auto& [input, word] : vectors)
    CHECK(mantissa(input.first, input.second) == Approx(word >> 8).margin(0.6));
}

TEST_CASE("gumbel-vllm: its golden text is written and scored alike") {
  Profile profile;
  profile.scheme = Scheme::gumbel_vllm;
  profile.seed = 42;
  auto marker = *Marker::create(profile);
  std::vector<Token> ids(128), text;
  for (Token id = 0; id < 128; ++id) ids[static_cast<std::size_t>(id)] = id;
  for (int place = 0; place < 64; ++place) {
    std::vector<float> logits;
    for (int id = 0; id < 128; ++id)
      logits.push_back(static_cast<float>((id * 37 + place * 17) % 131 - 56) / 16);
    const auto chosen = marker.process(ids, logits);
    REQUIRE_OK(chosen);
    REQUIRE(chosen->has_value());
    text.push_back(ids[**chosen]);
    marker.accept(text.back());
  }
  CHECK(text == kGolden);

  const auto found = Detector::create(profile)->detect(kGolden);
  REQUIRE_OK(found);
  CHECK(found->statistic == Approx(296.27295787856264).epsilon(1e-12));
  CHECK(found->log10_p == Approx(std::log10(7.128196280874065e-61)).epsilon(1e-9));
  CHECK(found->n_scored == 64);
  profile.seed = 43;
  const auto wrong = Detector::create(profile)->detect(kGolden);
  CHECK(wrong->statistic == Approx(63.25096716585621).epsilon(1e-12));
  CHECK(wrong->log10_p == Approx(std::log10(0.5208447936891313)).epsilon(1e-9));
}

TEST_CASE("gumbel-vllm: contexts wider than a Philox block") {
  // vLLM's `gumbel-philox-key2p32-cw5-no-dedup`, whose contexts do not repeat.
  const std::vector<Token> text = {21, 10,  73,  94,  19, 61,  85, 42,  95, 116, 105, 47,  58,
                                   36, 74,  42,  95,  70, 34,  37, 125, 29, 64,  85,  70,  73,
                                   44, 90,  47,  107, 25, 70,  98, 41,  1,  51,  8,   57,  99,
                                   88, 80,  119, 55,  15, 121, 43, 124, 56, 34,  87,  115, 65,
                                   4,  110, 53,  77,  58, 126, 19, 72,  64, 113, 109, 123};
  Profile profile;
  profile.scheme = Scheme::gumbel_vllm;
  profile.seed = 4294967296;
  profile.context_width = 5;
  const auto found = Detector::create(profile)->detect(text);
  REQUIRE_OK(found);
  CHECK(found->statistic == Approx(263.04926919645095).epsilon(1e-12));
  CHECK(found->log10_p == Approx(std::log10(1.1027575381260964e-49)).epsilon(1e-9));
}

TEST_CASE("kgw-lefthash: the green list of a previous token 10") {
  // 20 tokens, previous token 10: the order is 15 9 4 12 1 16 10 6 11 13 2 19 7 5 3 14 18 0 8 17.
  const std::vector<Token> order = {15, 9,  4, 12, 1, 16, 10, 6, 11, 13,
                                    2,  19, 7, 5,  3, 14, 18, 0, 8,  17};
  for (std::size_t green = 1; green < 20; ++green) {
    Profile profile;
    profile.scheme = Scheme::kgw_lefthash;
    profile.seed = 15485863;
    profile.vocabulary = 20;
    profile.green_ratio = (static_cast<double>(green) + 0.5) / 20;
    const auto rule = *make_rule(profile);
    const std::vector<Token> context = {10};
    for (std::size_t i = 0; i < order.size(); ++i)
      CHECK((rule->score(rule->read(context), context, order[i], 0) == 1) == (i < green));
  }
}

TEST_CASE("kgw-selfhash: the seed is the least wrapped product of the fixed table's entries") {
  // randperm(1000003, seed 15485863) starts 138280 994103 467886 915329 149437 806681 915993
  // 784932. Seeds modulo 2^32 were computed with Python's integers from key * (table[x] + 1) *
  // (table[last] + 1); of the first, products wrap to negative numbers.
  struct Vector {
    std::vector<Token> context;
    Token token;
    std::uint32_t seed;
  };
  const std::vector<Vector> vectors = {{{0, 1, 2}, 3, 1175371931},
                                       {{4, 5, 6}, 7, 992930830},
                                       {{1, 2, 3}, 4, 229074332},
                                       {{0, 4, 0}, 4, 3104474306}};
  for (const Vector& vector : vectors) {
    // Where the token stands in the permutation of this seed.
    std::mt19937 words(vector.seed);
    std::vector<Token> order(1000);
    for (Token id = 0; id < 1000; ++id) order[static_cast<std::size_t>(id)] = id;
    for (std::uint32_t i = 0; i < 999; ++i)
      std::swap(order[i], order[i + static_cast<std::uint32_t>(words()) % (1000 - i)]);
    const auto place = std::find(order.begin(), order.end(), vector.token) - order.begin();
    for (const int more : {0, 1}) {  // green lists that end just before it, and with it
      Profile profile;
      profile.scheme = Scheme::kgw_selfhash;
      profile.seed = 15485863;
      profile.vocabulary = 1000;
      profile.green_ratio = (static_cast<double>(place + more) + 0.5) / 1000;
      const auto rule = *make_rule(profile);
      CHECK(rule->score(rule->read(vector.context), vector.context, vector.token, 0) == more);
    }
  }
}
