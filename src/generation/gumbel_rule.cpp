// SPDX-License-Identifier: Apache-2.0
// Gumbel-max as vLLM marks with it, `philox4x32-10-v1` (text-mark.md section 6.3), bit for bit.
#include "generation/philox.hpp"
#include "generation/rule.hpp"
#include "generation/tails.hpp"

namespace signmark::generation {
namespace {

constexpr std::uint32_t kContextDomain = 0x574D4358;  // "WMCX"
constexpr std::uint32_t kTokenDomain = 0x574D544B;    // "WMTK"
constexpr std::size_t kHistory = 8192;                // vLLM's default
constexpr double kTypicalScore = 1.7;

class GumbelRule final : public Rule {
 public:
  GumbelRule(const ContextHabit& habit, std::uint64_t key)
      : Rule(habit),
        key_low_(static_cast<std::uint32_t>(key)),
        key_high_(static_cast<std::uint32_t>(key >> 32)) {}

  [[nodiscard]] ContextState read(std::span<const Token> context) const override {
    PhiloxWords state = {kContextDomain, static_cast<std::uint32_t>(context.size()), 0, 0};
    for (std::uint32_t offset = 0; offset < context.size(); offset += 4) {
      for (std::uint32_t i = 0; i < 4; ++i)
        state[i] ^= offset + i < context.size() ? static_cast<std::uint32_t>(context[offset + i])
                                                : 0xFFFFFFFF - i;
      state = philox(state, key_low_ ^ offset, key_high_);
    }
    return {state[0] | static_cast<std::uint64_t>(state[1]) << 32,
            state[2] | static_cast<std::uint64_t>(state[3]) << 32};
  }

  [[nodiscard]] std::optional<std::size_t> mark(const ContextState& state,
                                                const Choice& choice) const override {
    const std::size_t winner = race(choice.logits, [&](std::size_t i) {
      return -std::log(static_cast<double>(uniform(state, choice.ids[i])));
    });
    choose_only(choice.logits, winner);
    return winner;
  }

  [[nodiscard]] double score(const ContextState& state, std::span<const Token>, Token token,
                             std::uint32_t) const override {
    return -std::log1p(-static_cast<double>(uniform(state, token)));
  }
  [[nodiscard]] double log10_tail(std::size_t count, double sum) const override {
    return log10_gamma_tail(count, sum);
  }
  [[nodiscard]] double evidence(std::size_t count, double sum) const override {
    return gamma_evidence(count, sum);
  }
  [[nodiscard]] double null_mean() const override { return 1; }
  [[nodiscard]] double typical_score() const override { return kTypicalScore; }

 private:
  [[nodiscard]] float uniform(const ContextState& state, Token token) const {
    const auto id = static_cast<std::uint32_t>(token);
    const auto s0 = static_cast<std::uint32_t>(state[0]);
    const auto s1 = static_cast<std::uint32_t>(state[0] >> 32);
    const auto s2 = static_cast<std::uint32_t>(state[1]);
    const auto s3 = static_cast<std::uint32_t>(state[1] >> 32);
    const PhiloxWords words =
        philox({id >> 2, s0, s1, s2}, key_low_ ^ s3, key_high_ ^ kTokenDomain);
    return static_cast<float>(((words[id & 3] >> 8) + 1.0) / (0x1p24 + 1));
  }

  std::uint32_t key_low_, key_high_;
};

}  // namespace

std::shared_ptr<const Rule> make_gumbel_rule(const Profile& profile) {
  ContextHabit habit;
  habit.width = context_width(profile);
  habit.padding = -1;
  habit.score_padded = true;
  habit.history = kHistory;
  return std::make_shared<GumbelRule>(habit, profile.seed);
}

}  // namespace signmark::generation
