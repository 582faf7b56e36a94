// SPDX-License-Identifier: Apache-2.0
// Power, false positives, quality and cost of the schemes (text-mark.md sections 6.8 and 9). Texts
// are detokenised and tokenised again before detection; each has its own key and its own opening of
// 30 unmarked tokens, which is not part of it.
//   generation_bench [--texts 40] [--tokens 200] [--unmarked 500] [--keys 5] [--language zh|en]
//                    [--scheme NAME] [--temperature T]
// A quarter of the texts is twice as long, for the column of the doubled length.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "bench/generation/hosts.hpp"

using namespace signmark;
using namespace signmark::bench;
using namespace signmark::generation;

namespace {

using Words = std::mt19937_64;
using Text = std::vector<Token>;

constexpr std::size_t kOpening = 30;
constexpr double kLoose = -2, kStrict = -6;

struct Options {
  std::size_t texts = 40, tokens = 200, unmarked = 500, keys = 5;
  std::string language, scheme;
  double temperature = 0;
};

double uniform(Words& words) { return std::uniform_real_distribution<double>()(words); }

/// One choice: its probabilities at the temperature, and the draw.
struct Choice {
  std::vector<float> logits;
  std::vector<double> p;
};

std::vector<double> probabilities(const std::vector<float>& logits) {
  const float top = *std::max_element(logits.begin(), logits.end());
  std::vector<double> p;
  double total = 0;
  for (const float logit : logits) total += p.emplace_back(std::exp(logit - top));
  for (double& value : p) value /= total;
  return p;
}

std::size_t draw(const std::vector<double>& p, Words& words) {
  double left = uniform(words);
  for (std::size_t i = 0; i + 1 < p.size(); ++i)
    if ((left -= p[i]) < 0) return i;
  return p.size() - 1;
}

using Clock = std::chrono::steady_clock;
using Micros = std::chrono::duration<double, std::micro>;

struct Written {
  Text tokens;
  Micros model{}, mark{};        // spent by the host and by the marker
  double nats = 0, entropy = 0;  // sums: -ln p of the chosen tokens, entropy of the choices
};

/// Writes a text after an opening of its own; marked when there is a marker.
Written write(Host& host, std::size_t count, double temperature, Marker* marker, Words& words) {
  Written written;
  host.begin();
  for (std::size_t place = 0; place < kOpening + count; ++place) {
    auto start = Clock::now();
    Candidates list = host.candidates();
    written.model += Clock::now() - start;
    const bool is_text = place >= kOpening;
    if (is_text)
      for (float& logit : list.logits) logit /= static_cast<float>(temperature);
    const std::vector<double> p = probabilities(list.logits);
    std::optional<std::size_t> chosen;
    start = Clock::now();
    if (is_text && marker != nullptr) chosen = *marker->process(list.ids, list.logits);
    written.mark += Clock::now() - start;
    const std::size_t index = chosen ? *chosen : draw(probabilities(list.logits), words);
    start = Clock::now();
    if (marker != nullptr && is_text) marker->accept(list.ids[index]);
    written.mark += Clock::now() - start;
    if (is_text) {
      written.nats -= std::log(p[index]);
      for (const double q : p) written.entropy -= q > 0 ? q * std::log(q) : 0;
      written.tokens.push_back(list.ids[index]);
    }
    start = Clock::now();
    host.advance(list.ids[index]);
    written.model += Clock::now() - start;
  }
  return written;
}

Profile profile_of(Scheme scheme, std::uint32_t vocabulary, Words& words) {
  Profile profile;
  profile.scheme = scheme;
  profile.seed = words() >> 1 | 1;
  profile.vocabulary = vocabulary;
  for (Byte& byte : profile.text_key) byte = static_cast<Byte>(words());
  const bool has_layers = scheme == Scheme::synthid_hf || scheme == Scheme::synthid_2025;
  for (int layer = 0; has_layers && layer < 30; ++layer)
    profile.layer_keys.push_back(static_cast<std::int64_t>(words() >> 1));
  return profile;
}

double log10_p(const Detector& detector, const Text& text, bool scan) {
  DetectOptions options;
  options.scan = scan;
  const Detection found = *detector.detect(text, options);
  return scan ? found.log10_p_best() : found.log10_p;
}

/// Shares of trials at two thresholds.
struct Rate {
  std::size_t loose = 0, strict = 0, trials = 0;
  void add(double value) {
    ++trials;
    loose += value <= kLoose ? 1 : 0;
    strict += value <= kStrict ? 1 : 0;
  }
  [[nodiscard]] std::string text() const {
    char line[64];
    const auto n = static_cast<double>(std::max<std::size_t>(trials, 1));
    std::snprintf(line, sizeof line, "%.3f/%.3f", static_cast<double>(loose) / n,
                  static_cast<double>(strict) / n);
    return line;
  }
};

Text first(const Text& text, std::size_t count) {
  return {text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(count, text.size()))};
}

