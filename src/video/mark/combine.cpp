// SPDX-License-Identifier: Apache-2.0
// Best linear unbiased combination: with a the mark's amplitudes in n views and R the covariance of
// what disturbs them, a^H R^-1 z. The amplitudes differ by the phase of the hold's shift, carrier
// by carrier; R is measured on idle carriers, in which no mark lies and no bit is seen.
#include "video/mark/combine.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/core.hpp>

namespace signmark::video {
namespace {

using image::Carrier;
using Values = image::CarrierValues::Values;
using Complex = std::complex<double>;
using Views = std::span<const Said* const>;

constexpr std::size_t kTogether = 64;  // views whose covariance is measured at once
constexpr double kLoad = 0.2;          // of the mean power, added to the diagonal

Complex turn(const Carrier& k, const Shift& by) {
  const double angle = 2 * std::numbers::pi * (k.u / 2.0 * by.x + k.v / 2.0 * by.y);
  return {std::cos(angle), std::sin(angle)};
}

/// The parts of what is said, with their carriers.
struct Part {
  const std::vector<Carrier>* carriers;
  Values image::CarrierValues::*values;
};
std::array<Part, 5> parts_of(const image::CarrierSet& lattice) {
  using V = image::CarrierValues;
  return {Part{&lattice.pilots, &V::pilots}, Part{&lattice.id, &V::id},
          Part{&lattice.id_idle, &V::id_idle}, Part{&lattice.signed_frame, &V::signed_frame},
          Part{&lattice.idle, &V::idle}};
}

/// Idle carriers of the views, of the double tile where they were sampled.
struct Idle {
  const std::vector<Carrier>* carriers;
  std::vector<const Values*> values;  // by view
};
Idle idle_of(Views views, const image::CarrierSet& lattice) {
  const bool whole = !views.front()->values.idle.empty();
  Idle idle{whole ? &lattice.idle : &lattice.id_idle, {}};
  for (const Said* view : views)
    idle.values.push_back(whole ? &view->values.idle : &view->values.id_idle);
  return idle;
}

void add(const Values& more, Values& sum) {
  sum.resize(std::max(sum.size(), more.size()));
  for (std::size_t i = 0; i < more.size(); ++i) sum[i] += more[i];
}

void scale_to_unit(Said& said) {
  const Values& idle = said.values.idle.empty() ? said.values.id_idle : said.values.idle;
  double power = 0;
  for (const auto& v : idle) power += std::norm(v);
  if (power <= 0) return;
  const auto factor = static_cast<float>(std::sqrt(static_cast<double>(idle.size()) / power));
  auto& v = said.values;
  for (Values* part : {&v.pilots, &v.id, &v.id_idle, &v.signed_frame, &v.idle, &said.fine})
    for (auto& value : *part) value *= factor;
}

// ---------------------------------------------------------------------------------------------
// Where the scene lies

/// Place of the highest value along one side, between samples.
double between(double before, double at, double after) {
  const double bend = before - 2 * at + after;
  return bend < 0 ? (before - after) / (2 * bend) : 0;
}

/// How far a scene moved, in tiles: the peak of the correlation of idle carriers; nothing when it
/// does not stand out.
std::optional<Shift> moved(const std::vector<Carrier>& carriers, const Values& now,
                           const Values& before) {
  constexpr int kGrid = 192;  // a double tile; carriers reach 72
  constexpr double kClearly = 6;
  cv::Mat grid = cv::Mat::zeros(kGrid, kGrid, CV_32FC2), sums;
  double power = 0;
  for (std::size_t i = 0; i < carriers.size(); ++i) {
    const auto product = now[i] * std::conj(before[i]);
    power += std::norm(product);
    grid.at<cv::Vec2f>((carriers[i].v + kGrid) % kGrid, (carriers[i].u + kGrid) % kGrid) =
        cv::Vec2f(product.real(), product.imag());
  }
  cv::dft(grid, sums, cv::DFT_COMPLEX_OUTPUT);
  cv::extractChannel(sums, sums, 0);
  double most = 0;
  cv::Point at;
  cv::minMaxLoc(sums, nullptr, &most, nullptr, &at);
  if (most < kClearly * std::sqrt(power / 2)) return std::nullopt;
  const auto near = [&](int right, int down) {
    return double{sums.at<float>((at.y + down + kGrid) % kGrid, (at.x + right + kGrid) % kGrid)};
  };
  const auto tiles = [](double samples) {
    return 2 * (samples > kGrid / 2.0 ? samples - kGrid : samples) / kGrid;
  };
  return Shift{tiles(at.x + between(near(-1, 0), most, near(1, 0))),
               tiles(at.y + between(near(0, -1), most, near(0, 1)))};
}

/// Places of the scene in the views, against the first one: each is compared with the few before
/// it.
std::vector<Shift> places_of(Views views, const image::CarrierSet& lattice,
                             const ShiftTable& shifts) {
  constexpr std::size_t kBefore = 4;
  const Idle idle = idle_of(views, lattice);
  const std::vector<Carrier>& carriers = *idle.carriers;
  std::vector<Shift> places;
  std::vector<Values> aligned;
  for (std::size_t i = 0; i < views.size(); ++i) {
    Values values = *idle.values[i];
    for (std::size_t k = 0; k < values.size(); ++k)
      values[k] *= std::complex<float>(turn(carriers[k], shifts[views[i]->hold]));
    Values before;
    for (std::size_t j = i - std::min(i, kBefore); j < i; ++j) add(aligned[j], before);
    places.push_back(i == 0 ? Shift{} : moved(carriers, values, before).value_or(places.back()));
    for (std::size_t k = 0; k < values.size(); ++k)
      values[k] *= std::complex<float>(std::conj(turn(carriers[k], places.back())));
    aligned.push_back(std::move(values));
  }
  return places;
}

// ---------------------------------------------------------------------------------------------
// Covariance

/// A square matrix by rows.
struct Square {
  std::size_t side;
  std::vector<Complex> values;
  explicit Square(std::size_t n) : side(n), values(n * n) {}
  Complex* operator[](std::size_t row) { return values.data() + row * side; }
  const Complex* operator[](std::size_t row) const { return values.data() + row * side; }
};

/// Gauss and Jordan, in place; the diagonal is loaded, so no pivot vanishes.
void invert(Square& m) {
  for (std::size_t p = 0; p < m.side; ++p) {
    const Complex pivot = 1.0 / m[p][p];
    m[p][p] = 1;
    for (std::size_t j = 0; j < m.side; ++j) m[p][j] *= pivot;
    for (std::size_t i = 0; i < m.side; ++i) {
      if (i == p) continue;
      const Complex factor = m[i][p];
      m[i][p] = 0;
      for (std::size_t j = 0; j < m.side; ++j) m[i][j] -= factor * m[p][j];
    }
  }
}

/// Adds up what views say; the scene's part is cancelled when there is a covariance.
class Combiner {
 public:
  Combiner(Views views, const image::CarrierSet& lattice, const ShiftTable& shifts, Scene scene)
      : views_(views), shifts_(shifts), places_(views.size()), inverse_(views.size()) {
    if (scene == Scene::moving) places_ = places_of(views, lattice, shifts);
    if (scene == Scene::ignored)
      for (std::size_t i = 0; i < views.size(); ++i) inverse_[i][i] = 1;
    else
      measure(lattice);
  }

