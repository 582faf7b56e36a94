// SPDX-License-Identifier: Apache-2.0
// Contexts of a sequence of tokens, and which of them were there before. Markers and detectors must
// agree on both.
#pragma once

#include <deque>
#include <unordered_set>

#include "generation/rule.hpp"

namespace signmark::generation {

/// What is remembered where a repeat is the same context with the same token.
inline ContextState with_token(const ContextState& state, Token token) {
  return {state[0], static_cast<std::uint64_t>(token)};
}

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
    return is_pair_ ? with_token(state, token) : state;
  }
  std::size_t history_;
  bool is_pair_;
  std::unordered_set<ContextState, Hash> seen_;
  std::deque<ContextState> order_;  // oldest first; only when the history is bounded
};

/// The context that decides about one token.
struct Context {
  std::array<Token, kWidestContext> room{};  ///< holds `tokens`, so that padding has a place
  std::size_t width = 0;
  ContextState state{};
  bool is_repeat = false;  ///< there before at every width
  [[nodiscard]] std::span<const Token> tokens() const { return std::span(room).first(width); }
};

/// Of this width, before the token that follows `before`. Nothing when there are too few tokens.
std::optional<Context> cut_context(std::span<const Token> before, const Rule& rule,
                                   std::size_t width);

/// Of the token that follows `before`, the tokens of the text so far. Nothing when they are too
/// few.
std::optional<Context> context_after(std::span<const Token> before, const Rule& rule,
                                     const Repeats& repeats);

}  // namespace signmark::generation
