// SPDX-License-Identifier: Apache-2.0
#include "audio/levels.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace signmark::audio {
namespace {

constexpr int kClasses = 20, kMeanClass = 15, kSmoothSteps = 3;
constexpr int kExponentBits = 8, kMantissaBits = 23, kExponentBias = 127;  // of a float
// The more pilots a class has, the less it follows the mean of all: pilots of this many standard
// deviations, squared, count as much as the mean does.
constexpr double kPrior = 5;
constexpr double kNeighbours = 0.5;  // weight of the classes above and below
constexpr double kLeast = 0.05;
constexpr double kPilotShare = static_cast<double>(kPilotsPerBand) / kSlots;

Map power_of(const Map& logs) {
  Map power = logs;
  for (float& value : power.values) value = std::exp(value);
  return smoothed_in_time(power, kSmoothSteps);
}

/// Whole powers of two above the mean.
std::uint8_t class_of(float level) {
  static_assert(kExponentBits + kMantissaBits == 31);
  const int exponent = static_cast<int>(std::bit_cast<std::uint32_t>(level) >> kMantissaBits);
  return static_cast<std::uint8_t>(
      std::clamp(exponent - kExponentBias + kMeanClass, 0, kClasses - 1));
}

/// Sums by class of what the pilots say, and of all squares.
struct ClassSums {
  std::array<double, kClasses> along{}, square{};

  void add(const float* values, const std::uint8_t* classes, const Cell* cells) {
    for (int j = 0; j < kBands; ++j) {
      square[classes[j]] += static_cast<double>(values[j]) * values[j];
      if (cells[j].role == Role::pilot) along[classes[j]] += cells[j].sign * values[j];
    }
  }

  [[nodiscard]] std::array<float, kClasses> weights() const {
    double all_along = 0, all_square = 1e-9;
    for (int k = 0; k < kClasses; ++k) all_along += at(along, k), all_square += at(square, k);
    const double mean = std::max(all_along / kPilotShare / all_square, 1e-4);
    const double prior = kPrior / kPilotShare / (mean * mean);
    std::array<float, kClasses> weights{};
    for (int k = 0; k < kClasses; ++k) {
      const double said = near(along, k) / kPilotShare, energy = near(square, k);
      weights[static_cast<std::size_t>(k)] =
          static_cast<float>(std::max((said + prior * mean) / (energy + prior) / mean, kLeast));
    }
    return weights;
  }

 private:
  using Sums = std::array<double, kClasses>;
  static double at(const Sums& sums, int k) {
    return k >= 0 && k < kClasses ? sums[static_cast<std::size_t>(k)] : 0;
  }
  static double near(const Sums& sums, int k) {
    return at(sums, k) + kNeighbours * (at(sums, k - 1) + at(sums, k + 1));
  }
};

}  // namespace

Levels::Levels(const Map& logs) : power_(power_of(logs)), bin_hz_(logs.bin_hz) {}

std::vector<std::uint8_t> Levels::classes(double pitch) const {
  std::vector<float> level = power_.sums(pitch);
  // Down to the mean power of a bin, in units of the mean of all.
  std::array<float, kBands> scale{};
  double mean = 0;
  for (std::size_t j = 0; j < kBands; ++j)
    scale[j] = static_cast<float>(bin_hz_ / (band_edges()[j + 1] - band_edges()[j]) / pitch);
  for (std::size_t i = 0; i < level.size(); ++i) mean += level[i] *= scale[i % kBands];
  const auto unit = static_cast<float>(static_cast<double>(level.size()) / std::max(mean, 1e-20));
  std::vector<std::uint8_t> classes(level.size());
  for (std::size_t i = 0; i < level.size(); ++i)
    classes[i] = class_of(std::max(level[i], 0.0F) * unit);
  return classes;
}

Series weighed(Series series, std::span<const std::uint8_t> classes, const Layout& layout,
               const Place& place) {
  ClassSums sums;
  for (int i = 0; i < series.steps(); ++i) {
    const int slot = static_cast<int>(std::floor((i - place.start) / place.slot_steps()));
    if (slot < place.first * kSlots || slot >= place.last * kSlots) continue;
    const int within = (slot - place.first * kSlots) % kSlots;
    sums.add(series.row(i), &classes[static_cast<std::size_t>(i) * kBands],
             &layout.cells[cell_of(within, 0)]);
  }
  const auto weights = sums.weights();
  for (std::size_t i = 0; i < series.values.size(); ++i) series.values[i] *= weights[classes[i]];
  return series;
}

}  // namespace signmark::audio
