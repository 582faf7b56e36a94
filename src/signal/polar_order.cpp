// SPDX-License-Identifier: Apache-2.0
// Reliabilities by polarisation weight: sum of beta^j over the set bits j of the place's number.
// Measured at lists of 8 and 32, with and without erasures: no Gaussian approximation (designs of
// -10 to -7 dB) and no other beta (1.16 to 1.22) has fewer frame errors at both of our lengths.
#include "signal/polar_order.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace signmark::signal {
namespace {

/// beta = 2^(1/4); only correctly rounded operations, so the same on every machine.
double polarisation_weight(int place) {
  const double beta = std::sqrt(std::sqrt(2.0));
  double weight = 0, power = 1;
  for (; place != 0; place >>= 1, power *= beta)
    if ((place & 1) != 0) weight += power;
  return weight;
}

}  // namespace

std::vector<int> reliable_places(int length, int count) {
  std::vector<int> places(static_cast<std::size_t>(length));
  std::iota(places.begin(), places.end(), 0);
  std::stable_sort(places.begin(), places.end(),
                   [](int a, int b) { return polarisation_weight(a) > polarisation_weight(b); });
  places.resize(static_cast<std::size_t>(count));
  std::reverse(places.begin(), places.end());
  return places;
}

}  // namespace signmark::signal
