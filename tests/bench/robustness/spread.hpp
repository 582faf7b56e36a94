// SPDX-License-Identifier: Apache-2.0
// Figures of tables.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

namespace signmark::bench {

/// Mean and extremes of what was added.
struct Spread {
  double sum = 0, low = std::numeric_limits<double>::max(), high = 0;
  std::uint64_t count = 0;
  void add(double value) {
    sum += value, ++count;
    low = std::min(low, value), high = std::max(high, value);
  }
  [[nodiscard]] double mean() const { return count > 0 ? sum / static_cast<double>(count) : 0; }
};

inline double percent(std::uint64_t hits, std::uint64_t trials) {
  return trials > 0 ? 100.0 * static_cast<double>(hits) / static_cast<double>(trials) : 0;
}

}  // namespace signmark::bench
