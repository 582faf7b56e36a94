// SPDX-License-Identifier: Apache-2.0
#include "audio/sync.hpp"

#include <algorithm>
#include <cmath>

namespace signmark::audio {
namespace {

using signal::Bundle;
using signal::kLanes;

constexpr double kStepsAPlace = 2;
constexpr double kSlowest = 0.78;
constexpr double kLeastCover = 0.3;  // of a super-frame, to count at all

int span_of(double tempo) {
  return static_cast<int>(std::ceil(kSuperFrameSeconds / kStepSeconds / kStepsAPlace / tempo)) + 1;
}

static_assert(kBands % (2 * kLanes) == 0);

/// Every bundle of a series or pattern.
void transform(std::span<Bundle> values, int length) {
  signal::BundleFourier fourier(length);
  const auto size = static_cast<std::size_t>(length);
  for (std::size_t b = 0; b < kBundles; ++b) fourier.forward(values.subspan(b * size, size));
}

/// One pilot of a band, by place. Even bands are real parts, odd ones imaginary.
void add_pilot(std::span<Bundle> bundle, std::size_t band, double from, double to, float value) {
  const int first = static_cast<int>(std::floor(from)), last = static_cast<int>(std::floor(to));
  const std::size_t lane = band / 2 % kLanes;
  for (int i = first; i <= last; ++i) {
    const double part = std::min(to, i + 1.0) - std::max(from, static_cast<double>(i));
    if (part <= 0) continue;
    Bundle& at = bundle[static_cast<std::size_t>(i)];
    (band % 2 == 0 ? at.re : at.im)[lane] += value * static_cast<float>(part);
  }
}

/// Share of super-frame number `frame` that lies within the series.
double cover_of(double start, double length, int frame, int places) {
  const double from = start + frame * length;
  return std::max(0.0, std::min<double>(from + length, places) - std::max(from, 0.0)) / length;
}

/// The successive super-frames with the highest joint score.
Place best_run(std::span<const double> sums, std::span<const double> covers, int first,
               double rms) {
  Place best;
  for (std::size_t a = 0; a < sums.size(); ++a) {
    double sum = 0, cover = 0;
    for (std::size_t b = a; b < sums.size(); ++b) {
      sum += sums[b];
      cover += covers[b];
      const double z = cover < kLeastCover ? 0 : sum / rms / std::sqrt(cover);
      if (z <= best.z) continue;
      best.z = z;
      best.first = first + static_cast<int>(a);
      best.last = first + static_cast<int>(b) + 1;
    }
  }
  return best;
}

void keep_best(std::vector<Place>& best, const Place& place, std::size_t most) {
  constexpr double kSame = 3;  // steps
  for (Place& known : best)
    if (std::abs(known.start - place.start) <= kSame) {
      if (place.z > known.z) known = place;
      return;
    }
  if (best.size() == most && best.back().z >= place.z) return;
  if (best.size() == most) best.pop_back();
  best.push_back(place);
  std::sort(best.begin(), best.end(), [](const Place& a, const Place& b) { return a.z > b.z; });
}

}  // namespace

SeriesSpectrum::SeriesSpectrum(const Series& series)
    : places_((series.steps() + 1) / 2),
      length_(Fourier::quick_length(places_ + span_of(kSlowest) + 1)) {
  const auto size = static_cast<std::size_t>(length_);
  values_.resize(size * kBundles);
  for (int i = 0; i < series.steps(); ++i)
    for (std::size_t b = 0; b < kBundles; ++b) {
      const float* row = series.row(i) + 2 * kLanes * b;
      Bundle& at = values_[b * size + static_cast<std::size_t>(i / 2)];
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        at.re[lane] += row[2 * lane];
        at.im[lane] += row[2 * lane + 1];
      }
    }
  transform(values_, length_);
}

PilotSearch::PilotSearch(const Layout& layout) {
  for (std::uint16_t slot = 0; slot < kSlots; ++slot)
    for (std::uint16_t band = 0; band < kBands; ++band) {
      const Cell& cell = layout.cells[cell_of(slot, band)];
      if (cell.role == Role::pilot) pilots_.push_back({slot, band, static_cast<float>(cell.sign)});
    }
}

