// SPDX-License-Identifier: Apache-2.0
// Contexts: cutting them out, remembering them.
#include "generation/contexts.hpp"

#include <algorithm>

namespace signmark::generation {

std::optional<std::span<const Token>> context_before(std::span<const Token> tokens,
                                                     std::size_t begin, std::size_t at,
                                                     const ContextHabit& habit, bool padded,
                                                     ContextRoom& room) {
  const std::size_t there = at - begin;
  if (there >= habit.width) return tokens.subspan(at - habit.width, habit.width);
  if (!padded || !habit.padding) return std::nullopt;
  std::fill(room.begin(), room.end(), *habit.padding);
  std::copy_n(tokens.begin() + static_cast<std::ptrdiff_t>(begin), there,
              room.begin() + static_cast<std::ptrdiff_t>(habit.width - there));
  return std::span<const Token>(room).first(habit.width);
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
