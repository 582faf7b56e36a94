// SPDX-License-Identifier: Apache-2.0
// Language models for measuring: a real Chinese one (Debian's libime, words as tokens) and a small
// real English one (stories260K through the llama.cpp plugin's host). Either may be missing.
#pragma once

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "signmark/generation.hpp"

namespace signmark::bench {

using generation::Token;

/// The best candidates of a choice, with logits at temperature 1.
struct Candidates {
  std::vector<Token> ids;
  std::vector<float> logits;
};
inline constexpr std::size_t kCandidates = 100;

class Host {
 public:
  Host() = default;
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  virtual ~Host() = default;
  /// Forgets everything and begins a text.
  virtual void begin() = 0;
  [[nodiscard]] virtual Candidates candidates() = 0;
  virtual void advance(Token token) = 0;
  /// What a reader gets, and what a detector reads from it.
  [[nodiscard]] virtual std::string text_of(const std::vector<Token>& tokens) const = 0;
  [[nodiscard]] virtual std::vector<Token> tokenize(const std::string& text) const = 0;
  [[nodiscard]] virtual std::uint32_t vocabulary() const = 0;
};

/// Null when it is missing; why is said on stderr.
std::unique_ptr<Host> chinese_host();
std::unique_ptr<Host> english_host();

/// Keeps the best kCandidates.
void keep_best(Candidates& candidates);

}  // namespace signmark::bench
