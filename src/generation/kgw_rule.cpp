// SPDX-License-Identifier: Apache-2.0
// Green lists (Kirchenbauer et al., ICML 2023) as Hugging Face transformers draws them on a CPU
// (text-mark.md section 6.4), bit for bit. What a CUDA generator marked is another mark.
#include <algorithm>
#include <numeric>
#include <random>

#include "generation/rule.hpp"
#include "generation/tails.hpp"

namespace signmark::generation {
namespace {

constexpr std::uint32_t kTableSize = 1'000'003;
constexpr std::size_t kTried = 40;       // candidates that selfhash looks at
constexpr double kTypicalGreen = 0.385;  // measured with delta 2, gamma 0.25

/// The first `count` of torch.randperm(size) on a CPU: Fisher-Yates from the front.
std::vector<std::uint32_t> permutation(std::uint64_t seed, std::uint32_t size,
                                       std::uint32_t count) {
  std::vector<std::uint32_t> order(size);
  std::iota(order.begin(), order.end(), 0U);
  std::mt19937 words(static_cast<std::uint32_t>(seed));  // torch, too, takes the low half
  for (std::uint32_t i = 0; i < count && i + 1 < size; ++i)
    std::swap(order[i], order[i + static_cast<std::uint32_t>(words()) % (size - i)]);
  order.resize(count);
  return order;
}

class KgwRule final : public Rule {
 public:
  KgwRule(const ContextHabit& habit, const Profile& profile)
      : Rule(habit),
        self_(profile.scheme == Scheme::kgw_selfhash),
        key_(profile.seed),
        vocabulary_(profile.vocabulary),
        green_(static_cast<std::uint32_t>(profile.vocabulary * profile.green_ratio)),
        bias_(static_cast<float>(profile.bias)) {
    if (self_) table_ = permutation(key_, kTableSize, kTableSize);
  }

  [[nodiscard]] ContextState read(std::span<const Token> context) const override {
    std::uint64_t name = 0;
    for (const Token token : context)
      name = (name ^ static_cast<std::uint64_t>(token)) * 0x9E3779B97F4A7C15U;
    return {name, 0};
  }

  [[nodiscard]] std::optional<std::size_t> mark(const ContextState&,
                                                const Choice& choice) const override {
    if (self_)
      mark_best(choice);
    else
      mark_list(choice);
    return std::nullopt;
  }

  [[nodiscard]] double score(const ContextState&, std::span<const Token> context, Token token,
                             std::uint32_t) const override {
    if (static_cast<std::uint32_t>(token) >= vocabulary_) return 0;
    return is_green(context, token) ? 1 : 0;
  }
  [[nodiscard]] double log10_tail(std::size_t count, double sum) const override {
    return log10_binomial_tail(count, static_cast<std::uint64_t>(std::llround(sum)), null_mean());
  }
  [[nodiscard]] double evidence(std::size_t count, double sum) const override {
    return binomial_evidence(count, sum, null_mean());
  }
  [[nodiscard]] double null_mean() const override {
    return static_cast<double>(green_) / vocabulary_;
  }
  [[nodiscard]] double typical_score() const override { return kTypicalGreen; }

 private:
  /// Python's `key * last % (2**64 - 1)`, and for selfhash the least of wrapped signed products,
  /// where a negative one is taken modulo 2^64 - 1, too.
  [[nodiscard]] std::uint64_t seed(std::span<const Token> context, Token token) const {
    constexpr std::uint64_t kModulus = std::numeric_limits<std::uint64_t>::max();
    if (!self_) {
      __extension__ using Wide = unsigned __int128;
      return static_cast<std::uint64_t>(static_cast<Wide>(key_) *
                                        static_cast<std::uint64_t>(context.back()) % kModulus);
    }
    const auto entry = [&](Token id) -> std::uint64_t {
      return table_[static_cast<std::uint32_t>(id) % kTableSize] + 1ULL;
    };
    const std::uint64_t last = entry(token);
    auto least = static_cast<std::int64_t>(key_ * last * last);
    for (const Token id : context)
      least = std::min(least, static_cast<std::int64_t>(key_ * entry(id) * last));
    return least < 0 ? static_cast<std::uint64_t>(least) + kModulus
                     : static_cast<std::uint64_t>(least);
  }
  /// Follows one token through the shuffle: it is green when it is drawn to one of the first
  /// places.
  [[nodiscard]] bool is_green(std::span<const Token> context, Token token) const {
    std::mt19937 words(static_cast<std::uint32_t>(seed(context, token)));
    auto place = static_cast<std::uint32_t>(token);
    for (std::uint32_t i = 0; i < green_; ++i) {
      const std::uint32_t drawn = i + static_cast<std::uint32_t>(words()) % (vocabulary_ - i);
      if (drawn == place) return true;
      if (i == place) place = drawn;
    }
    return false;
  }
  void mark_list(const Choice& choice) const {
    std::vector<bool> green(vocabulary_);
    for (const std::uint32_t id : permutation(seed(choice.context, 0), vocabulary_, green_))
      green[id] = true;
    for (std::size_t i = 0; i < choice.ids.size(); ++i) {
      const auto id = static_cast<std::uint32_t>(choice.ids[i]);
      if (id < vocabulary_ && green[id]) choice.logits[i] += bias_;
    }
  }
  void mark_best(const Choice& choice) const {
    std::vector<std::size_t> order(choice.ids.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const std::size_t tried = std::min(kTried, order.size());
    std::partial_sort(
        order.begin(), order.begin() + static_cast<std::ptrdiff_t>(tried), order.end(),
        [&](std::size_t a, std::size_t b) { return choice.logits[a] > choice.logits[b]; });
    for (std::size_t i = 0; i < tried; ++i) {
      const Token id = choice.ids[order[i]];
      if (static_cast<std::uint32_t>(id) < vocabulary_ && is_green(choice.context, id))
        choice.logits[order[i]] += bias_;
    }
  }

  bool self_;
  std::uint64_t key_;
  std::uint32_t vocabulary_, green_;
  float bias_;
  std::vector<std::uint32_t> table_;  // of selfhash
};

}  // namespace

std::shared_ptr<const Rule> make_kgw_rule(const Profile& profile) {
  ContextHabit habit;
  habit.width = context_width(profile);
  habit.prompt_counts = true;
  habit.repeat_is_pair = true;
  return std::make_shared<KgwRule>(habit, profile);
}

}  // namespace signmark::generation
