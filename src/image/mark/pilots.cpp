// SPDX-License-Identifier: Apache-2.0
#include "image/mark/pilots.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/vector.hpp"

namespace signmark::image {
namespace {

constexpr std::size_t kGrid = kShiftGrid;
constexpr std::size_t kRow = kShiftMapRow;
constexpr std::size_t kReach = static_cast<std::size_t>(kPilotMax) + 1;  // rows of pilots
constexpr std::size_t kQuarter = kGrid / 4;
static_assert(kGrid % 4 == 0 && kReach <= kGrid / 2);

/// Eight numbers that are worked on together, wherever they lie in memory.
constexpr std::size_t kLanes = 8;
using Lanes = float __attribute__((vector_size(4 * kLanes), aligned(4), may_alias));
static_assert(kRow % (2 * kLanes) == 0);

/// cos and sin of 2 pi f x / kGrid, each twice in a row: for straight and turned sums.
struct Waves {
  float cosine[kReach][kRow], sine[kReach][kRow];
  float cosines[kQuarter + 1][kReach], sines[kQuarter + 1][kReach];  // by x, of the first quarter
  Waves() {
    const auto angle = [](std::size_t f, std::size_t x) {
      return 2 * std::numbers::pi * static_cast<double>(f * x % kGrid) / kGrid;
    };
    for (std::size_t f = 0; f < kReach; ++f) {
      for (std::size_t i = 0; i < kRow; ++i) {
        cosine[f][i] = static_cast<float>(std::cos(angle(f, i / 2)));
        sine[f][i] = static_cast<float>(std::sin(angle(f, i / 2)));
      }
      for (std::size_t x = 0; x <= kQuarter; ++x) {
        cosines[x][f] = static_cast<float>(std::cos(angle(f, x)));
        sines[x][f] = static_cast<float>(std::sin(angle(f, x)));
      }
    }
  }
};

const Waves& waves() {
  static const Waves made;
  return made;
}

/// What the pilots of each v add up to along x.
struct Lines {
  float re[kReach][kRow], im[kReach][kRow];
};

/// One pilot's wave under both half turns. `sine` comes with the sign of u.
SIGNMARK_VECTOR void add_pilot(const float* cosine, const float* sine, float sign,
                               const std::complex<float>* pair, float* re, float* im) {
  const float a = pair[0].real(), b = pair[0].imag(), c = pair[1].real(), d = pair[1].imag();
  const Lanes real = {a, c, a, c, a, c, a, c}, imaginary = {b, d, b, d, b, d, b, d};
  const Lanes real_sine = real * sign, imaginary_sine = imaginary * sign;
  for (std::size_t i = 0; i < kRow; i += kLanes) {
    const Lanes cos = *reinterpret_cast<const Lanes*>(cosine + i);
    const Lanes sin = *reinterpret_cast<const Lanes*>(sine + i);
    *reinterpret_cast<Lanes*>(re + i) += real * cos + imaginary_sine * sin;
    *reinterpret_cast<Lanes*>(im + i) += imaginary * cos - real_sine * sin;
  }
}

/// Sixteen columns of the rows y, kGrid / 2 +- y and kGrid - y, which share their sums over even
/// and odd v up to signs.
struct FourRows {
  float *near, *before_half, *behind_half, *far;
};

SIGNMARK_VECTOR void add_lines(const Lines& lines, const float* cosines, const float* sines,
                               const FourRows& rows) {
  for (std::size_t i = 0; i < kRow; i += 2 * kLanes) {
    Lanes even[2][2] = {}, odd[2][2] = {};  // by cosine or sine, by half
    for (std::size_t v = 0; v < kReach; ++v) {
      auto& sums = v % 2 == 0 ? even : odd;
      for (std::size_t half = 0; half < 2; ++half) {
        const std::size_t at = i + half * kLanes;
        sums[0][half] += cosines[v] * *reinterpret_cast<const Lanes*>(&lines.re[v][at]);
        sums[1][half] += sines[v] * *reinterpret_cast<const Lanes*>(&lines.im[v][at]);
      }
    }
    for (std::size_t half = 0; half < 2; ++half) {
      const std::size_t at = i + half * kLanes;
      const Lanes both = even[0][half] + odd[0][half], apart = even[0][half] - odd[0][half];
      const Lanes sine = even[1][half] + odd[1][half], sine_apart = even[1][half] - odd[1][half];
      *reinterpret_cast<Lanes*>(rows.near + at) = both + sine;
      *reinterpret_cast<Lanes*>(rows.far + at) = both - sine;
      *reinterpret_cast<Lanes*>(rows.before_half + at) = apart - sine_apart;
      *reinterpret_cast<Lanes*>(rows.behind_half + at) = apart + sine_apart;
    }
  }
}

}  // namespace

PilotSums::PilotSums(std::span<const Carrier> pilots) : pilots_(pilots.begin(), pilots.end()) {}

PilotSums::Places PilotSums::places(const Spectrum& spectrum, const Pose& pose) const {
  Places places;
  places.picture_ = spectrum.picture();
  places.places_.reserve(pilots_.size());
  for (const Carrier& k : pilots_) places.places_.push_back(place_of(spectrum, pose, k));
  places.turns_ = origin_turns(spectrum, pose, pilots_);
  return places;
}

PilotSums::Values PilotSums::read(const Spectrum& spectrum, const Places& places) const {
  Values values;
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = places.value(spectrum, i);
  return values;
}

/// The sum of Re(x exp(-2 pi j k t)) over a grid of t, by rows of v. Only rows up to kReach carry
/// anything, and all output is real: a sixth of what a Fourier transform of the grid would do.
void PilotSums::sum(const Values& values, ShiftMap& out) const {
  const Waves& table = waves();
  const auto inside = std::ranges::count_if(
      values, [](const std::complex<float>& value) { return value != std::complex<float>{}; });
  // Half of unit power lies along any phase.
  const float unit = 1 / std::sqrt(std::max(0.5F * static_cast<float>(inside), 1.0F));
  Lines lines{};
  for (std::size_t i = 0; i < pilots_.size(); ++i) {
    const Carrier& k = pilots_[i];
    const std::complex<float> value = values[i], turn = unit * k.turn;
    const std::complex<float> pair[2] = {value * turn, std::conj(value) * turn};
    const auto u = static_cast<std::size_t>(std::abs(k.u) / 2);
    const auto v = static_cast<std::size_t>(k.v / 2);
    add_pilot(table.cosine[u], table.sine[u], k.u < 0 ? -1.0F : 1.0F, pair, lines.re[v],
              lines.im[v]);
  }
  out.resize(kGrid * kRow);
  const auto row = [&](std::size_t y) { return out.data() + y % kGrid * kRow; };
  for (std::size_t y = 0; y <= kQuarter; ++y)
    add_lines(lines, table.cosines[y], table.sines[y],
              {row(y), row(kGrid / 2 - y), row(kGrid / 2 + y), row(kGrid - y)});
}

namespace {

/// Highest value of each channel of a row.
SIGNMARK_VECTOR void raise_to_row(const float* sums, float* highest) {
  for (std::size_t x = 0; x < kRow; ++x) highest[x] = std::max(highest[x], sums[x]);
}

}  // namespace

PilotPeaks peaks_of(const ShiftMap& sums) {
  float highest[kRow] = {};
  for (std::size_t row = 0; row < kGrid; ++row) raise_to_row(&sums[row * kRow], highest);
  return {peak_of(sums, highest, 0), peak_of(sums, highest, 1)};
}

PilotPeaks find_pilots(const Spectrum& spectrum, const Pose& pose, const PilotSums& pilots) {
  ShiftMap sums;
  pilots.sum(pilots.read(spectrum, pilots.places(spectrum, pose)), sums);
  return peaks_of(sums);
}

}  // namespace signmark::image
