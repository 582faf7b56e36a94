// SPDX-License-Identifier: Apache-2.0
// Eight complex signals of one length that are transformed and multiplied together, number beside
// number: a transform of one signal leaves most of a processor's lanes idle.
#pragma once

#include <complex>
#include <cstddef>
#include <span>
#include <vector>

namespace signmark::signal {

using Complex = std::complex<float>;
inline constexpr std::size_t kLanes = 8;

/// The same sample of each signal.
struct Bundle {
  alignas(4 * kLanes) float re[kLanes];
  float im[kLanes];
};
static_assert(sizeof(Bundle) == 8 * kLanes);

/// Fourier transforms of one length, planned once. Not thread-safe.
class BundleFourier {
 public:
  /// `length`: a product of 2, 3 and 5, as cv::getOptimalDFTSize gives.
  explicit BundleFourier(int length);
  /// In place.
  void forward(std::span<Bundle> data);

 private:
  struct Pass {
    int radix;
    std::size_t count, stride;  // numbers a transform has left, transforms that stand beside it
  };
  std::vector<Pass> passes_;
  std::vector<Complex> roots_;
  std::vector<Bundle> other_;
};

/// Adds a times the conjugate of b, lane by lane.
void add_products(std::span<const Bundle> a, std::span<const Bundle> b, std::span<Bundle> sum);

/// The sum of all lanes.
std::vector<Complex> sum_of_lanes(std::span<const Bundle> data);

}  // namespace signmark::signal
