// SPDX-License-Identifier: Apache-2.0
#include "audio/gains.hpp"

#include <algorithm>
#include <cmath>

namespace signmark::audio {
namespace {

constexpr double kMemorySeconds = 10, kSilenceDb = -60;
// Amplitudes of the mark follow the programme's to the power 1 - 2 * kFlatness: soft bands get
// relatively more, since they cost little signal-to-noise ratio for the same soft value.
constexpr float kFlatness = 0.65F;
constexpr double kSmoothing = 0.08;  // of power over frequency, part of the frequency to both sides
// A programme with pauses hides less between its words: up to so much less mark.
constexpr double kPausesDb = 3.8, kPausesFrom = 0.6, kPausesTo = 1.6;
constexpr double kMostCorrection = 6;

struct Preset {
  double snr_db, most_db;
};
Preset preset_of(image::RobustStrength strength) {
  switch (strength) {
    case image::RobustStrength::invisible:
      return {34.7, 1.5};
    case image::RobustStrength::strong:
      return {26.7, 3.5};
    case image::RobustStrength::normal:
      break;
  }
  return {30.3, 2.5};
}

}  // namespace

GainRule::GainRule(int rate, int length, image::RobustStrength strength)
    : keep_(std::exp(-length / 2.0 / rate / kMemorySeconds)) {
  const Preset preset = preset_of(strength);
  ratio_ = std::pow(10, -preset.snr_db / 10);
  most_ = static_cast<float>(std::pow(10, preset.most_db / 20) - 1);
  // Half a spectrum of a sound of rms r under a root-Hann window holds r^2 length^2 / 4.
  silence_ = std::pow(10, kSilenceDb / 10) * length * length / 4;
  const double bin = static_cast<double>(rate) / length;
  const auto& edges = band_edges();
  first_ = static_cast<std::size_t>(std::ceil(edges.front() / bin));
  int band = 0;
  for (std::size_t k = first_; k < static_cast<std::size_t>(length) / 2; ++k) {
    const double f = static_cast<double>(k) * bin;
    if (f >= edges.back()) break;
    while (f >= edges[static_cast<std::size_t>(band) + 1]) ++band;
    band_.push_back(band);
  }
  smooth_.resize(band_.size());
  unit_.resize(band_.size());
  sums_.resize(static_cast<std::size_t>(length) / 2 + 2);
}

void GainRule::smooth(std::span<const float> power) {
  for (std::size_t k = 0; k < power.size(); ++k) sums_[k + 1] = sums_[k] + power[k];
  for (std::size_t i = 0; i < smooth_.size(); ++i) {
    const std::size_t bin = first_ + i;
    const auto half = std::max<std::size_t>(2, static_cast<std::size_t>(kSmoothing * bin));
    const std::size_t from = bin - std::min(bin, half), to = std::min(power.size(), bin + half + 1);
    smooth_[i] = static_cast<float>((sums_[to] - sums_[from]) / static_cast<double>(to - from));
  }
}

double GainRule::wanted_ratio() const {
  // How far the mean of the levels lies below the level of the mean, in nats.
  const double pauses =
      std::log(recent_.energy / recent_.weight) - recent_.log_energy / recent_.weight;
  const double part = std::clamp((pauses - kPausesFrom) / (kPausesTo - kPausesFrom), 0.0, 1.0);
  return ratio_ * std::pow(10, -kPausesDb / 10 * part);
}

void GainRule::follow(double energy, std::span<const float> power) {
  for (double* sum : {&recent_.weight, &recent_.energy, &recent_.log_energy, &recent_.in_band,
                      &recent_.unit, &recent_.laid})
    *sum *= keep_;
  recent_.weight += 1;
  recent_.energy += energy;
  recent_.log_energy += std::log(std::max(energy, silence_));
  double in_band = 0, unit = 0;
  for (const float p : smooth_) in_band += p;
  recent_.in_band += in_band / static_cast<double>(smooth_.size());
  const auto reference = static_cast<float>(recent_.in_band / recent_.weight) + 1e-20F;
  for (std::size_t i = 0; i < smooth_.size(); ++i) {
    unit_[i] = std::pow(smooth_[i] / reference + 1e-12F, -kFlatness);
    unit += static_cast<double>(unit_[i]) * unit_[i] * power[first_ + i];
  }
  recent_.unit += unit;
}

bool GainRule::frame(std::span<const float> power, std::span<const float> cells,
                     std::span<float> gains) {
  double energy = 0;
  for (const float p : power) energy += p;
  if (energy < silence_ || smooth_.empty()) return false;
  smooth(power);
  follow(energy, power);
  const double budget = wanted_ratio() * recent_.energy;
  const auto step =
      static_cast<float>(std::sqrt(budget / std::max(recent_.unit, 1e-20)) * correction_);
  std::fill(gains.begin(), gains.end(), 0.0F);
  double laid = 0;
  for (std::size_t i = 0; i < smooth_.size(); ++i) {
    const float most = std::min(step * unit_[i], most_);
    const float wanted = cells[static_cast<std::size_t>(band_[i])] * most;
    // Up and down by the same factor.
    gains[first_ + i] = wanted >= 0 ? wanted : wanted / (1 - wanted);
    laid += static_cast<double>(gains[first_ + i]) * gains[first_ + i] * power[first_ + i];
  }
  recent_.laid += laid;
  // What the cap keeps back is given to the rest, slowly.
  const double missing = std::sqrt(budget / std::max(recent_.laid, 1e-20));
  correction_ =
      std::clamp(correction_ * std::pow(std::clamp(missing, 0.5, 2.0), 0.05), 1.0, kMostCorrection);
  return true;
}

}  // namespace signmark::audio
