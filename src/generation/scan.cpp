// SPDX-License-Identifier: Apache-2.0
// Windows: their scores, their p-values, what is merged.
#include "generation/scan.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "generation/contexts.hpp"

namespace signmark::generation {
namespace {

constexpr std::size_t kShortestWindow = 32;

/// Starts of the windows of a size; the last one ends at the end.
std::vector<std::size_t> starts(std::size_t from, std::size_t to, std::size_t size) {
  std::vector<std::size_t> starts;
  for (std::size_t at = from; at + size < to; at += size / 2) starts.push_back(at);
  starts.push_back(to - size);
  return starts;
}

constexpr auto by_evidence = [](const auto& a, const auto& b) { return a.evidence < b.evidence; };

}  // namespace

Evidence::Evidence(const Rule& rule, std::span<const Token> ids, std::size_t begin,
                   std::uint32_t payload)
    : rule_(rule),
      ids_(ids),
      begin_(begin),
      widths_(std::max(rule.habit().widest, rule.habit().width) - rule.habit().width + 1),
      payload_(payload),
      entries_((ids.size() - begin) * widths_) {}

Evidence::Entry Evidence::look_up(std::size_t at, std::size_t width) {
  const ContextHabit& habit = rule_.habit();
  const auto context = cut_context(ids_.subspan(begin_, at - begin_), rule_, width);
  if (!context || (!habit.score_padded && at - begin_ < width)) return {kNone, 0};
  const ContextState key =
      habit.repeat_is_pair ? with_token(context->state, ids_[at]) : context->state;
  const auto [place, is_new] = names_.try_emplace(key, static_cast<std::uint32_t>(names_.size()));
  if (is_new) seen_in_.push_back(0);
  const double score = rule_.score(context->state, context->tokens(), ids_[at], payload_);
  return {place->second, static_cast<float>(score)};
}

const Evidence::Entry& Evidence::entry(std::size_t at, std::size_t grown) {
  Entry& entry = entries_[(at - begin_) * widths_ + grown];
  if (entry.name == kUnknown) entry = look_up(at, rule_.habit().width + grown);
  return entry;
}

Evidence::Total Evidence::total(std::size_t from, std::size_t to) {
  ++window_;
  Total total;
  for (std::size_t at = from; at < to; ++at)
    for (std::size_t grown = 0; grown < widths_; ++grown) {
      const Entry& found = entry(at, grown);
      if (found.name == kNone) break;
      if (std::exchange(seen_in_[found.name], window_) == window_) continue;
      if (total.count++ == 0) total.first = at;
      total.last = at;
      total.sum += found.score;
      break;
    }
  return total;
}

/// `smaller`: windows of half this size.
double Scan::best_inside(const Level& smaller, std::size_t start, std::size_t size) {
  auto window =
      std::lower_bound(smaller.begin(), smaller.end(), start,
                       [](const Window& inner, std::size_t least) { return inner.start < least; });
  double best = 0;
  for (; window != smaller.end() && window->start + size / 2 <= start + size; ++window)
    best = std::max({best, window->evidence, window->inside});
  return best;
}

Scan::Scan(const Rule& rule, Evidence& evidence, std::size_t from, std::size_t to,
           double log10_hypotheses)
    : rule_(rule) {
  for (std::size_t size = kShortestWindow; size < to - from; size *= 2) {
    Level level;
    for (const std::size_t start : starts(from, to, size)) {
      const Evidence::Total total = evidence.total(start, start + size);
      level.push_back({start, total, rule.evidence(total.count, total.sum),
                       levels_.empty() ? 0 : best_inside(levels_.back(), start, size)});
    }
    tried_ += level.size();
    levels_.push_back(std::move(level));
  }
  log10_tried_ =
      log10_hypotheses + std::log10(static_cast<double>(std::max<std::size_t>(tried_, 1)));
}

double Scan::log10_p(const Window& window) const {
  return std::min(0.0, rule_.log10_tail(window.total.count, window.total.sum) + log10_tried_);
}

double Scan::best() const {
  double best = 0;
  for (const Level& level : levels_)
    best = std::min(best, log10_p(*std::max_element(level.begin(), level.end(), by_evidence)));
  return best;
}

/// The windows of a level below the budget: found by halving, since exact tails may be dear.
std::vector<Scan::Window> Scan::good(const Level& level, double log10_budget) const {
  std::vector<Window> sorted = level;
  std::sort(sorted.rbegin(), sorted.rend(), by_evidence);
  const auto end = std::partition_point(sorted.begin(), sorted.end(), [&](const Window& window) {
    return log10_p(window) <= log10_budget;
  });
  sorted.erase(end, sorted.end());
  std::erase_if(sorted, [](const Window& window) { return window.evidence < window.inside; });
  return sorted;
}

std::vector<Region> Scan::regions(double log10_budget) const {
  std::vector<Window> all;
  for (const Level& level : levels_) {
    const std::vector<Window> some = good(level, log10_budget);
    all.insert(all.end(), some.begin(), some.end());
  }
  std::sort(all.begin(), all.end(),
            [](const Window& a, const Window& b) { return a.total.first < b.total.first; });
  std::vector<Region> regions;
  std::vector<Window> best;  // of each region
  for (const Window& window : all) {
    if (regions.empty() || window.total.first > regions.back().to) {
      regions.push_back({window.total.first, 0, 0});
      best.push_back(window);
    }
    regions.back().to = std::max(regions.back().to, window.total.last + 1);
    best.back() = std::max(best.back(), window, by_evidence);
  }
  for (std::size_t i = 0; i < regions.size(); ++i) regions[i].log10_p = log10_p(best[i]);
  std::erase_if(regions, [&](const Region& region) { return region.log10_p > log10_budget; });
  return regions;
}

}  // namespace signmark::generation
