// SPDX-License-Identifier: Apache-2.0
// Detection statistics with a proven bound (image-mark.md section 9): for any signal made without
// the key, P(Z >= z) <= exp(-z^2/2).
#pragma once

#include <complex>
#include <cstdint>
#include <span>

namespace signmark::signal {

/// Gates of section 9.2; one frozen pair for every attack and file.
inline constexpr double kIdGate = 14.25, kSignedGate = 33.1;

/// Energy-normalised matched statistic: sum w |Z| cos U / sqrt(1/2 sum w^2 |Z|^2), where `value` is
/// Z turned by the expected phase. Weights must not depend on the tested phases. 0 for no energy.
double matched_statistic(std::span<const std::complex<float>> value, std::span<const float> weight);

/// log10 of hypotheses * 2^info_bits * exp(-z^2/2); at most 0.
double false_accept_log10(double z, std::uint64_t hypotheses, int info_bits);

/// Wilson score interval of `hits` in `trials` at 95 %.
struct Interval {
  double low = 0, high = 1;
};
Interval wilson(std::uint64_t hits, std::uint64_t trials);

}  // namespace signmark::signal
