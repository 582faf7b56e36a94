// SPDX-License-Identifier: Apache-2.0
// Marking one answer, token by token.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "generation/contexts.hpp"
#include "generation/needed.hpp"
#include "generation/self_test.hpp"

namespace signmark::generation {
namespace {

/// Entropy of a choice, bits; `log_sum` as softmax gives it.
double entropy_bits(std::span<const float> logits, std::span<const double> p, double log_sum) {
  double mean = 0;
  for (std::size_t i = 0; i < p.size(); ++i)
    if (p[i] > 0) mean += p[i] * logits[i];  // what is impossible adds nothing
  return std::max(0.0, (log_sum - mean) * std::numbers::log2e);
}

Status check_candidates(std::span<const Token> ids, std::span<float> logits) {
  if (ids.size() != logits.size())
    return fail("generation.candidates", "there must be one logit for each candidate");
  if (std::any_of(ids.begin(), ids.end(), [](Token id) { return id < 0; }))
    return fail("generation.candidates", "a token's id must not be negative");
  constexpr float kImpossible = -std::numeric_limits<float>::infinity();
  std::size_t possible = 0;
  for (float& logit : logits) {
    if (std::isnan(logit)) logit = kImpossible;
    if (logit == -kImpossible)
      return fail("generation.candidates", "a logit must not be +infinity");
    possible += logit > kImpossible ? 1 : 0;
  }
  if (possible == 0) return fail("generation.candidates", "no candidate is possible");
  return {};
}

}  // namespace

struct Marker::State {
  explicit State(std::shared_ptr<const Rule> rule_in)
      : rule(std::move(rule_in)), repeats(rule->habit()) {}

  std::shared_ptr<const Rule> rule;
  std::uint32_t payload = 0;
  std::vector<Token> tokens;
  std::vector<double> p;  // of the choice at hand
  Repeats repeats;
  std::optional<Context> pending;  ///< under which the coming token was marked
  std::size_t marked = 0, scored = 0;
  double bits = 0, sum = 0;
};

Marker::Marker(std::unique_ptr<State> state) : state_(std::move(state)) {}
Marker::Marker(const Marker& other) : state_(std::make_unique<State>(*other.state_)) {}
Marker& Marker::operator=(const Marker& other) {
  if (this != &other) state_ = std::make_unique<State>(*other.state_);
  return *this;
}
Marker::Marker(Marker&&) noexcept = default;
Marker& Marker::operator=(Marker&&) noexcept = default;
Marker::~Marker() = default;

Result<Marker> Marker::create(const Profile& profile) {
  SIGNMARK_ASSIGN(auto rule, make_rule(profile));
  SIGNMARK_TRY(self_test(*rule, profile));
  auto state = std::make_unique<State>(std::move(rule));
  state->payload = profile.payload;
  return Marker(std::move(state));
}

void Marker::reset() {
  const std::uint32_t payload = state_->payload;
  *state_ = State(state_->rule);
  state_->payload = payload;
}

void Marker::accept(Token token) {
  State& state = *state_;
  const Rule& rule = *state.rule;
  const bool is_marked = state.pending.has_value();
  const auto context = is_marked ? state.pending : context_after(state.tokens, rule, state.repeats);
  if (context) {
    const bool is_new = state.repeats.insert(context->state, token);
    const bool is_scored = rule.habit().score_padded || state.tokens.size() >= context->width;
    if (is_new && is_scored && is_marked) {
      state.sum += rule.score(context->state, context->tokens(), token, state.payload);
      ++state.scored;
    }
  }
  state.pending.reset();
  state.tokens.push_back(token);
}

Result<std::optional<std::size_t>> Marker::process(std::span<const Token> ids,
                                                   std::span<float> logits) {
  State& state = *state_;
  SIGNMARK_TRY(check_candidates(ids, logits));
  state.pending.reset();
  const auto is_possible = [](float logit) { return std::isfinite(logit); };
  if (state.tokens.size() < state.rule->habit().free_tokens ||
      std::count_if(logits.begin(), logits.end(), is_possible) < 2)
    return std::nullopt;
  const auto context = context_after(state.tokens, *state.rule, state.repeats);
  if (!context || context->is_repeat) return std::nullopt;
  const double log_sum = softmax(logits, state.p);
  state.bits += entropy_bits(logits, state.p, log_sum);
  ++state.marked;
  state.pending = context;
  return state.rule->mark(context->state, {context->tokens(), ids, logits, state.p});
}

Forecast Marker::forecast() const {
  const State& state = *state_;
  Forecast forecast;
  forecast.marked = state.marked;
  if (state.marked > 0) forecast.bits_per_token = state.bits / static_cast<double>(state.marked);
  if (state.scored == 0) return forecast;
  forecast.log10_p = state.rule->log10_tail(state.scored, state.sum);
  forecast.tokens_for_1e9 =
      tokens_needed(*state.rule, state.sum / static_cast<double>(state.scored), -9);
  return forecast;
}

}  // namespace signmark::generation
