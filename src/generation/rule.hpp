// SPDX-License-Identifier: Apache-2.0
// What one scheme does with one choice and how its scores are distributed without a mark. Markers
// and detectors know schemes only through this.
#pragma once

#include <cmath>
#include <memory>

#include "base/result.hpp"
#include "signmark/generation.hpp"

namespace signmark::generation {

/// What a context comes to: the randomness of all candidates that follow it, and its identity.
using ContextState = std::array<std::uint64_t, 2>;

/// Most tokens in a context.
inline constexpr std::size_t kWidestContext = 16;

/// How contexts are formed and counted.
struct ContextHabit {
  std::size_t width = 0;
  std::size_t widest = 0;          ///< where a context was there before, it grows up to this many
  std::size_t free_tokens = 0;     ///< at the beginning, not marked
  std::optional<Token> padding;    ///< stands for missing tokens when marking
  bool score_padded = false;       ///< detection scores padded contexts, too
  bool prompt_counts = false;      ///< tokens before the range are context
  bool repeat_is_pair = false;     ///< a repeat is the same context with the same token, and only
                                   ///< detection minds it
  std::size_t history = SIZE_MAX;  ///< contexts that marking remembers
};

/// One candidate list with its logits.
struct Choice {
  std::span<const Token> context;  ///< the last ContextHabit::width tokens
  std::span<const Token> ids;
  std::span<float> logits;
  std::span<const double> p;  ///< their softmax
};

/// Immutable, thread-safe.
class Rule {
 public:
  explicit Rule(const ContextHabit& habit) : habit_(habit) {}
  Rule(const Rule&) = delete;
  Rule& operator=(const Rule&) = delete;
  virtual ~Rule() = default;
  [[nodiscard]] const ContextHabit& habit() const { return habit_; }

  [[nodiscard]] virtual ContextState read(std::span<const Token> context) const = 0;
  /// Changes the logits; the index when the scheme chooses itself.
  [[nodiscard]] virtual std::optional<std::size_t> mark(const ContextState& state,
                                                        const Choice& choice) const = 0;
  /// Evidence of one token; `payload` counts for schemes that carry one.
  [[nodiscard]] virtual double score(const ContextState& state, std::span<const Token> context,
                                     Token token, std::uint32_t payload) const = 0;
  /// log10 of the probability that `count` unmarked tokens reach this sum of scores.
  [[nodiscard]] virtual double log10_tail(std::size_t count, double sum) const = 0;
  /// How much speaks against chance, nat: cheap, and rises as log10_tail falls. It orders windows;
  /// p-values are log10_tail's.
  [[nodiscard]] virtual double evidence(std::size_t count, double sum) const = 0;
  [[nodiscard]] virtual double null_mean() const = 0;
  /// Mean score of marked tokens where the model's choice has about 0.8 nat of entropy: measured
  /// with stories260K at temperature 0.7, 12 texts of 200 tokens.
  [[nodiscard]] virtual double typical_score() const = 0;
  [[nodiscard]] virtual double statistic(std::size_t count, double sum) const {
    return count == 0 ? 0 : sum;
  }

 private:
  ContextHabit habit_;
};

/// The rule of a checked profile.
std::shared_ptr<const Rule> make_signmark_rule(const Profile& profile);
std::shared_ptr<const Rule> make_synthid_rule(const Profile& profile);
std::shared_ptr<const Rule> make_gumbel_rule(const Profile& profile);
std::shared_ptr<const Rule> make_kgw_rule(const Profile& profile);

/// Errors: `generation.profile`.
Status check_profile(const Profile& profile);
/// Errors: `generation.profile`.
Result<std::shared_ptr<const Rule>> make_rule(const Profile& profile);
/// The profile's context width, or the scheme's default.
std::size_t context_width(const Profile& profile);

/// Probabilities of logits, as a new list.
std::vector<double> softmax(std::span<const float> logits);
/// The same into a list that is used again; ln of the sum of the logits' exponentials.
double softmax(std::span<const float> logits, std::vector<double>& p);
/// Leaves this candidate alone: the others become impossible.
void choose_only(std::span<float> logits, std::size_t winner);
/// The index that wins a race: highest logit - ln(time), where `time(i)` is exponential of mean 1.
/// That is an exact sample of the softmax.
template <class Time>
std::size_t race(std::span<const float> logits, Time&& time) {
  std::size_t winner = 0;
  double best = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (!(logits[i] > -std::numeric_limits<float>::infinity())) continue;  // NaN, too
    const double value = logits[i] - std::log(time(i));
    if (value > best) {
      best = value;
      winner = i;
    }
  }
  return winner;
}

}  // namespace signmark::generation
