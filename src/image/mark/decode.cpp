// SPDX-License-Identifier: Apache-2.0
#include "image/mark/decode.hpp"

#include <algorithm>
#include <cmath>

#include "signal/statistics.hpp"

namespace signmark::image {
namespace {

using Values = CarrierValues::Values;

constexpr float kLoudest = 20;  // log-likelihood ratios are clipped
// Eb/N0 in dB, check bits counted, at which 99 of 100 frames decode (tests/bench/polar_bench).
constexpr double kIdNeeds = 0.5, kSignedNeeds = 0.4;

int ring_of(float radius, int rings) {
  const double part = (radius - kBaseMin) / (kBaseMax - kBaseMin);
  return std::clamp(static_cast<int>(part * rings), 0, rings - 1);
}

bool usable(const std::complex<float>& v) { return v != std::complex<float>{}; }

Values turned(const Spectrum& spectrum, const Pose& pose, std::span<const Carrier> carriers) {
  Values values = sample(spectrum, pose, carriers);
  turn_by_shift(pose, carriers, values);
  return values;
}

/// Log-likelihood ratios; positive means bit 0.
std::vector<float> soft_values(std::span<const Carrier> carriers, const Values& values,
                               const RadialModel& model, float class_gain, float reach) {
  std::vector<float> llr;
  for (std::size_t i = 0; i < carriers.size(); ++i) {
    const float r = carriers[i].radius();
    const float amplitude = model.gain(r) * class_gain * carriers[i].shape;
    const float value = 4 * amplitude * values[i].real() / model.noise(r);
    llr.push_back(usable(values[i]) && r <= reach ? std::clamp(value, -kLoudest, kLoudest) : 0);
  }
  return llr;
}

struct Agreement {
  double z = 0, margin_db = 0;
  int wrong = 0;
};

/// Section 9.1's statistic against a decoded word, the energy margin, and the bits that were wrong.
Agreement agree(std::span<const Carrier> carriers, const Values& values, const RadialModel& model,
                const signal::Bits& word, int bits, double needs_db, float reach) {
  Values signed_values = values;
  std::vector<float> weights;
  Agreement result;
  double along = 0, energy = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float r = carriers[i].radius();
    const float sign = word[i] != 0 ? -1.0F : 1.0F;
    signed_values[i] *= sign;
    weights.push_back(r <= reach ? model.gain(r) * carriers[i].shape / model.noise(r) : 0);
    if (!usable(values[i]) || r > reach) continue;
    if (signed_values[i].real() < 0) ++result.wrong;
    along += weights.back() * signed_values[i].real();
    energy += weights.back() * weights.back() * model.noise(r) / 2;
  }
  result.z = signal::matched_statistic(signed_values, weights);
  const double raw = energy > 0 ? along / std::sqrt(energy) : 0;
  result.margin_db = 10 * std::log10(std::max(raw * raw / (2 * bits), 1e-6)) - needs_db;
  return result;
}

std::array<RadialModel::Group, 2> known_groups(const CarrierSet& lattice, const Values& pilots,
                                               const Values& id, const ClassGains& gains) {
  return {RadialModel::Group{lattice.pilots, pilots, gains.pilots},
          RadialModel::Group{lattice.id, id, gains.id}};
}

Values without_bits(Values values, const signal::Bits& word) {
  for (std::size_t i = 0; i < values.size(); ++i)
    if (word[i] != 0) values[i] = -values[i];
  return values;
}

}  // namespace

RadialModel::RadialModel(std::span<const Group> active, const Group& idle) {
  std::array<double, kRings> quiet{}, count{}, loud{}, expected{};
  double all_quiet = 0, all_count = 0;
  for (std::size_t i = 0; i < idle.carriers.size(); ++i) {
    if (!usable(idle.values[i])) continue;
    const auto ring = static_cast<std::size_t>(ring_of(idle.carriers[i].radius(), kRings));
    quiet[ring] += std::norm(idle.values[i]);
    count[ring] += 1;
    all_quiet += std::norm(idle.values[i]);
    all_count += 1;
  }
  const double mean = all_count > 0 ? all_quiet / all_count : 1;
  constexpr double kShrink = 10;  // a ring of few points follows the mean of all
  for (std::size_t r = 0; r < kRings; ++r)
    noise_[r] =
        static_cast<float>(std::max((quiet[r] + kShrink * mean) / (count[r] + kShrink), 1e-3));
  // |Z|^2 - noise estimates (gain * class gain * shape)^2: least squares over a ring, shrunk to all
  // rings.
  double all_loud = 0, all_expected = 0;
  for (const Group& group : active)
    for (std::size_t i = 0; i < group.carriers.size(); ++i) {
      if (!usable(group.values[i])) continue;
      const auto ring = static_cast<std::size_t>(ring_of(group.carriers[i].radius(), kRings));
      const double power = std::pow(group.gain * group.carriers[i].shape, 2);
      loud[ring] += power * (std::norm(group.values[i]) - noise_[ring]);
      expected[ring] += power * power;
      all_loud += power * (std::norm(group.values[i]) - noise_[ring]);
      all_expected += power * power;
    }
  const double typical = all_expected > 0 ? all_loud / all_expected : 0;
  const double prior = all_expected / kRings;
  for (std::size_t r = 0; r < kRings; ++r) {
    const double square = (loud[r] + prior * typical) / std::max(expected[r] + prior, 1e-12);
    gain_[r] = static_cast<float>(std::sqrt(std::max(square, 1e-3 * std::max(typical, 1e-6))));
  }
}

