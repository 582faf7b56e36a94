// SPDX-License-Identifier: Apache-2.0
// Windows over a text: where marked parts stand in foreign text (text-mark.md section 6.5).
#pragma once

#include <unordered_map>
#include <vector>

#include "generation/rule.hpp"

namespace signmark::generation {

/// Contexts and scores of a text's tokens, each looked up once although many windows see it.
/// A window has a memory of contexts of its own: what stands before a marked part has no say in
/// which of its contexts are new.
class Evidence {
 public:
  /// `begin`: the first token that counts as context. Keeps references.
  Evidence(const Rule& rule, std::span<const Token> ids, std::size_t begin, std::uint32_t payload);

  struct Total {
    std::size_t count = 0;
    double sum = 0;
    std::size_t first = 0, last = 0;  ///< scored tokens, when count > 0
  };
  /// Scores of tokens [from, to).
  Total total(std::size_t from, std::size_t to);

 private:
  static constexpr std::uint32_t kUnknown = UINT32_MAX, kNone = UINT32_MAX - 1;
  struct Entry {
    std::uint32_t name = kUnknown;  ///< of the context, or of context and token
    float score = 0;
  };
  struct Hash {
    std::size_t operator()(const ContextState& state) const { return state[0] ^ state[1]; }
  };
  const Entry& entry(std::size_t at, std::size_t grown);
  Entry look_up(std::size_t at, std::size_t width);

  const Rule& rule_;
  std::span<const Token> ids_;
  std::size_t begin_, widths_;
  std::uint32_t payload_;
  std::vector<Entry> entries_;  // of each token, at each width
  std::unordered_map<ContextState, std::uint32_t, Hash> names_;
  std::vector<std::uint32_t> seen_in_;  // by name: the window that saw it last
  std::uint32_t window_ = 0;
};

/// Windows of 32, 64, 128, ... tokens at half steps.
class Scan {
 public:
  /// Tokens [from, to); `log10_hypotheses`: others that were tried beside the windows. Keeps the
  /// rule.
  Scan(const Rule& rule, Evidence& evidence, std::size_t from, std::size_t to,
       double log10_hypotheses);
  [[nodiscard]] std::size_t windows() const { return tried_; }
  /// log10 p of the best window, for all that were tried.
  [[nodiscard]] double best() const;
  /// Windows below the budget, merged where they overlap or touch. A window that is worse than one
  /// inside it only adds what is not marked, and is left out.
  [[nodiscard]] std::vector<Region> regions(double log10_budget) const;

 private:
  struct Window {
    std::size_t start = 0;  ///< the window's place
    Evidence::Total total;
    double evidence = 0;
    double inside = 0;  ///< the best of the windows inside
  };
  using Level = std::vector<Window>;  // of one size, by place

  static double best_inside(const Level& smaller, std::size_t start, std::size_t size);
  [[nodiscard]] double log10_p(const Window& window) const;
  [[nodiscard]] std::vector<Window> good(const Level& level, double log10_budget) const;

  const Rule& rule_;
  std::vector<Level> levels_;
  std::size_t tried_ = 0;
  double log10_tried_ = 0;
};

}  // namespace signmark::generation
