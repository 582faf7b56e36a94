// SPDX-License-Identifier: Apache-2.0
// Tails by summation of their terms (binomial, gamma) or by tilting and Fourier transform.
#include "generation/tails.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>

namespace signmark::generation {
namespace {

constexpr double kLog10E = std::numbers::log10e;
constexpr double kNegligible = 1e-18;  // below the last bit of a sum of terms
constexpr double kSteepest = 60;       // e^-60 a level: nothing but the highest score is left
constexpr double kNever = -std::numeric_limits<double>::infinity();

using Complex = std::complex<double>;

double log_choose(double n, double k) {
  return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1);
}

/// In-place transform with exp(+i w x); the length is a power of two.
void transform(std::vector<Complex>& values) {
  const std::size_t size = values.size();
  for (std::size_t i = 1, j = 0; i < size; ++i) {
    std::size_t bit = size >> 1;
    for (; (j & bit) != 0; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) std::swap(values[i], values[j]);
  }
  std::vector<Complex> turns(size / 2);
  for (std::size_t k = 0; k < turns.size(); ++k)
    turns[k] =
        std::polar(1.0, 2 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(size));
  for (std::size_t length = 2; length <= size; length *= 2)
    for (std::size_t start = 0; start < size; start += length)
      for (std::size_t k = 0; k < length / 2; ++k) {
        const Complex odd = values[start + k + length / 2] * turns[k * (size / length)];
        const Complex even = values[start + k];
        values[start + k] = even + odd;
        values[start + k + length / 2] = even - odd;
      }
}

/// Sum over k = 0 ... terms-1 of exp(-theta k) times the mass at `at` + k, where `waves` is the
/// transform of the masses on a circle: the geometric series is summed for each frequency.
double tail_on_circle(const std::vector<Complex>& waves, double at, double theta) {
  const auto size = static_cast<double>(waves.size());
  const double terms = size / 2;
  double sum = 0;
  for (std::size_t j = 0; j < waves.size(); ++j) {
    if (std::norm(waves[j]) < kNegligible * kNegligible) continue;
    const double omega = 2 * std::numbers::pi * static_cast<double>(j) / size;
    const Complex step = std::exp(Complex(-theta, -omega));
    const Complex last = std::exp(Complex(-theta * terms, -omega * terms));
    const Complex series =
        std::abs(1.0 - step) < 1e-300 ? Complex(terms) : (1.0 - last) / (1.0 - step);
    sum +=
        (waves[j] * std::polar(1.0, -std::fmod(omega * at, 2 * std::numbers::pi)) * series).real();
  }
  return sum / size;
}

}  // namespace

double log10_binomial_tail(std::uint64_t trials, std::uint64_t hits, double rate) {
  if (hits == 0) return 0;
  if (hits > trials) return kNever;
  const auto n = static_cast<double>(trials), k = static_cast<double>(hits);
  if (k <= n * rate) {  // the other side has fewer terms to lose digits in
    const double below = log10_binomial_tail(trials, trials - hits + 1, 1 - rate);
    return std::log1p(-std::min(1.0, std::pow(10.0, below))) * kLog10E;
  }
  const double first = log_choose(n, k) + k * std::log(rate) + (n - k) * std::log1p(-rate);
  double term = 1, sum = 1;
  for (double i = k; i < n && term > kNegligible * sum; ++i) {
    term *= (n - i) / (i + 1) * rate / (1 - rate);
    sum += term;
  }
  return std::min(0.0, (first + std::log(sum)) * kLog10E);
}

double log10_gamma_tail(std::size_t count, double sum) {
  if (count == 0 || sum <= 0) return 0;
  // P(Gamma(n) >= s) is the probability of fewer than n events of a Poisson law of mean s.
  const auto n = static_cast<double>(count);
  const double top = std::min(n - 1, std::floor(sum));  // the largest of the terms
  double total = 1, term = 1;
  for (double k = top; k > 0 && term > kNegligible * total; --k) total += term *= k / sum;
  term = 1;
  for (double k = top + 1; k < n && term > kNegligible * total; ++k) total += term *= sum / k;
  const double log_top = -sum + top * std::log(sum) - std::lgamma(top + 1);
  return std::min(0.0, (log_top + std::log(total)) * kLog10E);
}

