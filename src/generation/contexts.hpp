// SPDX-License-Identifier: Apache-2.0
// Contexts of a sequence of tokens, and which of them were there before. Markers and detectors must
// agree on both.
#pragma once

#include <deque>
#include <unordered_set>

#include "generation/rule.hpp"

namespace signmark::generation {

/// Room for a context that is partly padding.
using ContextRoom = std::array<Token, 16>;

/// The tokens before `at`, not reaching below `begin`. Nothing when they are too few and padding
/// does not help. The answer lives as long as `tokens` and `room`.
std::optional<std::span<const Token>> context_before(std::span<const Token> tokens,
                                                     std::size_t begin, std::size_t at,
                                                     const ContextHabit& habit, bool padded,
                                                     ContextRoom& room);

/// Remembers contexts: all, or the last `history`.
class Repeats {
 public:
  explicit Repeats(const ContextHabit& habit)
      : history_(habit.history), is_pair_(habit.repeat_is_pair) {}
  [[nodiscard]] bool contains(const ContextState& state, Token token) const {
    return seen_.contains(name(state, token));
  }
  /// Whether it is new.
  bool insert(const ContextState& state, Token token);

 private:
  struct Hash {
    std::size_t operator()(const ContextState& state) const { return state[0] ^ state[1]; }
  };
  [[nodiscard]] ContextState name(const ContextState& state, Token token) const {
    return is_pair_ ? ContextState{state[0], static_cast<std::uint64_t>(token)} : state;
  }
  std::size_t history_;
  bool is_pair_;
  std::unordered_set<ContextState, Hash> seen_;
  std::deque<ContextState> order_;  // oldest first; only when the history is bounded
};

}  // namespace signmark::generation
