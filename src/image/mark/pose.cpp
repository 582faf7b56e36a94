// SPDX-License-Identifier: Apache-2.0
#include "image/mark/pose.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace signmark::image {
namespace {

constexpr double kTwoPi = 2 * std::numbers::pi;

/// Whole turns are taken off with all digits; what is left needs no more than a float's.
std::complex<float> unit(double radians) {
  const double turns = radians / kTwoPi;
  return std::polar(1.0F, static_cast<float>(kTwoPi * (turns - std::floor(turns))));
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