/// Random tokens of other texts instead of a share of the tokens.
Text substitute(Text text, double share, const Text& others, Words& words) {
  for (Token& token : text)
    if (uniform(words) < share) token = others[words() % others.size()];
  return text;
}

Text erase(const Text& text, double share, Words& words) {
  Text left;
  for (const Token token : text)
    if (uniform(words) >= share) left.push_back(token);
  return left;
}

/// A quarter of a text of 4 n tokens, in the middle of foreign ones.
Text dilute(const Text& piece, const Text& others, Words& words) {
  const std::size_t side = 3 * piece.size() / 2;
  Text text;
  const auto fill = [&](std::size_t count) {
    const std::size_t start = words() % (others.size() - count);
    text.insert(text.end(), others.begin() + static_cast<std::ptrdiff_t>(start),
                others.begin() + static_cast<std::ptrdiff_t>(start + count));
  };
  fill(side);
  text.insert(text.end(), piece.begin(), piece.end());
  fill(side);
  return text;
}

struct Mean {
  double sum = 0, squares = 0;
  std::size_t count = 0;
  void add(double value) {
    sum += value;
    squares += value * value;
    ++count;
  }
  [[nodiscard]] double mean() const { return sum / static_cast<double>(count); }
  [[nodiscard]] double error() const {
    const auto n = static_cast<double>(count);
    return std::sqrt(std::max(0.0, squares / n - mean() * mean()) / n);
  }
};

constexpr std::array kLengths = {25, 50, 100, 200, 400};

/// 40 permutations of the vocabulary a token: measured on fewer texts.
bool is_slow(Scheme scheme) { return scheme == Scheme::kgw_selfhash; }
bool is_kgw(Scheme scheme) { return is_slow(scheme) || scheme == Scheme::kgw_lefthash; }

/// One row: a scheme at a temperature.
void measure(Host& host, const char* language, Scheme scheme, double temperature,
             const Options& options, const Text& others) {
  std::map<std::string, Rate> rates;
  Mean nats, entropy, model, mark;
  const std::size_t texts = is_slow(scheme) ? (options.texts + 3) / 4 : options.texts;
  for (std::size_t n = 0; n < texts; ++n) {
    Words words(1000 * n + 17), keys(n);  // every scheme gets the same openings
    const Profile profile = profile_of(scheme, host.vocabulary(), keys);
    Marker marker = *Marker::create(profile);
    const Detector detector = *Detector::create(profile);
    const std::size_t count = n % 4 == 0 ? 2 * options.tokens : options.tokens;
    const Written written = write(host, count, temperature, &marker, words);
    nats.add(written.nats / static_cast<double>(count));
    entropy.add(written.entropy / static_cast<double>(count));
    model.add(written.model.count() / static_cast<double>(kOpening + count));
    mark.add(written.mark.count() / static_cast<double>(count));
    const auto seen = [&](const Text& text) { return host.tokenize(host.text_of(text)); };
    for (const int length : kLengths)
      if (static_cast<std::size_t>(length) <= count)
        rates[std::to_string(length)].add(log10_p(
            detector, seen(first(written.tokens, static_cast<std::size_t>(length))), false));
    const Text whole = first(written.tokens, 200);
    const auto attack = [&](const char* name, const Text& text, bool scan) {
      rates[name].add(log10_p(detector, seen(text), scan));
    };
    attack("sub10", substitute(whole, 0.1, others, words), false);
    attack("sub25", substitute(whole, 0.25, others, words), false);
    attack("del10", erase(whole, 0.1, words), false);
    attack("del30", erase(whole, 0.3, words), false);
    attack("dilute", dilute(first(whole, 100), others, words), true);
  }
  if (texts == 0) return;
  std::printf("| %s | %.1f | %s |", language, temperature,
              std::string(scheme_name(scheme)).c_str());
  for (const int length : kLengths)
    std::printf(" %s |", rates[std::to_string(length)].text().c_str());
  for (const char* name : {"sub10", "sub25", "del10", "del30", "dilute"})
    std::printf(" %s |", rates[name].text().c_str());
  std::printf(" %.3f ± %.3f | %.3f | %.1f + %.1f |\n", nats.mean(), nats.error(), entropy.mean(),
              model.mean(), mark.mean());
  std::fflush(stdout);
}

const std::vector<Scheme>& schemes(const Options& options) {
  static std::vector<Scheme> list;
  if (!list.empty()) return list;
  if (const auto one = scheme_from_name(options.scheme)) return list = {*one};
  return list = {Scheme::signmark,     Scheme::gumbel_vllm,  Scheme::synthid_hf,
                 Scheme::synthid_2025, Scheme::kgw_lefthash, Scheme::kgw_selfhash};
}

