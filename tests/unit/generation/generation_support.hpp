// SPDX-License-Identifier: Apache-2.0
// Profiles with published keys, a toy model, and texts that are sampled from it.
#pragma once

#include <algorithm>
#include <cmath>
#include <random>

#include "generation/rule.hpp"
#include "signmark/generation.hpp"
#include "support/test_support.hpp"

namespace signmark::test {

using generation::Token;

/// The 30 demo keys of the SynthID-Text repository.
inline const std::vector<std::int64_t>& demo_keys() {
  static const std::vector<std::int64_t> keys = {654, 400, 836, 123, 340, 443, 597, 160, 57,  29,
                                                 590, 639, 13,  715, 468, 990, 966, 226, 324, 585,
                                                 118, 504, 421, 521, 129, 669, 732, 225, 90,  960};
  return keys;
}

/// A usable profile of each scheme; `key` changes its secret.
inline generation::Profile profile_of(generation::Scheme scheme, std::uint64_t key = 1) {
  generation::Profile profile;
  profile.scheme = scheme;
  profile.seed = 15485863 + key * 1000003;
  profile.vocabulary = 4096;
  profile.text_key.fill(static_cast<Byte>(key));
  profile.text_key[1] = static_cast<Byte>(key >> 8);
  profile.layer_keys = demo_keys();
  for (std::int64_t& layer : profile.layer_keys) layer += static_cast<std::int64_t>(key * 7919);
  return profile;
}

/// A language of `vocabulary` tokens whose choice depends on the token before: skewed probabilities
/// over 32 candidates, about 2.3 nat at temperature 1.
class ToyModel {
 public:
  explicit ToyModel(std::uint32_t vocabulary = 4096, double temperature = 1)
      : vocabulary_(vocabulary), temperature_(temperature) {}
  void candidates(Token before, std::vector<Token>& ids, std::vector<float>& logits) const {
    std::mt19937 words(static_cast<std::uint32_t>(before) * 2654435761U + 12345U);
    ids.clear();
    logits.clear();
    while (ids.size() < 32) {
      const auto id = static_cast<Token>(words() % vocabulary_);
      if (std::find(ids.begin(), ids.end(), id) != ids.end()) continue;
      logits.push_back(static_cast<float>(-1.6 * std::log(1.0 + static_cast<double>(ids.size())) /
                                          temperature_));
      ids.push_back(id);
    }
  }

 private:
  std::uint32_t vocabulary_;
  double temperature_;
};

inline std::size_t sample(std::span<const float> logits, std::mt19937_64& words) {
  const std::vector<double> p = generation::softmax(logits);
  double left = std::uniform_real_distribution<double>()(words);
  for (std::size_t i = 0; i + 1 < p.size(); ++i)
    if ((left -= p[i]) < 0) return i;
  return p.size() - 1;
}

/// `count` tokens of the model; marked when there is a marker.
inline std::vector<Token> write_text(const ToyModel& model, std::size_t count, std::uint64_t seed,
                                     generation::Marker* marker = nullptr) {
  std::mt19937_64 words(seed);
  std::vector<Token> text, ids;
  std::vector<float> logits;
  auto before = static_cast<Token>(words() % 4096);
  while (text.size() < count) {
    model.candidates(before, ids, logits);
    std::optional<std::size_t> chosen;
    if (marker != nullptr) {
      const auto answer = marker->process(ids, logits);
      REQUIRE_OK(answer);
      chosen = *answer;
    }
    before = ids[chosen ? *chosen : sample(logits, words)];
    if (marker != nullptr) marker->accept(before);
    text.push_back(before);
  }
  return text;
}

}  // namespace signmark::test
