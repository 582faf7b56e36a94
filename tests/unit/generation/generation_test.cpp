// SPDX-License-Identifier: Apache-2.0
// Marking and detecting on a toy model: every scheme, exactness of the sampling, repeats, ranges,
// windows, payloads, profiles.
#include <set>

#include "generation_support.hpp"

using namespace signmark;
using namespace signmark::generation;
using namespace signmark::test;

namespace {

constexpr std::array kSchemes = {Scheme::signmark,    Scheme::synthid_hf,   Scheme::synthid_2025,
                                 Scheme::gumbel_vllm, Scheme::kgw_lefthash, Scheme::kgw_selfhash};

std::vector<Token> marked_text(const Profile& profile, std::size_t count, std::uint64_t seed = 1) {
  auto marker = Marker::create(profile);
  REQUIRE_OK(marker);
  return write_text(ToyModel(), count, seed, &*marker);
}

Detection look(const Profile& profile, const std::vector<Token>& text,
               const DetectOptions& options = {}) {
  const auto detector = Detector::create(profile);
  REQUIRE_OK(detector);
  auto found = detector->detect(text, options);
  REQUIRE_OK(found);
  return *found;
}

}  // namespace

TEST_CASE("every scheme finds its own mark, and no other key does") {
  for (const Scheme scheme : kSchemes) {
    INFO(scheme_name(scheme));
    const bool is_weak = scheme == Scheme::kgw_lefthash || scheme == Scheme::kgw_selfhash;
    const std::vector<Token> text = marked_text(profile_of(scheme), is_weak ? 200 : 120);
    const Detection found = look(profile_of(scheme), text);
    CHECK(found.log10_p < -9);
    CHECK(found.answer == Detection::Answer::present);
    CHECK(found.log10_p_best() <= found.log10_p + std::log10(2.0) + 1e-12);
    CHECK(found.tokens_needed > 0);
    CHECK(found.tokens_needed < text.size());
    CHECK(look(profile_of(scheme, 2), text).log10_p > -4);
  }
}

TEST_CASE("the forecast is what the detector will find") {
  for (const Scheme scheme : {Scheme::signmark, Scheme::gumbel_vllm}) {
    auto marker = *Marker::create(profile_of(scheme));
    const std::vector<Token> text = write_text(ToyModel(), 150, 3, &marker);
    const Forecast forecast = marker.forecast();
    CHECK(forecast.log10_p == Approx(look(profile_of(scheme), text).log10_p));
    CHECK(forecast.marked + look(profile_of(scheme), text).n_dup == 150);
    CHECK(forecast.bits_per_token > 2);
    CHECK(forecast.tokens_for_1e9 > 0);
    CHECK(forecast.tokens_for_1e9 < 60);
  }
}

