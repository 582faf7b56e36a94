// SPDX-License-Identifier: Apache-2.0
#include "image/mark/pose.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace signmark::image {

Pose similarity(double tile, double radians, bool mirrored) {
  const double c = std::cos(radians) / tile, s = std::sin(radians) / tile;
  return mirrored ? Pose{c, s, s, -c} : Pose{c, s, -s, c};
}

Spectrum::Place place_of(const Spectrum& spectrum, const Pose& p, const Carrier& k) {
  const double u = k.u / 2.0, v = k.v / 2.0;
  return spectrum.place(p.a * u + p.c * v, p.b * u + p.d * v);
}

namespace {

/// exp(-2 pi j (u x + v y)) of carriers: a product of two numbers from tables.
class Turns {
 public:
  Turns(double x, double y) : across_(powers(x)), down_(powers(y)) {}
  std::complex<float> operator()(const Carrier& k) const {
    const std::complex<float> a = across_[static_cast<std::size_t>(std::abs(k.u))];
    return (k.u < 0 ? std::conj(a) : a) * down_[static_cast<std::size_t>(k.v)];
  }
  /// What the spectrum's own origin does to the carriers of a pose.
  static Turns of_origin(const Spectrum& spectrum, const Pose& p) {
    const cv::Point2d at = spectrum.origin();
    return {p.a * at.x + p.b * at.y, p.c * at.x + p.d * at.y};
  }
  /// The same, and the pose's shift.
  static Turns of_shift(const Spectrum& spectrum, const Pose& p) {
    const cv::Point2d at = spectrum.origin();
    return {p.a * at.x + p.b * at.y + p.tx, p.c * at.x + p.d * at.y + p.ty};
  }

 private:
  // Coordinates are in half cycles; v is not negative.
  static constexpr std::size_t kReach = 2 * static_cast<std::size_t>(kBaseMax) + 1;
  using Powers = std::array<std::complex<float>, kReach>;

  static Powers powers(double x) {
    Powers all;
    const double angle = -std::numbers::pi * x, c = std::cos(angle), s = std::sin(angle);
    double re = 1, im = 0;
    for (auto& power : all) {
      power = {static_cast<float>(re), static_cast<float>(im)};
      const double next = re * c - im * s;
      im = re * s + im * c;
      re = next;
    }
    return all;
  }

  Powers across_, down_;
};

}  // namespace

std::vector<std::complex<float>> sample(const Spectrum& spectrum, const Pose& pose,
                                        std::span<const Carrier> carriers) {
  const Turns turns = Turns::of_origin(spectrum, pose);
  std::vector<std::complex<float>> values;
  values.reserve(carriers.size());
  for (const Carrier& k : carriers)
    values.push_back(spectrum.at(place_of(spectrum, pose, k)) * (turns(k) * k.turn));
  return values;
}

void turn_by_shift(const Pose& pose, std::span<const Carrier> carriers,
                   std::vector<std::complex<float>>& values) {
  const Turns turns(pose.tx, pose.ty);
  for (std::size_t i = 0; i < carriers.size(); ++i) values[i] *= turns(carriers[i]);
}

std::vector<std::complex<float>> origin_turns(const Spectrum& spectrum, const Pose& pose,
                                              std::span<const Carrier> carriers) {
  const Turns turns = Turns::of_origin(spectrum, pose);
  std::vector<std::complex<float>> all;
  all.reserve(carriers.size());
  for (const Carrier& k : carriers) all.push_back(turns(k));
  return all;
}

double coherent_sum(const Spectrum& spectrum, const Pose& pose, std::span<const Carrier> carriers,
                    std::span<const float> weights) {
  const Turns turns = Turns::of_shift(spectrum, pose);
  double sum = 0;
  for (std::size_t i = 0; i < carriers.size(); ++i) {
    const Carrier& k = carriers[i];
    const std::complex<float> turned =
        spectrum.at(place_of(spectrum, pose, k)) * (turns(k) * k.turn);
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
