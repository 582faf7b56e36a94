// SPDX-License-Identifier: Apache-2.0
// Detection statistics: the formula, the bound of image-mark.md section 9, intervals.
#include "signal/statistics.hpp"

#include <cmath>
#include <numbers>
#include <vector>

#include "signal/streams.hpp"
#include "support/test_support.hpp"

using namespace signmark;
using signal::matched_statistic;
using Values = std::vector<std::complex<float>>;

TEST_CASE("the matched statistic is the weighted projection over half the energy") {
  const Values values{{3, 4}, {-1, 0}, {0, 2}};
  const std::vector<float> weights{1, 2, 0.5F};
  CHECK(matched_statistic(values, weights) == Approx((3 - 2) / std::sqrt(0.5 * (25 + 4 + 1))));
  CHECK(matched_statistic(Values(3), weights) == 0);
  CHECK(matched_statistic({}, {}) == 0);
  CHECK(matched_statistic(values, std::vector<float>(3)) == 0);
}

TEST_CASE("the matched statistic ignores gain and reaches sqrt(2n) at most") {
  Values values{{3, 4}, {-1, 0}, {0, 2}};
  const std::vector<float> weights{1, 2, 0.5F};
  const double z = matched_statistic(values, weights);
  for (auto& value : values) value *= 1e-3F;
  CHECK(matched_statistic(values, weights) == Approx(z));
  CHECK(matched_statistic(Values(512, {2.5F, 0}), std::vector<float>(512, 3)) ==
        Approx(std::sqrt(2.0 * 512)));
}

TEST_CASE("tails over uniform phases stay below exp(-z^2/2)") {
  constexpr int kTrials = 100'000;
  signal::KeyStream stream(std::array<Byte, 32>{}, "tails");
  // Magnitudes and weights as uneven as a picture's lines make them, and even ones.
  for (const bool uneven : {false, true}) {
    std::vector<float> magnitude(24), weight(24);
    for (std::size_t k = 0; k < weight.size(); ++k) {
      magnitude[k] = uneven ? 20.0F / static_cast<float>(1 + k * k) : 1;
      weight[k] = uneven ? 1 + static_cast<float>(k % 5) : 1;
    }
    int above[5] = {};
    Values values(weight.size());
    for (int trial = 0; trial < kTrials; ++trial) {
      for (std::size_t k = 0; k < values.size(); ++k) {
        const auto phase = static_cast<float>(2 * std::numbers::pi * stream.unit());
        values[k] = std::polar(magnitude[k], phase);
      }
      const double z = matched_statistic(values, weight);
      for (int gate = 1; gate < 5; ++gate) above[gate] += z >= gate ? 1 : 0;
    }
    INFO("uneven " << uneven);
    for (int gate = 1; gate < 5; ++gate)
      CHECK(above[gate] <= kTrials * std::exp(-gate * gate / 2.0));
    CHECK(above[1] > kTrials / 8);  // the bound is not met by a statistic that is always small
    CHECK(above[1] < kTrials / 4);
  }
}

TEST_CASE("false accepts follow the table of section 9.1") {
  // Its gates are rounded up: each suffices, and one step less does not.
  const auto check = [](double gate, double step, int exponent, std::uint64_t maps, int bits) {
    CHECK(signal::false_accept_log10(gate, maps, bits) <= exponent);
    CHECK(signal::false_accept_log10(gate - step, maps, bits) > exponent);
  };
  check(13.53, 0.01, -9, 64, 96);
  check(14.03, 0.01, -12, 64, 96);
  check(14.23, 0.01, -12, 1024, 96);
  check(14.70, 0.01, -15, 1024, 96);
  check(32.4, 0.1, -12, 1024, 704);
  check(33.1, 0.1, -12, 1024, 736);
  CHECK(signal::false_accept_log10(signal::kIdGate, 1024, 96) < -12);
  CHECK(signal::false_accept_log10(signal::kSignedGate, 1024, 704) < -12);
  CHECK(signal::false_accept_log10(3, 10, 0) == Approx(1 - 4.5 * std::log10(std::exp(1.0))));
}

TEST_CASE("a false accept is never likelier than certain") {
  CHECK(signal::false_accept_log10(5, 64, 96) == 0);
  CHECK(signal::false_accept_log10(-20, 1, 0) == 0);
  CHECK(signal::false_accept_log10(0, 0, 0) == 0);
}

TEST_CASE("Wilson intervals") {
  const auto check = [](std::uint64_t hits, std::uint64_t trials, double low, double high) {
    const auto interval = signal::wilson(hits, trials);
    CHECK(interval.low == Approx(low).margin(5e-5));
    CHECK(interval.high == Approx(high).margin(5e-5));
  };
  check(0, 0, 0, 1);
  check(0, 10, 0, 0.2775);
  check(10, 10, 0.7225, 1);
  check(50, 100, 0.4038, 0.5962);
  check(6, 6, 0.6097, 1);  // "at least 60 %" of image-mark.md
}
