// SPDX-License-Identifier: Apache-2.0
// Exact upper tails of the statistics of text-mark.md section 6.5, in the log domain, so that
// p-values far below the smallest double stay numbers.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace signmark::generation {

/// log10 P(X >= hits), X binomial.
double log10_binomial_tail(std::uint64_t trials, std::uint64_t hits, double rate);

/// log10 P(X >= sum), X the sum of `count` exponential variables of mean 1 (Gamma(count, 1)).
double log10_gamma_tail(std::size_t count, double sum);

/// Chernoff's exponents, nat: -ln of a bound on the tails above; 0 below the mean.
double binomial_evidence(std::size_t trials, double hits, double rate);
double gamma_evidence(std::size_t count, double sum);

/// The law of one integer score, and the tail of sums of independent ones. The tail is computed by
/// exponential tilting to the observed sum and a discrete Fourier transform of the tilted law: no
/// approximation but that of doubles, at any depth (relative error below 1e-6).
class LatticeLaw {
 public:
  /// P(score = lowest + i) = mass[i]; masses are positive at both ends and sum to 1.
  LatticeLaw(std::int64_t lowest, std::vector<double> mass);
  [[nodiscard]] double mean() const { return mean_; }
  [[nodiscard]] std::int64_t highest() const {
    return lowest_ + static_cast<std::int64_t>(mass_.size()) - 1;
  }
  /// Half the square of the deviation in standard deviations; 0 below the mean.
  [[nodiscard]] double evidence(std::size_t count, double sum) const;
  /// log10 P(sum of `count` scores >= sum).
  [[nodiscard]] double log10_tail(std::size_t count, std::int64_t sum) const;

 private:
  struct Tilted {
    std::vector<double> mass;
    double log_norm = 0, mean = 0, variance = 0;  // mean counts from lowest_
  };
  [[nodiscard]] Tilted tilt(double theta) const;
  [[nodiscard]] double solve(double mean) const;

  std::int64_t lowest_;
  std::vector<double> mass_;
  double mean_ = 0, variance_ = 0;
};

}  // namespace signmark::generation
