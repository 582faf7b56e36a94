// SPDX-License-Identifier: Apache-2.0
// SynthID-Text's tournament (Dathathri et al., Nature 634, 2024) with the two published hashes
// (text-mark.md section 6.1), bit for bit.
#include <algorithm>
#include <random>

#include "base/hash.hpp"
#include "generation/rule.hpp"
#include "generation/tails.hpp"

namespace signmark::generation {
namespace {

constexpr std::size_t kTableBits = 65536, kHistory = 1024;
constexpr int kExtraSteps = 12, kExtraShift = 5;  // 64 / 12
constexpr double kTypicalShare = 0.556;           // of the weight on g = 1

/// One step of the linear congruential hash; wraps as 64-bit integers do.
std::uint64_t hash_step(std::uint64_t hash, std::uint64_t data) {
  return (hash + data) * 6364136223846793005U + 1;
}

/// The bits that torch.randint draws on a CPU with seed 0.
std::vector<bool> sampling_table() {
  std::vector<bool> table(kTableBits);
  std::mt19937 words(0);
  for (std::size_t i = 0; i < kTableBits; ++i) table[i] = (words() & 1) != 0;
  return table;
}

/// SHA-256 of the keys as 64-bit little-endian integers, as a big-endian number modulo 2^63 - 1.
std::uint64_t hashed_start(const std::vector<std::int64_t>& keys) {
  Bytes bytes;
  for (const std::int64_t key : keys)
    for (int shift = 0; shift < 64; shift += 8)
      bytes.push_back(static_cast<Byte>(static_cast<std::uint64_t>(key) >> shift));
  constexpr std::uint64_t kModulus = std::numeric_limits<std::int64_t>::max();
  std::uint64_t rest = 0;
  for (const Byte byte : hash(HashAlg::sha256, bytes)) {
    for (int bit = 7; bit >= 0; --bit) rest = (rest * 2 + (byte >> bit & 1)) % kModulus;
  }
  return rest;
}

/// Weights of the layers: linspace(10, 1) of the reference in halves, so that sums are integers.
std::vector<int> layer_weights(std::size_t layers) {
  std::vector<int> weights(layers, 20);
  for (std::size_t i = 1; i < layers; ++i)
    weights[i] = static_cast<int>(
        std::lround(20 - 18.0 * static_cast<double>(i) / static_cast<double>(layers - 1)));
  return weights;
}

/// The law of one token's weighted g values: sums of fair coins times their weights.
LatticeLaw null_law(const std::vector<int>& weights) {
  std::vector<double> mass = {1};
  for (const int weight : weights) {
    std::vector<double> next(mass.size() + static_cast<std::size_t>(weight));
    for (std::size_t i = 0; i < mass.size(); ++i) {
      next[i] += mass[i] / 2;
      next[i + static_cast<std::size_t>(weight)] += mass[i] / 2;
    }
    mass = std::move(next);
  }
  return {0, std::move(mass)};
}

class SynthIdRule final : public Rule {
 public:
  SynthIdRule(const ContextHabit& habit, const Profile& profile)
      : Rule(habit),
        keys_(profile.layer_keys.begin(), profile.layer_keys.end()),
        weights_(layer_weights(keys_.size())),
        law_(null_law(weights_)) {
    if (profile.scheme == Scheme::synthid_hf)
      table_ = sampling_table();
    else
      start_ = hashed_start(profile.layer_keys);
  }

  [[nodiscard]] ContextState read(std::span<const Token> context) const override {
    std::uint64_t hash = start_;
    for (const Token token : context) hash = hash_step(hash, static_cast<std::uint64_t>(token));
    return {hash, 0};
  }

  [[nodiscard]] std::optional<std::size_t> mark(const ContextState& state,
                                                const Choice& choice) const override {
    std::vector<double> p(choice.p.begin(), choice.p.end());
    std::vector<std::uint64_t> hashes(p.size());
    for (std::size_t i = 0; i < p.size(); ++i)
      hashes[i] = hash_step(state[0], static_cast<std::uint64_t>(choice.ids[i]));
    std::vector<double> g(p.size());
    for (const std::uint64_t key : keys_) {
      double mass = 0;
      for (std::size_t i = 0; i < p.size(); ++i) mass += p[i] * (g[i] = bit(hashes[i], key));
      // A mass that rounds to more than 1 must not make a probability negative.
      for (std::size_t i = 0; i < p.size(); ++i) p[i] *= std::max(0.0, 1 + g[i] - mass);
    }
    for (std::size_t i = 0; i < p.size(); ++i)
      choice.logits[i] = static_cast<float>(std::log(p[i]));
    return std::nullopt;
  }

  [[nodiscard]] double score(const ContextState& state, std::span<const Token>, Token token,
                             std::uint32_t) const override {
    const std::uint64_t hash = hash_step(state[0], static_cast<std::uint64_t>(token));
    int sum = 0;
    for (std::size_t i = 0; i < keys_.size(); ++i) sum += weights_[i] * bit(hash, keys_[i]);
    return sum;
  }
  [[nodiscard]] double log10_tail(std::size_t count, double sum) const override {
    return law_.log10_tail(count, std::llround(sum));
  }
  [[nodiscard]] double evidence(std::size_t count, double sum) const override {
    return law_.evidence(count, sum);
  }
  [[nodiscard]] double null_mean() const override { return law_.mean(); }
  [[nodiscard]] double typical_score() const override {
    return kTypicalShare * static_cast<double>(law_.highest());
  }
  [[nodiscard]] double statistic(std::size_t count, double sum) const override {
    return count == 0 ? 0 : sum / static_cast<double>(count) / static_cast<double>(law_.highest());
  }

 private:
  [[nodiscard]] int bit(std::uint64_t hash, std::uint64_t key) const {
    const std::uint64_t value = hash_step(hash, key);
    if (!table_.empty()) return table_[value % kTableBits] ? 1 : 0;
    auto word = static_cast<std::int64_t>(value);
    for (int i = 0; i < kExtraSteps; ++i)
      word =
          static_cast<std::int64_t>(hash_step(static_cast<std::uint64_t>(word), 1)) >> kExtraShift;
    return static_cast<int>(word >> 30 & 1);
  }

  std::vector<std::uint64_t> keys_;
  std::vector<int> weights_;
  LatticeLaw law_;
  std::vector<bool> table_;  // of the Hugging Face scheme
  std::uint64_t start_ = 1;
};

}  // namespace

std::shared_ptr<const Rule> make_synthid_rule(const Profile& profile) {
  ContextHabit habit;
  habit.width = context_width(profile);
  habit.padding = 0;
  habit.history = kHistory;
  return std::make_shared<SynthIdRule>(habit, profile);
}

}  // namespace signmark::generation
