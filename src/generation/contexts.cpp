// SPDX-License-Identifier: Apache-2.0
// Contexts: cutting them out, remembering them.
#include "generation/contexts.hpp"

#include <algorithm>

namespace signmark::generation {

namespace {

/// The last `width` of the tokens; padding stands before the first. False when they are too few.
bool cut_out(std::span<const Token> before, const ContextHabit& habit, std::size_t width,
             Context& context) {
  const std::size_t there = std::min(before.size(), width);
  if (there < width && !habit.padding) return false;
  context.width = width;
  std::fill_n(context.room.begin(), width - there, habit.padding.value_or(0));
  std::copy(before.end() - static_cast<std::ptrdiff_t>(there), before.end(),
            context.room.begin() + static_cast<std::ptrdiff_t>(width - there));
  return true;
}

}  // namespace

std::optional<Context> cut_context(std::span<const Token> before, const Rule& rule,
                                   std::size_t width) {
  Context context;
  if (!cut_out(before, rule.habit(), width, context)) return std::nullopt;
  context.state = rule.read(context.tokens());
  return context;
}

std::optional<Context> context_after(std::span<const Token> before, const Rule& rule,
                                     const Repeats& repeats) {
  const ContextHabit& habit = rule.habit();
  std::optional<Context> context;
  for (std::size_t width = habit.width; width <= std::max(habit.width, habit.widest); ++width) {
    context = cut_context(before, rule, width);
    if (!context) return std::nullopt;
    context->is_repeat = !habit.repeat_is_pair && repeats.contains(context->state, 0);
    if (!context->is_repeat) break;
  }
  return context;
}

bool Repeats::insert(const ContextState& state, Token token) {
  const ContextState entry = name(state, token);
  if (!seen_.insert(entry).second) return false;
  if (history_ == SIZE_MAX) return true;
  order_.push_back(entry);
  if (order_.size() > history_) {
    seen_.erase(order_.front());
    order_.pop_front();
  }
  return true;
}

}  // namespace signmark::generation
