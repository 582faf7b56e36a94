// SPDX-License-Identifier: Apache-2.0
// Transforms of eight signals at a time against the sums that define them.
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>

#include "signal/bundle.hpp"

using namespace signmark::signal;

namespace {

/// Signals that differ in every lane.
std::vector<Bundle> signals(std::size_t length) {
  std::vector<Bundle> all(length);
  for (std::size_t i = 0; i < length; ++i)
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      all[i].re[lane] = static_cast<float>(i * i % 7 * (lane + 1)) - 5;
      all[i].im[lane] = static_cast<float>((3 * i + lane) % 11) - 4;
    }
  return all;
}

std::complex<double> at(const std::vector<Bundle>& all, std::size_t i, std::size_t lane) {
  return {all[i].re[lane], all[i].im[lane]};
}

std::complex<double> transformed(const std::vector<Bundle>& all, std::size_t k, std::size_t lane) {
  std::complex<double> sum;
  for (std::size_t i = 0; i < all.size(); ++i)
    sum += at(all, i, lane) * std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(i * k) /
                                                  static_cast<double>(all.size()));
  return sum;
}

}  // namespace

TEST_CASE("bundles are transformed as one signal is", "[bundle]") {
  for (const int length : {1, 2, 3, 4, 5, 8, 30, 60, 64, 90, 125}) {
    INFO("length " << length);
    const auto before = signals(static_cast<std::size_t>(length));
    auto after = before;
    BundleFourier(length).forward(after);
    double worst = 0;
    for (std::size_t k = 0; k < after.size(); ++k)
      for (std::size_t lane = 0; lane < kLanes; ++lane)
        worst = std::max(worst, std::abs(at(after, k, lane) - transformed(before, k, lane)));
    CHECK(worst < 0.002 * length);
  }
}

TEST_CASE("products of bundles are summed lane by lane", "[bundle]") {
  const auto a = signals(6);
  auto b = signals(6);
  std::swap(b[1], b[4]);
  std::vector<Bundle> sum(6);
  add_products(a, b, sum);
  add_products(a, b, sum);
  const auto all = sum_of_lanes(sum);
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::complex<double> expected;
    for (std::size_t lane = 0; lane < kLanes; ++lane)
      expected += 2.0 * at(a, i, lane) * std::conj(at(b, i, lane));
    CHECK(std::abs(std::complex<double>(all[i]) - expected) < 0.01);
  }
}