PilotSearch::Pattern PilotSearch::pattern(double tempo, int length) const {
  Pattern pattern;
  pattern.tempo_ = tempo;
  pattern.span_ = span_of(tempo);
  const auto size = static_cast<std::size_t>(length);
  pattern.values_.resize(size * kBundles);
  const double slot = kSlotSeconds / kStepSeconds / kStepsAPlace / tempo;
  for (const Pilot& p : pilots_)
    add_pilot(std::span(pattern.values_).subspan(p.band / (2 * kLanes) * size, size), p.band,
              p.slot * slot, (p.slot + 1) * slot, p.sign);
  transform(pattern.values_, length);
  return pattern;
}

namespace {

/// Over all lags, negative ones at the end.
std::vector<float> correlation(const SeriesSpectrum& series, std::span<const Bundle> pattern) {
  const auto length = static_cast<std::size_t>(series.length());
  std::vector<Bundle> products(length);
  for (std::size_t b = 0; b < kBundles; ++b)
    signal::add_products(series.values().subspan(b * length, length),
                         pattern.subspan(b * length, length), products);
  std::vector<Complex> product = signal::sum_of_lanes(products);
  Fourier(series.length()).inverse(product);
  std::vector<float> result(length);
  for (std::size_t k = 0; k < length; ++k) result[k] = product[k].real();
  return result;
}

}  // namespace

std::vector<Place> PilotSearch::find(const SeriesSpectrum& series, const Pattern& pattern,
                                     double pitch, std::size_t most) const {
  const double tempo = pattern.tempo_;
  const int span = pattern.span_, places = series.places(), length = series.length();
  const auto all = correlation(series, pattern.values_);
  const auto at = [&](int lag) {
    return all[static_cast<std::size_t>(lag < 0 ? lag + length : lag)];
  };
  const double frame = kSuperFrameSeconds / kStepSeconds / kStepsAPlace / tempo;
  double square = 0, weight = 0;
  for (int lag = -span + 1; lag < places; ++lag) {
    square += static_cast<double>(at(lag)) * at(lag);
    weight += cover_of(lag, frame, 0, places);
  }
  const double rms = std::sqrt(square / std::max(weight, 1e-9)) + 1e-20;
  std::vector<Place> best;
  std::vector<double> sums, covers;
  for (int offset = 0; offset < frame; ++offset) {
    sums.clear(), covers.clear();
    for (int n = -1; offset + n * frame < places; ++n) {
      const int lag = static_cast<int>(std::lround(offset + n * frame));
      const bool inside = lag > -span && lag < places;
      sums.push_back(inside ? at(lag) : 0);
      covers.push_back(inside ? cover_of(offset, frame, n, places) : 0);
    }
    Place place = best_run(sums, covers, -1, rms);
    place.tempo = tempo, place.pitch = pitch;
    place.start = offset * kStepsAPlace - 0.5;  // a step begins half a step before its centre
    keep_best(best, place, most);
  }
  return best;
}

double PilotSearch::score(std::span<const float> cells) const {
  double sum = 0, energy = 0;
  for (const Pilot& p : pilots_) {
    const float value = cells[cell_of(p.slot, p.band)];
    sum += static_cast<double>(p.sign) * value;
    energy += static_cast<double>(value) * value;
  }
  return energy > 0 ? sum / std::sqrt(energy) : 0;
}

void PilotSearch::refine(const Series& series, Place& place, bool free) const {
  const double end = series.steps();
  const auto try_at = [&](const Place& moved, Place& best) {
    Place tried = moved;
    tried.z = score(fold(series, tried, 0, end));
    if (tried.z > best.z) best = tried;
  };
  // About the middle of what counts, so that tempo and start do not pull at each other.
  const auto with = [&](double shift, double stretch) {
    Place moved = place;
    moved.tempo = place.tempo * (1 + stretch);
    const double middle = (place.first + place.last) / 2.0;
    moved.start += shift + middle * (place.frame_steps() - moved.frame_steps());
    return moved;
  };
  place.z = 0;
  for (const double reach : {1.0, 0.5, 0.25}) {
    Place best = place;
    for (int s = -2; s <= 2; ++s)
      for (int t = free ? -2 : 0; t <= (free ? 2 : 0); ++t)
        try_at(with(reach * s / 2, reach * t * 0.0007), best);
    place = best;
  }
}

}  // namespace signmark::audio