/// Unmarked texts: each under some fresh keys, and all under one key. The kgw schemes, a
/// permutation a token, see a tenth of them.
void false_positives(const char* language, const std::vector<Text>& texts, std::uint32_t vocabulary,
                     const Options& options) {
  std::printf(
      "\nFalse positives, %s: unmarked texts of 100 tokens; shares at p <= 1e-2 / 1e-3 / 1e-4\n"
      "| scheme | texts | fresh keys | one key | fresh keys, with windows "
      "|\n|---|---|---|---|---|\n",
      language);
  for (const Scheme scheme : schemes(options)) {
    Words words(99);
    std::array<std::array<std::size_t, 3>, 3> hits{};
    const auto count = [&](std::size_t column, double p) {
      for (int level = 0; level < 3; ++level)
        hits[column][static_cast<std::size_t>(level)] += p <= -2 - level ? 1 : 0;
    };
    const Detector one = *Detector::create(profile_of(scheme, vocabulary, words));
    const std::size_t tried = is_kgw(scheme) ? texts.size() / 10 : texts.size();
    for (std::size_t i = 0; i < tried; ++i) {
      count(1, log10_p(one, texts[i], false));
      for (std::size_t key = 0; key < options.keys; ++key) {
        const Detector fresh = *Detector::create(profile_of(scheme, vocabulary, words));
        count(0, log10_p(fresh, texts[i], false));
        count(2, log10_p(fresh, texts[i], true));
      }
    }
    std::printf("| %s | %zu |", std::string(scheme_name(scheme)).c_str(), tried);
    for (std::size_t column = 0; column < hits.size(); ++column) {
      const auto n =
          static_cast<double>(std::max<std::size_t>(column == 1 ? tried : tried * options.keys, 1));
      std::printf(" %.4f / %.4f / %.4f |", static_cast<double>(hits[column][0]) / n,
                  static_cast<double>(hits[column][1]) / n,
                  static_cast<double>(hits[column][2]) / n);
    }
    std::printf("\n");
    std::fflush(stdout);
  }
}

void language(const char* name, Host& host, const Options& options) {
  Words words(5);
  std::vector<Text> unmarked;
  Text others;
  Mean nats;
  for (std::size_t i = 0; i < options.unmarked; ++i) {
    const Written written = write(host, 100, 1.0, nullptr, words);
    nats.add(written.nats / 100);
    unmarked.push_back(host.tokenize(host.text_of(written.tokens)));
    others.insert(others.end(), written.tokens.begin(), written.tokens.end());
  }
  std::printf("\nPower, %s: shares at p <= 1e-2 / 1e-6; unmarked at T=1: %.3f ± %.3f nat a token\n",
              name, nats.mean(), nats.error());
  std::printf(
      "| language | T | scheme | 25 | 50 | 100 | 200 | 400 | 200, 10%% substituted | 25%% | "
      "200, 10%% deleted | 30%% | 100 in 400 | -ln p a token | entropy | model + mark, µs a token "
      "|\n"
      "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
  for (const double temperature : {1.0, 0.7}) {
    if (options.temperature != 0 && options.temperature != temperature) continue;
    for (const Scheme scheme : schemes(options))
      measure(host, name, scheme, temperature, options, others);
  }
  false_positives(name, unmarked, host.vocabulary(), options);
}

/// Time of process and accept on 100 candidates, under contexts that do not repeat.
void cost(const Options& options) {
  std::printf(
      "\nCost of a token, 100 candidates of a vocabulary of 151,936\n| scheme | µs |\n|---|---|\n");
  for (const Scheme scheme : schemes(options)) {
    Words words(1);
    Marker marker = *Marker::create(profile_of(scheme, 151'936, words));
    const std::size_t rounds = scheme == Scheme::kgw_selfhash ? 20 : 2000;
    std::vector<Token> ids;
    for (std::size_t i = 0; i < kCandidates; ++i) ids.push_back(static_cast<Token>(i * 1500));
    Micros spent{};
    for (std::size_t round = 0; round < rounds; ++round) {
      std::vector<float> logits;
      for (std::size_t i = 0; i < kCandidates; ++i)
        logits.push_back(static_cast<float>(-0.1 * static_cast<double>(i) + uniform(words)));
      const auto start = Clock::now();
      const auto chosen = *marker.process(ids, logits);
      marker.accept(ids[chosen.value_or(words() % kCandidates)]);
      spent += Clock::now() - start;
    }
    std::printf("| %s | %.1f |\n", std::string(scheme_name(scheme)).c_str(),
                spent.count() / static_cast<double>(rounds));
  }
}

Options read_options(int count, char** words) {
  Options options;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string name = words[i], value = words[i + 1];
    const auto number = std::strtoul(value.c_str(), nullptr, 10);
    if (name == "--texts") options.texts = number;
    if (name == "--tokens") options.tokens = number;
    if (name == "--unmarked") options.unmarked = number;
    if (name == "--keys") options.keys = number;
    if (name == "--language") options.language = value;
    if (name == "--scheme") options.scheme = value;
    if (name == "--temperature") options.temperature = std::strtod(value.c_str(), nullptr);
  }
  return options;
}

}  // namespace

int main(int count, char** words) {
  const Options options = read_options(count, words);
  if (options.language != "en")
    if (const auto host = chinese_host()) language("Chinese", *host, options);
  if (options.language != "zh")
    if (const auto host = english_host()) language("English", *host, options);
  cost(options);
  return 0;
}