TEST_CASE("one choice over many contexts has the model's probabilities") {
  // Chi-square of 3 degrees of freedom: above 16.3 once in a thousand.
  const std::vector<Token> ids = {11, 5, 900, 42};
  const std::vector<double> p = {0.5, 0.3, 0.15, 0.05};
  constexpr int kTrials = 4000;
  for (const Scheme scheme : {Scheme::signmark, Scheme::gumbel_vllm, Scheme::synthid_hf}) {
    const auto rule = *make_rule(profile_of(scheme));
    std::array<int, 4> counts{};
    std::mt19937_64 words(8);
    for (int trial = 0; trial < kTrials; ++trial) {
      std::vector<Token> context;
      for (int i = 0; i < 4; ++i) context.push_back(static_cast<Token>(words() % 100'000));
      std::vector<float> logits;
      for (const double share : p) logits.push_back(static_cast<float>(std::log(share)));
      const auto chosen = rule->mark(rule->read(context), {context, ids, logits, softmax(logits)});
      ++counts[chosen ? *chosen : sample(logits, words)];
    }
    double chi = 0;
    for (std::size_t i = 0; i < 4; ++i)
      chi += std::pow(counts[i] - kTrials * p[i], 2) / (kTrials * p[i]);
    INFO(scheme_name(scheme) << ' ' << chi);
    CHECK(chi < 16.3);
  }
}

TEST_CASE("p-values of unmarked texts are uniform") {
  std::vector<std::vector<Token>> texts;
  for (std::uint64_t i = 0; i < 600; ++i) texts.push_back(write_text(ToyModel(), 60, 1000 + i));
  for (const Scheme scheme : kSchemes) {
    const bool is_fast = scheme == Scheme::signmark || scheme == Scheme::gumbel_vllm;
    const int count = is_fast ? 600 : 60;
    int below10 = 0, below1 = 0;
    const auto detector = *Detector::create(profile_of(scheme, 5));
    for (int i = 0; i < count; ++i) {
      DetectOptions options;
      options.scan = false;
      const double p =
          std::pow(10, detector.detect(texts[static_cast<std::size_t>(i)], options)->log10_p);
      below10 += p <= 0.1 ? 1 : 0;
      below1 += p <= 0.01 ? 1 : 0;
    }
    INFO(scheme_name(scheme) << ' ' << below10 << ' ' << below1);
    CHECK(below10 < 0.1 * count + 4 * std::sqrt(0.09 * count));  // binomial, four deviations
    CHECK(below1 < 0.01 * count + 4 * std::sqrt(0.0099 * count));
    if (is_fast) CHECK(below10 > 0.1 * count - 4 * std::sqrt(0.09 * count));
  }
}

TEST_CASE("repeated text counts once") {
  const Profile profile = profile_of(Scheme::signmark);
  const std::vector<Token> once = marked_text(profile, 30);
  std::vector<Token> many;
  for (int i = 0; i < 20; ++i) many.insert(many.end(), once.begin(), once.end());
  const Detection single = look(profile, once), repeated = look(profile, many);
  CHECK(repeated.n_scored + repeated.n_dup == 600);
  CHECK(repeated.n_dup > 400);
  CHECK(repeated.log10_p > single.log10_p - 3);
}

TEST_CASE("a repeated context is neither marked nor changed") {
  auto marker = *Marker::create(profile_of(Scheme::gumbel_vllm));
  const std::vector<Token> ids = {1, 2};
  for (int i = 0; i < 5; ++i) marker.accept(7);
  std::vector<float> logits = {0.0F, 1.0F};
  const auto fresh = marker.process(ids, logits);  // 7 7 7 7 has been seen once
  REQUIRE_OK(fresh);
  CHECK_FALSE(fresh->has_value());
  CHECK(logits == std::vector<float>{0.0F, 1.0F});
  auto ours = *Marker::create(profile_of(Scheme::signmark));
  for (int i = 0; i < 5; ++i) ours.accept(7);
  CHECK((*ours.process(ids, logits)).has_value());  // its context grows to three, four, five sevens
}

TEST_CASE("free tokens, single candidates and impossible ones") {
  Profile profile = profile_of(Scheme::signmark);
  profile.free_tokens = 2;
  auto marker = *Marker::create(profile);
  const std::vector<Token> ids = {1, 2, 3};
  std::vector<float> logits = {0, 0, 0};
  CHECK_FALSE((*marker.process(ids, logits)).has_value());
  marker.accept(1);
  CHECK_FALSE((*marker.process(ids, logits)).has_value());
  marker.accept(2);
  const auto chosen = *marker.process(ids, logits);
  REQUIRE(chosen.has_value());
  CHECK(std::isfinite(logits[*chosen]));
  CHECK(std::count_if(logits.begin(), logits.end(), [](float l) { return std::isinf(l); }) == 2);

  constexpr float kNever = -std::numeric_limits<float>::infinity();
  std::vector<float> one = {kNever, 1, NAN};
  CHECK_FALSE((*marker.process(ids, one)).has_value());
  std::vector<float> none = {kNever, kNever, NAN}, two = {0, 0};
  CHECK(code_of(marker.process(ids, none)) == "generation.candidates");
  CHECK(code_of(marker.process(ids, two)) == "generation.candidates");
  const std::vector<Token> negative = {1, -2, 3};
  logits = {0, 0, 0};
  CHECK(code_of(marker.process(negative, logits)) == "generation.candidates");
}

TEST_CASE("a prompt is excluded, and an excerpt shows the mark") {
  const Profile profile = profile_of(Scheme::signmark);
  const std::vector<Token> prompt = write_text(ToyModel(), 50, 77);
  std::vector<Token> all = prompt;
  const std::vector<Token> answer = marked_text(profile, 100);
  all.insert(all.end(), answer.begin(), answer.end());
  DetectOptions options;
  options.from = 50;
  const Detection found = look(profile, all, options);
  CHECK(found.log10_p == Approx(look(profile, answer).log10_p));
  CHECK(found.n_tokens == 100);
  CHECK(std::isnan(found.scores[49]));
  options.from = 90;
  options.to = 140;
  CHECK(look(profile, all, options).log10_p < -9);
  options.to = 89;
  CHECK(code_of(Detector::create(profile)->detect(all, options)) == "generation.range");
}

TEST_CASE("windows find a marked stretch in a long text, and where it is") {
  const Profile profile = profile_of(Scheme::signmark);
  std::vector<Token> text = write_text(ToyModel(), 3000, 5);
  const std::vector<Token> piece = marked_text(profile, 80);
  text.insert(text.begin() + 1500, piece.begin(), piece.end());
  const Detection found = look(profile, text);
  CHECK(found.log10_p > -9);  // drowned in the whole
  CHECK(found.answer == Detection::Answer::present);
  REQUIRE(found.regions.size() == 1);
  CHECK(found.regions[0].from > 1500 - 64);
  CHECK(found.regions[0].from < 1540);
  CHECK(found.regions[0].to > 1540);
  CHECK(found.regions[0].to < 1580 + 64);
  CHECK(found.windows > 200);
  DetectOptions without;
  without.scan = false;
  CHECK(look(profile, text, without).answer == Detection::Answer::not_found);
}

TEST_CASE("what stands before a marked stretch does not cost its evidence") {
  const Profile profile = profile_of(Scheme::signmark);
  const std::vector<Token> piece = marked_text(profile, 256);
  std::vector<Token> text;  // every pair of the piece, each before another token
  for (std::size_t i = 1; i < piece.size(); ++i)
    for (const Token token : {piece[i - 1], piece[i], 4000 + static_cast<Token>(i % 96)})
      text.push_back(token);
  text.resize(768, 7);
  text.insert(text.end(), piece.begin(), piece.end());
  const double alone = look(profile, piece).log10_p;
  CHECK(look(profile, text).log10_p_scan < alone + 3);
}

TEST_CASE("a text that is too short is called that") {
  const Profile profile = profile_of(Scheme::signmark);
  const Detection found = look(profile, write_text(ToyModel(), 12, 9));
  CHECK(found.answer == Detection::Answer::not_enough_tokens);
  CHECK(found.note.find("not enough tokens: 12 ") == 0);
  CHECK(look(profile, write_text(ToyModel(), 400, 9)).answer == Detection::Answer::not_found);
  CHECK(look(profile, {}).answer == Detection::Answer::not_enough_tokens);
}

TEST_CASE("payloads of 8 and 16 bits come back, at the price of their number") {
  for (const int bits : {8, 16}) {
    Profile profile = profile_of(Scheme::signmark);
    profile.payload_bits = bits;
    profile.payload = 0xA5 << (bits - 8);
    const std::vector<Token> text = marked_text(profile, 60);
    const Detection found = look(profile, text);
    CHECK(found.answer == Detection::Answer::present);
    CHECK(found.payload == profile.payload);
    if (bits == 16) continue;  // 65,536 keys take a while; one look is enough
    Profile other = profile_of(Scheme::signmark, 9);
    other.payload_bits = bits;
    const Detection foreign = look(other, text);
    CHECK(foreign.answer != Detection::Answer::present);
    CHECK_FALSE(foreign.payload.has_value());
    CHECK(look(profile_of(Scheme::signmark), text).log10_p > -4);  // without: another key
  }
}

TEST_CASE("profiles in JSON") {
  const auto full = parse_profile(
      R"({"scheme":"kgw-selfhash","seed":"18446744073709551614","vocabulary":512,
          "green_ratio":0.5,"bias":1.5,"context_width":3,"tokenizer":"ab12"})");
  REQUIRE_OK(full);
  CHECK(full->scheme == Scheme::kgw_selfhash);
  CHECK(full->seed == 18446744073709551614U);
  CHECK(full->vocabulary == 512);
  CHECK(full->green_ratio == 0.5);
  CHECK(full->tokenizer == "ab12");
  const auto where = [](const char* text) {
    const auto profile = parse_profile(text);
    return profile ? std::string("accepted") : profile.error().code + " " + profile.error().where;
  };
  CHECK(where("[]") == "generation.profile ");
  CHECK(where("{}") == "generation.profile scheme");
  CHECK(where(R"({"scheme":1})") == "generation.profile scheme");
  CHECK(where(R"({"scheme":"signmark","context_width":17})") == "generation.profile context_width");
  CHECK(where(R"({"scheme":"signmark","payload_bits":7})") == "generation.profile payload_bits");
  CHECK(where(R"({"scheme":"signmark","payload_bits":8,"payload":256})") ==
        "generation.profile payload");
  CHECK(where(R"({"scheme":"gumbel-vllm","payload_bits":8})") == "generation.profile payload_bits");
  CHECK(where(R"({"scheme":"synthid-hf","layer_keys":[1,"x"]})") ==
        "generation.profile layer_keys");
  CHECK(where(R"({"scheme":"kgw-lefthash","seed":1})") == "generation.profile vocabulary");
  CHECK(where(R"({"scheme":"kgw-lefthash","seed":-1,"vocabulary":9})") ==
        "generation.profile seed");
  CHECK(where(R"({"scheme":"kgw-lefthash","seed":1,"vocabulary":9,"green_ratio":1})") ==
        "generation.profile green_ratio");
  CHECK(where(R"({"scheme":"signmark","text_key":"00"})") == "generation.profile text_key");
  for (const Scheme scheme : kSchemes) CHECK(scheme_from_name(scheme_name(scheme)) == scheme);
}

TEST_CASE("a profile that cannot find its own mark is refused") {
  Profile profile = profile_of(Scheme::kgw_lefthash);
  profile.bias = 0.01;
  CHECK(code_of(Marker::create(profile)) == "generation.self-test");
  CHECK(code_of(Detector::create(profile)) == "generation.self-test");
}
