// SPDX-License-Identifier: Apache-2.0
#include "image/mark/pose.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "image/mark/vector.hpp"

namespace signmark::image {
namespace {

constexpr double kTwoPi = 2 * std::numbers::pi;
constexpr int kGrid =
    kShiftGrid;  // pilots reach 22: over-sampled twice a side (image-mark.md 8.2 C)

std::complex<float> unit(double radians) {
  return {static_cast<float>(std::cos(radians)), static_cast<float>(std::sin(radians))};
}

std::complex<float> value_at(const Spectrum& spectrum, const Pose& p, const Carrier& k) {
  const double u = k.u / 2.0, v = k.v / 2.0;
  return spectrum.at(p.a * u + p.c * v, p.b * u + p.d * v);
}

double shift_phase(const Pose& p, const Carrier& k) {
  return kTwoPi * (k.u / 2.0 * p.tx + k.v / 2.0 * p.ty);
}

}  // namespace

Pose similarity(double tile, double radians, bool mirrored) {
  const double c = std::cos(radians) / tile, s = std::sin(radians) / tile;
  return mirrored ? Pose{c, s, s, -c} : Pose{c, s, -s, c};
}

std::vector<std::complex<float>> sample(const Spectrum& spectrum, const Pose& pose,
                                        std::span<const Carrier> carriers) {
  std::vector<std::complex<float>> values;
  values.reserve(carriers.size());
  for (const Carrier& k : carriers) values.push_back(value_at(spectrum, pose, k) * unit(-k.phase));
  return values;
}

void turn_by_shift(const Pose& pose, std::span<const Carrier> carriers,
                   std::vector<std::complex<float>>& values) {
  for (std::size_t i = 0; i < carriers.size(); ++i)
    values[i] *= unit(-shift_phase(pose, carriers[i]));
}

double coherent_sum(const Spectrum& spectrum, const Pose& pose, std::span<const Carrier> carriers,
                    std::span<const float> weights) {
  double sum = 0;
  for (std::size_t i = 0; i < carriers.size(); ++i) {
    const Carrier& k = carriers[i];
    const std::complex<float> turned =
        value_at(spectrum, pose, k) * unit(-k.phase - shift_phase(pose, k));
    sum += weights[i] * turned.real();
  }
  return sum;
}

namespace {

/// Highest value of each channel of a row.
SIGNMARK_VECTOR void raise_to_row(const float* sums, float* highest) {
  for (int x = 0; x < 2 * kGrid; ++x) highest[x] = std::max(highest[x], sums[x]);
}

/// Highest value of one channel of the sums, and where. Rows first: vectors find maxima, not
/// places.
PilotPeak peak_of(const cv::Mat& sums, int channel) {
  const auto* s = sums.ptr<cv::Vec2f>();
  std::array<float, std::size_t{2} * kGrid> highest{};
  for (int row = 0; row < kGrid; ++row) raise_to_row(sums.ptr<float>(row), highest.data());
  int column = 0;
  const auto value = [&](int x) {
    const int at = 2 * x + channel;
    return highest[static_cast<std::size_t>(at)];
  };
  for (int x = 1; x < kGrid; ++x)
    if (value(x) > value(column)) column = x;
  int row = 0;
  while (row + 1 < kGrid && s[row * kGrid + column][channel] != value(column)) ++row;
  return {value(column), static_cast<double>(column) / kGrid, static_cast<double>(row) / kGrid};
}

}  // namespace

cv::Mat pilot_sums(const Spectrum& spectrum, const Pose& pose, std::span<const Carrier> pilots) {
  // The sum of Re(v exp(-2 pi j k t)) over a grid of t is the transform of v's Hermitian part,
  // which is real: the straight sums go into the real, the turned ones into the imaginary half of
  // one transform.
  cv::Mat grid = cv::Mat::zeros(kGrid, kGrid, CV_32FC2);
  const auto add = [&](int u, int v, std::complex<float> straight, std::complex<float> turned) {
    const std::complex<float> both = straight + std::complex<float>(0, 1) * turned;
    auto& cell = grid.at<cv::Vec2f>((v + kGrid) % kGrid, (u + kGrid) % kGrid);
    cell += cv::Vec2f(both.real(), both.imag()) * 0.5F;
  };
  double noise = 0;
  for (const Carrier& k : pilots) {
    const std::complex<float> x = value_at(spectrum, pose, k), phase = unit(-k.phase);
    if (x == std::complex<float>{}) continue;
    noise += 0.5;  // half of unit power lies along any phase
    const std::complex<float> straight = x * phase, turned = std::conj(x) * phase;
    add(k.u / 2, k.v / 2, straight, turned);
    add(-k.u / 2, -k.v / 2, std::conj(straight), std::conj(turned));
  }
  cv::Mat sums;
  cv::dft(grid, sums);
  sums *= 1 / std::sqrt(std::max(noise, 1.0));
  return sums;
}

PilotPeaks peaks_of(const cv::Mat& sums) { return {peak_of(sums, 0), peak_of(sums, 1)}; }

PilotPeaks find_pilots(const Spectrum& spectrum, const Pose& pose,
                       std::span<const Carrier> pilots) {
  return peaks_of(pilot_sums(spectrum, pose, pilots));
}

void climb(const Spectrum& spectrum, std::span<const Carrier> carriers,
           std::span<const float> weights, double reach, Pose& pose) {
  double radius = 0;
  for (const Carrier& k : carriers) radius += k.radius() * k.radius();
  radius = std::sqrt(radius / static_cast<double>(carriers.size()));
  climb([&](const Pose& p) { return coherent_sum(spectrum, p, carriers, weights); },
        spectrum.picture(), radius, reach, pose);
}

void climb(const std::function<double(const Pose&)>& score, cv::Size picture, double radius,
           double reach, Pose& pose) {
  const double width = picture.width, height = picture.height;
  double best = score(pose);
  // A step moves the outermost pixels by `step` cycles of a typical carrier.
  constexpr int kHalvings = 4;
  double step = 2 * reach;
  for (int halving = 0; halving < kHalvings; ++halving) {
    step /= 2;
    const double steps[6] = {2 * step / (radius * width),
                             2 * step / (radius * height),
                             2 * step / (radius * width),
                             2 * step / (radius * height),
                             step / radius,
                             step / radius};
    for (int round = 0; round < 4; ++round) {
      bool moved = false;
      for (int i = 0; i < 6; ++i)
        for (const double sign : {1.0, -1.0}) {
          Pose next = pose;
          double* const fields[6] = {&next.a, &next.b, &next.c, &next.d, &next.tx, &next.ty};
          *fields[i] += sign * steps[i];
          const double sum = score(next);
          if (sum <= best) continue;
          best = sum;
          pose = next;
          moved = true;
          break;
        }
      if (!moved) break;
    }
  }
}

}  // namespace signmark::image
