// SPDX-License-Identifier: Apache-2.0
// The matched statistic, its bound and confidence intervals.
#include "signal/statistics.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

namespace signmark::signal {
namespace {

constexpr double kNormal95 = 1.959963984540054;  // two-sided 95 % point of the normal law

}  // namespace

double matched_statistic(std::span<const std::complex<float>> value,
                         std::span<const float> weight) {
  assert(value.size() == weight.size());
  double sum = 0, energy = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const double w = weight[i];
    sum += w * value[i].real();
    energy += w * w * std::norm(std::complex<double>(value[i]));
  }
  return energy > 0 ? sum / std::sqrt(energy / 2) : 0;
}

double false_accept_log10(double z, std::uint64_t hypotheses, int info_bits) {
  const double above = std::max(z, 0.0);  // the bound holds for z >= 0 only
  const double exponent = std::log10(static_cast<double>(std::max<std::uint64_t>(hypotheses, 1))) +
                          info_bits * (std::numbers::ln2 / std::numbers::ln10) -
                          above * above / 2 * std::numbers::log10e;
  return std::min(exponent, 0.0);
}

Interval wilson(std::uint64_t hits, std::uint64_t trials) {
  if (trials == 0) return {};
  const double n = static_cast<double>(trials), rate = static_cast<double>(hits) / n;
  const double squared = kNormal95 * kNormal95;
  const double centre = rate + squared / (2 * n);
  const double half = kNormal95 * std::sqrt(rate * (1 - rate) / n + squared / (4 * n * n));
  const double scale = 1 + squared / n;
  return {std::max(0.0, (centre - half) / scale), std::min(1.0, (centre + half) / scale)};
}

}  // namespace signmark::signal
