// SPDX-License-Identifier: Apache-2.0
#include "audio/loudness.hpp"

#include <cmath>
#include <numbers>

namespace signmark::audio {
namespace {

constexpr double kOffset = -0.691;  // BS.1770-4 annex 1, equation (2)
constexpr std::size_t kTenths = 30;
// The two filters of BS.1770-4 annex 1 as analogue prototypes, so that they exist at every rate.
constexpr double kShelfHz = 1681.974450955533, kShelfDb = 3.999843853973347;
constexpr double kShelfQ = 0.7071752369554196, kShelfSlope = 0.4996667741545416;
constexpr double kPassHz = 38.13547087602444, kPassQ = 0.5003270373238773;

std::array<double, 5> shelf_at(int rate) {
  const double k = std::tan(std::numbers::pi * kShelfHz / rate);
  const double high = std::pow(10, kShelfDb / 20), band = std::pow(high, kShelfSlope);
  const double a0 = 1 + k / kShelfQ + k * k;
  return {(high + band * k / kShelfQ + k * k) / a0, 2 * (k * k - high) / a0,
          (high - band * k / kShelfQ + k * k) / a0, 2 * (k * k - 1) / a0,
          (1 - k / kShelfQ + k * k) / a0};
}

std::array<double, 5> pass_at(int rate) {
  const double k = std::tan(std::numbers::pi * kPassHz / rate);
  const double a0 = 1 + k / kPassQ + k * k;
  return {1, -2, 1, 2 * (k * k - 1) / a0, (1 - k / kPassQ + k * k) / a0};
}

}  // namespace

LoudnessMeter::LoudnessMeter(const Shape& shape)
    : shape_(shape),
      shelf_{shelf_at(shape.rate)},
      pass_{pass_at(shape.rate)},
      states_(static_cast<std::size_t>(shape.channels)),
      tenth_(static_cast<std::size_t>(shape.rate) / 10) {}

double LoudnessMeter::run(const Biquad& filter, State& s, double x) {
  const auto& k = filter.k;
  const double y = k[0] * x + k[1] * s.x1 + k[2] * s.x2 - k[3] * s.y1 - k[4] * s.y2;
  s.x2 = s.x1, s.x1 = x;
  s.y2 = s.y1, s.y1 = y;
  return y;
}

void LoudnessMeter::push(const Block& block) {
  for (std::size_t i = 0; i < block.samples; ++i) {
    for (std::size_t c = 0; c < states_.size(); ++c) {
      if ((shape_.untouched >> c & 1U) != 0) continue;
      const double y = run(pass_, states_[c][1], run(shelf_, states_[c][0], block.channels[c][i]));
      sum_ += y * y;
    }
    if (++in_tenth_ < tenth_) continue;
    tenths_.push_back(sum_ / static_cast<double>(tenth_));
    if (tenths_.size() > kTenths) tenths_.pop_front();
    sum_ = 0;
    in_tenth_ = 0;
  }
}

double LoudnessMeter::short_term() const {
  double energy = 0;
  for (const double e : tenths_) energy += e;
  if (!tenths_.empty()) energy /= static_cast<double>(tenths_.size());
  return kOffset + 10 * std::log10(energy + 1e-12);
}

double rms_at(double lufs) { return std::pow(10, (lufs - kOffset) / 20); }

}  // namespace signmark::audio