  /// Adds what the views say on some carriers.
  template <class Get>
  void add_to(const std::vector<Carrier>& carriers, const Get& get, Values& sum) const {
    if (get(*views_.front()).empty()) return;
    sum.resize(carriers.size());
    for (std::size_t k = 0; k < carriers.size(); ++k) {
      const Turns turns = turns_of(carriers[k]);
      std::vector<Complex> z(views_.size());
      for (std::size_t i = 0; i < z.size(); ++i)
        z[i] = Complex(get(*views_[i])[k]) * turns[views_[i]->hold] * place_of(carriers[k], i);
      Complex all = 0;
      for (std::size_t i = 0; i < z.size(); ++i) {
        Complex one = 0;
        for (std::size_t j = 0; j < z.size(); ++j) one += inverse_[i][j] * z[j];
        all += std::conj(wave_of(*views_[i], turns) * place_of(carriers[k], i)) * one;
      }
      sum[k] += std::complex<float>(all);
    }
  }

 private:
  using Turns = std::array<Complex, kHoldsInSection>;

  [[nodiscard]] Turns turns_of(const Carrier& k) const {
    Turns turns;
    for (std::size_t p = 0; p < turns.size(); ++p) turns[p] = turn(k, shifts_[p]);
    return turns;
  }
  [[nodiscard]] Complex place_of(const Carrier& k, std::size_t view) const {
    const Shift& place = places_[view];
    return place.x == 0 && place.y == 0 ? Complex{1} : std::conj(turn(k, place));
  }
  /// The mark's amplitude in a view, all holds that it shows.
  static Complex wave_of(const Said& said, const Turns& turns) {
    Complex wave = 0;
    for (std::size_t p = 0; p < turns.size(); ++p) wave += double{said.strengths[p]} * turns[p];
    return wave;
  }

  void measure(const image::CarrierSet& lattice) {
    const Idle idle = idle_of(views_, lattice);
    std::vector<Complex> z(views_.size());
    for (std::size_t k = 0; k < idle.carriers->size(); ++k) {
      const Carrier& carrier = (*idle.carriers)[k];
      const Turns turns = turns_of(carrier);
      for (std::size_t i = 0; i < z.size(); ++i)
        z[i] = Complex((*idle.values[i])[k]) * turns[views_[i]->hold] * place_of(carrier, i);
      for (std::size_t i = 0; i < z.size(); ++i)
        for (std::size_t j = 0; j < z.size(); ++j) inverse_[i][j] += z[i] * std::conj(z[j]);
    }
    double power = 0;
    for (std::size_t i = 0; i < z.size(); ++i) power += inverse_[i][i].real();
    const double load = std::max(kLoad * power / static_cast<double>(z.size()), 1e-9);
    for (std::size_t i = 0; i < z.size(); ++i) inverse_[i][i] += load;
    invert(inverse_);
    for (auto& value : inverse_.values) value *= static_cast<double>(idle.carriers->size());
  }

  Views views_;
  const ShiftTable& shifts_;
  std::vector<Shift> places_;  // of the scene, by view
  Square inverse_;
};

}  // namespace

Said combined(std::span<const Said* const> views, const image::CarrierSet& lattice,
              const ShiftTable& shifts, Scene scene) {
  std::vector<const Said*> telling;
  for (const Said* view : views)
    if (!view->values.id_idle.empty()) telling.push_back(view);
  const Views all = telling;
  Said sum;
  for (std::size_t i = 0; i < all.size(); i += kTogether) {
    const Combiner some(all.subspan(i, std::min(kTogether, all.size() - i)), lattice, shifts,
                        scene);
    for (const Part& part : parts_of(lattice))
      some.add_to(
          *part.carriers,
          [&](const Said& said) -> const Values& { return said.values.*part.values; },
          sum.values.*part.values);
    some.add_to(
        lattice.fine_pilots, [](const Said& said) -> const Values& { return said.fine; }, sum.fine);
  }
  scale_to_unit(sum);
  return sum;
}

}  // namespace signmark::video
