// SPDX-License-Identifier: Apache-2.0
#include "audio/grid.hpp"

#include <algorithm>
#include <cmath>

namespace signmark::audio {
namespace {

constexpr double kLowest = 300, kNarrowest = 24, kBandsPerOctave = 24;

std::array<double, kBands + 1> make_edges() {
  std::array<double, kBands + 1> edges{};
  const double ratio = std::exp2(1 / kBandsPerOctave) - 1;
  double f = kLowest;
  for (double& edge : edges) {
    edge = f;
    f += std::max(kNarrowest, f * ratio);
  }
  return edges;
}

bool is_smooth(int n) {
  for (const int factor : {2, 3, 5})
    while (n % factor == 0) n /= factor;
  return n == 1;
}

}  // namespace

const std::array<double, kBands + 1>& band_edges() {
  static const std::array<double, kBands + 1> edges = make_edges();
  return edges;
}

int window_length(int rate) {
  const int wanted = static_cast<int>(std::lround(rate * kWindowSeconds / 2));
  for (int away = 0;; ++away)
    for (const int half : {wanted + away, wanted - away})
      if (half > 0 && is_smooth(half)) return 2 * half;
}

}  // namespace signmark::audio