double binomial_evidence(std::size_t trials, double hits, double rate) {
  const auto n = static_cast<double>(trials);
  if (hits <= n * rate) return 0;
  const double misses = n - hits;
  return hits * std::log(hits / (n * rate)) +
         (misses > 0 ? misses * std::log(misses / (n * (1 - rate))) : 0);
}

double gamma_evidence(std::size_t count, double sum) {
  const auto n = static_cast<double>(count);
  return sum <= n ? 0 : sum - n - (n > 0 ? n * std::log(sum / n) : 0);
}

LatticeLaw::LatticeLaw(std::int64_t lowest, std::vector<double> mass)
    : lowest_(lowest), mass_(std::move(mass)) {
  const Tilted plain = tilt(0);
  mean_ = static_cast<double>(lowest_) + plain.mean;
  variance_ = plain.variance;
}

double LatticeLaw::evidence(std::size_t count, double sum) const {
  const auto n = static_cast<double>(count);
  const double above = std::max(0.0, sum - n * mean_);
  return count == 0 ? 0 : above * above / (2 * n * variance_);
}

LatticeLaw::Tilted LatticeLaw::tilt(double theta) const {
  Tilted tilted;
  tilted.mass.resize(mass_.size());
  const auto top = static_cast<double>(mass_.size() - 1);
  double total = 0;
  for (std::size_t i = 0; i < mass_.size(); ++i)  // relative to the top, so that nothing overflows
    total += tilted.mass[i] = mass_[i] * std::exp(theta * (static_cast<double>(i) - top));
  for (double& mass : tilted.mass) mass /= total;
  tilted.log_norm = std::log(total) + theta * top;
  for (std::size_t i = 0; i < mass_.size(); ++i)
    tilted.mean += tilted.mass[i] * static_cast<double>(i);
  for (std::size_t i = 0; i < mass_.size(); ++i) {
    const double off = static_cast<double>(i) - tilted.mean;
    tilted.variance += tilted.mass[i] * off * off;
  }
  return tilted;
}

double LatticeLaw::solve(double mean) const {
  double low = 0, high = kSteepest;
  if (tilt(low).mean >= mean) return 0;
  for (int step = 0; step < 60; ++step) {
    const double middle = (low + high) / 2;
    (tilt(middle).mean < mean ? low : high) = middle;
  }
  return high;
}

double LatticeLaw::log10_tail(std::size_t count, std::int64_t sum) const {
  const auto n = static_cast<double>(count);
  const double above = static_cast<double>(sum) - n * static_cast<double>(lowest_);
  if (above <= 0) return 0;
  if (above > n * static_cast<double>(mass_.size() - 1)) return kNever;
  const double theta = solve(above / n);
  const Tilted tilted = tilt(theta);
  if (n * tilted.mean - above > 10 * std::sqrt(n * tilted.variance)) return 0;  // 1 - 1e-20
  // A circle on which what is wrapped around is too improbable to be seen.
  const double spread = 24 * std::sqrt(n * tilted.variance) + 4 * static_cast<double>(mass_.size());
  std::vector<Complex> waves(std::bit_ceil(static_cast<std::size_t>(spread)));
  for (std::size_t i = 0; i < mass_.size(); ++i) waves[i % waves.size()] += tilted.mass[i];
  transform(waves);
  for (Complex& wave : waves) wave = std::polar(std::pow(std::abs(wave), n), std::arg(wave) * n);
  const double at = std::fmod(above, static_cast<double>(waves.size()));
  const double tail = std::max(tail_on_circle(waves, at, theta), 1e-300);
  return std::min(0.0, (n * tilted.log_norm - theta * above + std::log(tail)) * kLog10E);
}

}  // namespace signmark::generation
