// SPDX-License-Identifier: Apache-2.0
// Detecting: scores of first-seen contexts, exact p-values, windows, payloads, and what to say.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "generation/contexts.hpp"
#include "generation/needed.hpp"
#include "generation/scan.hpp"
#include "generation/self_test.hpp"

namespace signmark::generation {
namespace {

constexpr std::size_t kPayloadTokens = 512;  // that choose the payload; all of them then judge it

/// The tokens of a range that count, in order.
struct Scored {
  std::vector<std::size_t> places;     ///< in the whole input
  std::vector<ContextState> contexts;  ///< one each
  std::vector<double> scores;
  std::size_t n_dup = 0;
};

Status check_input(std::span<const Token> ids, const DetectOptions& options) {
  const std::size_t to = std::min(options.to, ids.size());
  if (options.from > to)
    return fail("generation.range", fmt::format("there is no token range {} to {} in {} tokens",
                                                options.from, options.to, ids.size()));
  if (!(options.log10_budget < 0))
    return fail("generation.range", "the false-positive budget must be below 1");
  if (std::any_of(ids.begin(), ids.end(), [](Token id) { return id < 0; }))
    return fail("generation.candidates", "a token's id must not be negative");
  return {};
}

Scored collect(const Rule& rule, std::span<const Token> ids, std::size_t from, std::size_t to) {
  const ContextHabit& habit = rule.habit();
  const std::size_t begin = habit.prompt_counts ? 0 : from;
  Scored scored;
  Repeats repeats(habit);
  for (std::size_t at = from; at < to; ++at) {
    const auto before = ids.subspan(begin, at - begin);
    const auto context = context_after(before, rule, repeats);
    if (!context || (!habit.score_padded && before.size() < context->width)) continue;
    if (!repeats.insert(context->state, ids[at])) {
      ++scored.n_dup;
      continue;
    }
    scored.places.push_back(at);
    scored.contexts.push_back(context->state);
    scored.scores.push_back(rule.score(context->state, context->tokens(), ids[at], 0));
  }
  return scored;
}

/// The payload that the first tokens speak for.
std::uint32_t likeliest_payload(const Rule& rule, std::span<const Token> ids, const Scored& scored,
                                int bits) {
  const std::size_t count = std::min(scored.places.size(), kPayloadTokens);
  std::uint32_t best = 0;
  double best_sum = -std::numeric_limits<double>::infinity();
  for (std::uint32_t payload = 0; payload >> bits == 0; ++payload) {
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i)
      sum += rule.score(scored.contexts[i], {}, ids[scored.places[i]], payload);
    if (sum > best_sum) {
      best_sum = sum;
      best = payload;
    }
  }
  return best;
}

void judge(const Rule& rule, double budget, double mean_score, Detection& detection) {
  using Answer = Detection::Answer;
  if (detection.log10_p_best() <= budget) {
    detection.answer = Answer::present;
    detection.tokens_needed = tokens_needed(rule, mean_score, budget);
    return;
  }
  const std::size_t typical = tokens_needed(rule, rule.typical_score(), budget);
  detection.tokens_needed = typical;
  const bool is_short = detection.n_scored < typical;
  detection.answer = is_short ? Answer::not_enough_tokens : Answer::not_found;
  if (is_short)
    detection.note = fmt::format(
        "not enough tokens: {} could be scored, and a mark in ordinary prose needs about {}",
        detection.n_scored, typical);
  else
    detection.note =
        "no mark of this key was found; text with little choice in it, such as code or "
        "mathematics, may carry one that does not show";
}

}  // namespace

double Detection::log10_p_best() const {
  return std::min(0.0, std::min(log10_p, log10_p_scan) + std::log10(2.0));
}

struct Detector::State {
  std::shared_ptr<const Rule> rule;
  int payload_bits = 0;
};

Detector::Detector(std::unique_ptr<State> state) : state_(std::move(state)) {}
Detector::Detector(Detector&&) noexcept = default;
Detector& Detector::operator=(Detector&&) noexcept = default;
Detector::~Detector() = default;

Result<Detector> Detector::create(const Profile& profile) {
  SIGNMARK_ASSIGN(auto rule, make_rule(profile));
  SIGNMARK_TRY(self_test(*rule, profile));
  return Detector(std::make_unique<State>(State{std::move(rule), profile.payload_bits}));
}

Result<Detection> Detector::detect(std::span<const Token> ids, const DetectOptions& options) const {
  SIGNMARK_TRY(check_input(ids, options));
  const Rule& rule = *state_->rule;
  const std::size_t to = std::min(options.to, ids.size());
  Scored scored = collect(rule, ids, options.from, to);
  const double log10_payloads = state_->payload_bits * std::numbers::ln2 / std::numbers::ln10;
  std::optional<std::uint32_t> payload;
  if (state_->payload_bits > 0) {
    payload = likeliest_payload(rule, ids, scored, state_->payload_bits);
    for (std::size_t i = 0; i < scored.scores.size(); ++i)
      scored.scores[i] = rule.score(scored.contexts[i], {}, ids[scored.places[i]], *payload);
  }
  Detection detection;
  detection.n_tokens = to - options.from;
  detection.n_scored = scored.scores.size();
  detection.n_dup = scored.n_dup;
  detection.scores.assign(ids.size(), std::numeric_limits<float>::quiet_NaN());
  double sum = 0;
  for (std::size_t i = 0; i < scored.scores.size(); ++i) {
    sum += scored.scores[i];
    detection.scores[scored.places[i]] = static_cast<float>(scored.scores[i]);
  }
  detection.statistic = rule.statistic(detection.n_scored, sum);
  detection.log10_p = std::min(0.0, rule.log10_tail(detection.n_scored, sum) + log10_payloads);
  detection.log10_p_scan = detection.log10_p;
  if (options.scan) {
    const std::size_t begin = rule.habit().prompt_counts ? 0 : options.from;
    Evidence evidence(rule, ids.first(to), begin, payload.value_or(0));
    const Scan scan(rule, evidence, options.from, to, log10_payloads);
    detection.windows = scan.windows();
    if (detection.windows > 0) detection.log10_p_scan = scan.best();
    if (detection.log10_p_scan <= options.log10_budget)
      detection.regions = scan.regions(options.log10_budget);
  }
  const double mean = detection.n_scored == 0 ? 0 : sum / static_cast<double>(detection.n_scored);
  judge(rule, options.log10_budget, mean, detection);
  if (detection.answer == Detection::Answer::present) detection.payload = payload;
  return detection;
}

}  // namespace signmark::generation
