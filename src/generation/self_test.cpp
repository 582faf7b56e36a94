// SPDX-License-Identifier: Apache-2.0
// The self-test at creation, and the forecast that it shares its arithmetic with.
#include "generation/self_test.hpp"

#include <algorithm>
#include <numeric>

#include "generation/contexts.hpp"
#include "generation/needed.hpp"
#include "signal/streams.hpp"

namespace signmark::generation {
namespace {

constexpr std::uint32_t kCandidates = 256;
constexpr std::size_t kMostTokens = 512, kMillion = 1'000'000;
constexpr double kSeen = -6;  // log10 p at which the test has passed

/// A sample of the softmax of logits.
std::size_t draw(std::span<const float> logits, signal::KeyStream& stream) {
  const std::vector<double> p = softmax(logits);
  double left = stream.unit();
  for (std::size_t i = 0; i + 1 < p.size(); ++i)
    if ((left -= p[i]) < 0) return i;
  return p.size() - 1;
}

}  // namespace

std::size_t tokens_needed(const Rule& rule, double mean_score, double log10_p) {
  if (mean_score <= rule.null_mean()) return 0;
  const auto reaches = [&](std::size_t count) {
    return rule.log10_tail(count, static_cast<double>(count) * mean_score) <= log10_p;
  };
  std::size_t high = 8;
  while (!reaches(high)) {
    if (high > kMillion) return 0;
    high *= 2;
  }
  std::size_t low = high / 2;
  while (high - low > std::max<std::size_t>(1, high / 32)) {
    const std::size_t middle = (low + high) / 2;
    (reaches(middle) ? high : low) = middle;
  }
  return high;
}

Status self_test(const Rule& rule, const Profile& profile) {
  const std::uint32_t count =
      profile.vocabulary == 0 ? kCandidates : std::min(kCandidates, profile.vocabulary);
  std::vector<Token> ids(count), tokens;
  std::iota(ids.begin(), ids.end(), 0);
  signal::KeyStream stream(std::array<Byte, 32>{});
  Repeats repeats(rule.habit());
  double sum = 0;
  for (std::size_t scored = 0; tokens.size() < kMostTokens;) {
    std::vector<float> logits(count, 0.0F);
    const auto context = context_after(tokens, rule, repeats);
    if (!context || context->is_repeat) {
      tokens.push_back(ids[draw(logits, stream)]);
      continue;
    }
    const auto chosen =
        rule.mark(context->state, {context->tokens(), ids, logits, softmax(logits)});
    const Token token = ids[chosen ? *chosen : draw(logits, stream)];
    if (repeats.insert(context->state, token)) {
      sum += rule.score(context->state, context->tokens(), token, profile.payload);
      ++scored;
      if (scored % 16 == 0 && rule.log10_tail(scored, sum) <= kSeen) return {};
    }
    tokens.push_back(token);
  }
  return fail("generation.self-test", "this profile does not find its own mark", {},
              "a green-list bias may be too small, or the layers too few");
}

}  // namespace signmark::generation