void RadialModel::fit_coherent(std::span<const Group> known) {
  std::array<double, kRings> along{}, expected{};
  double all_along = 0, all_expected = 0;
  for (const Group& group : known)
    for (std::size_t i = 0; i < group.carriers.size(); ++i) {
      if (!usable(group.values[i])) continue;
      const auto ring = static_cast<std::size_t>(ring_of(group.carriers[i].radius(), kRings));
      const double amplitude = group.gain * group.carriers[i].shape;
      along[ring] += amplitude * group.values[i].real();
      expected[ring] += amplitude * amplitude;
      all_along += amplitude * group.values[i].real();
      all_expected += amplitude * amplitude;
    }
  if (all_expected <= 0) return;
  constexpr double kShrink = 0.15;  // a ring's own carriers say much more than the mean of all
  const double prior = kShrink * all_expected / kRings, typical = all_along / all_expected;
  for (std::size_t r = 0; r < kRings; ++r)
    gain_[r] = static_cast<float>((along[r] + prior * typical) / (expected[r] + prior));
}

float RadialModel::noise(float radius) const {
  return noise_[static_cast<std::size_t>(ring_of(radius, kRings))];
}

float RadialModel::gain(float radius) const {
  return gain_[static_cast<std::size_t>(ring_of(radius, kRings))];
}

CarrierValues base_values(const Spectrum& spectrum, const CarrierSet& lattice, const Pose& pose) {
  return {turned(spectrum, pose, lattice.pilots),
          turned(spectrum, pose, lattice.id),
          turned(spectrum, pose, lattice.id_idle),
          {},
          {}};
}

CarrierValues all_values(const Spectrum& spectrum, const CarrierSet& lattice, const Pose& pose) {
  CarrierValues values = base_values(spectrum, lattice, pose);
  values.signed_frame = turned(spectrum, pose, lattice.signed_frame);
  values.idle = turned(spectrum, pose, lattice.idle);
  return values;
}

KnownWave known_wave(const CarrierSet& lattice, const IdReading& id) {
  KnownWave wave;
  const ClassGains gains =
      class_gains(lattice, id.frame.with_signed ? Sharing::signature : Sharing::id_alone);
  wave.carriers = lattice.pilots;
  for (const Carrier& k : lattice.pilots) wave.weights.push_back(gains.pilots * k.shape);
  for (std::size_t i = 0; i < lattice.id.size(); ++i) {
    wave.carriers.push_back(lattice.id[i]);
    wave.weights.push_back(gains.id * lattice.id[i].shape * (id.coded[i] != 0 ? -1.0F : 1.0F));
  }
  return wave;
}

std::optional<IdReading> read_id(const CarrierValues& values, const CarrierSet& lattice,
                                 const signal::PolarCode& code, int list, float reach) {
  // Which shares were used is not known yet; only the ratio of pilots to id carriers depends on it.
  const ClassGains gains = class_gains(lattice, Sharing::id_alone);
  const auto groups = known_groups(lattice, values.pilots, values.id, gains);
  const RadialModel model(groups, {lattice.id_idle, values.id_idle, 0});
  const auto decoded = code.decode(
      soft_values(lattice.id, values.id, model, gains.id, reach), list,
      [&](const signal::Bits& bits) { return signal::check_fits(bits, lattice.check_key); });
  if (!decoded) return std::nullopt;
  const auto frame = signal::unpack_id(decoded->info);
  if (!frame) return std::nullopt;
  const Agreement agreement =
      agree(lattice.id, values.id, model, decoded->coded, signal::IdFrame::kBits, kIdNeeds, reach);
  if (agreement.z < signal::kIdGate) return std::nullopt;
  return IdReading{*frame, decoded->coded, agreement.z, agreement.margin_db, agreement.wrong};
}

std::optional<SignedReading> read_signed(const CarrierValues& values, const CarrierSet& lattice,
                                         const signal::PolarCode& code, const IdReading& id,
                                         int list, float reach) {
  const ClassGains gains = class_gains(lattice, Sharing::signature);
  RadialModel model({}, {lattice.idle, values.idle, 0});
  model.fit_coherent(
      known_groups(lattice, values.pilots, without_bits(values.id, id.coded), gains));
  // What the id frame says is known already: content id and three bytes of the hint.
  signal::SignedFrame known_frame;
  known_frame.content_id = id.frame.content_id;
  for (std::size_t i = 0; i < id.frame.issuer_hint.size(); ++i)
    known_frame.issuer_hint[i] = id.frame.issuer_hint[i];
  constexpr std::size_t kKnown = 64 + 24;
  signal::Bits known = signal::pack(known_frame, lattice.check_key);
  std::fill(known.begin() + kKnown, known.end(), 2);
  const auto decoded = code.decode(
      soft_values(lattice.signed_frame, values.signed_frame, model, gains.signed_frame, reach),
      list, [&](const signal::Bits& bits) { return signal::check_fits(bits, lattice.check_key); },
      known);
  if (!decoded) return std::nullopt;
  const auto frame = signal::unpack_signed(decoded->info);
  if (!frame) return std::nullopt;
  const Agreement agreement =
      agree(lattice.signed_frame, values.signed_frame, model, decoded->coded,
            signal::SignedFrame::kBits, kSignedNeeds, reach);
  if (agreement.z < signal::kSignedGate) return std::nullopt;
  return SignedReading{*frame, agreement.z, agreement.margin_db, agreement.wrong};
}

}  // namespace signmark::image
