// SPDX-License-Identifier: Apache-2.0
// Exact tails against closed forms and brute force.
#include "generation/tails.hpp"

#include <numbers>

#include "generation_support.hpp"

using namespace signmark::generation;

namespace {

/// log10 of the tail by convolving the law with itself, for sums that stay far from underflow.
double convolved_tail(const std::vector<double>& law, std::size_t count, std::size_t sum) {
  std::vector<double> mass = {1};
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<double> next(mass.size() + law.size() - 1);
    for (std::size_t a = 0; a < mass.size(); ++a)
      for (std::size_t b = 0; b < law.size(); ++b) next[a + b] += mass[a] * law[b];
    mass = std::move(next);
  }
  double tail = 0;
  for (std::size_t i = mass.size(); i-- > sum;) tail += mass[i];
  return std::log10(tail);
}

}  // namespace

TEST_CASE("binomial tails") {
  CHECK(log10_binomial_tail(10, 0, 0.5) == 0);
  CHECK(log10_binomial_tail(10, 10, 0.5) == Approx(10 * std::log10(0.5)));
  CHECK(std::pow(10, log10_binomial_tail(10, 8, 0.5)) == Approx(56.0 / 1024));
  CHECK(std::pow(10, log10_binomial_tail(10, 3, 0.5)) == Approx(968.0 / 1024));
  CHECK(std::pow(10, log10_binomial_tail(3, 1, 0.25)) == Approx(1 - 0.421875));
  CHECK(std::isinf(log10_binomial_tail(10, 11, 0.5)));
  // A thousand of a thousand at 1/4: far below the smallest double.
  CHECK(log10_binomial_tail(1000, 1000, 0.25) == Approx(1000 * std::log10(0.25)));
}

TEST_CASE("gamma tails") {
  CHECK(log10_gamma_tail(0, 5) == 0);
  CHECK(log10_gamma_tail(1, 5) == Approx(-5 * std::numbers::log10e));
  CHECK(log10_gamma_tail(2, 3) == Approx(std::log10(4 * std::exp(-3.0))));
  CHECK(std::pow(10, log10_gamma_tail(3, 0.5)) == Approx((1 + 0.5 + 0.125) * std::exp(-0.5)));
  // Erlang(64) far out: the leading term bounds it from below, and 1/(1 - n/s) times it from above.
  const double leading = (-2000 + 63 * std::log(2000.0) - std::lgamma(64)) * std::numbers::log10e;
  CHECK(log10_gamma_tail(64, 2000) > leading);
  CHECK(log10_gamma_tail(64, 2000) < leading - std::log10(1 - 64.0 / 2000));
}

TEST_CASE("lattice tails equal convolution") {
  const std::vector<double> law = {0.4, 0.1, 0, 0.25, 0.05, 0, 0, 0.2};
  const LatticeLaw lattice(0, law);
  for (const std::size_t count : {1U, 2U, 7U, 40U})
    for (std::size_t sum = 1; sum <= 7 * count; sum += std::max<std::size_t>(1, count / 3)) {
      const double expected = convolved_tail(law, count, sum);
      INFO(count << " scores, sum " << sum);
      CHECK(lattice.log10_tail(count, static_cast<std::int64_t>(sum)) ==
            Approx(expected).margin(1e-6));
    }
}

TEST_CASE("lattice tails of fair coins equal binomial ones at any depth") {
  const LatticeLaw coin(0, {0.5, 0.5});
  for (const std::size_t heads : {500U, 560U, 700U, 900U, 999U, 1000U})
    CHECK(coin.log10_tail(1000, static_cast<std::int64_t>(heads)) ==
          Approx(log10_binomial_tail(1000, heads, 0.5)).epsilon(1e-6));
  CHECK(coin.log10_tail(1000, 0) == 0);
  CHECK(coin.log10_tail(1000, 300) == Approx(0).margin(1e-12));
  CHECK(std::isinf(coin.log10_tail(1000, 1001)));
  const LatticeLaw shifted(-3, {0.5, 0.5});  // -3 or -2
  CHECK(shifted.mean() == -2.5);
  CHECK(shifted.log10_tail(1000, -3000 + 560) ==
        Approx(log10_binomial_tail(1000, 560, 0.5)).epsilon(1e-6));
}
