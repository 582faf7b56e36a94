// SPDX-License-Identifier: Apache-2.0
// White Gaussian noise and erasures on BPSK, the same on every machine.
#pragma once

#include <cmath>
#include <numbers>
#include <vector>

#include "signal/frames.hpp"
#include "signal/streams.hpp"

namespace signmark::test {

class AwgnChannel {
 public:
  explicit AwgnChannel(std::string_view seed) : stream_(std::array<Byte, 32>{}, seed) {}

  signal::Bits random_bits(int count) {
    signal::Bits bits(static_cast<std::size_t>(count));
    for (auto& bit : bits) bit = static_cast<std::uint8_t>(stream_.next() & 1);
    return bits;
  }

  double normal() {
    const double radius = std::sqrt(-2 * std::log(1 - stream_.unit()));
    return radius * std::cos(2 * std::numbers::pi * stream_.unit());
  }

  /// Log-likelihood ratios of a sent word. Eb/N0 in dB is per info bit, the check not counted; the
  /// symbols that are not erased share the whole energy.
  std::vector<float> receive(const signal::Bits& coded, int info_bits, double ebn0_db,
                             double erased = 0) {
    const double sent = static_cast<double>(coded.size()) * (1 - erased);
    const double symbol = std::pow(10, ebn0_db / 10) * info_bits / sent;  // Es/N0
    std::vector<float> llr;
    for (const std::uint8_t bit : coded) {
      const double value = (bit != 0 ? -1 : 1) + normal() / std::sqrt(2 * symbol);
      const bool lost = stream_.unit() < erased;
      llr.push_back(lost ? 0.0F : static_cast<float>(4 * symbol * value));
    }
    return llr;
  }

 private:
  signal::KeyStream stream_;
};

}  // namespace signmark::test
