// SPDX-License-Identifier: Apache-2.0
#include "image/mark/acquire.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

namespace signmark::image {
namespace {

constexpr double kLowest = 0.0125;     // cycles a pixel: the innermost carrier of a tile of 400 px
constexpr float kIdWeight = 0.22F;     // power of an id carrier against a pilot's
constexpr float kSignedWeight = 0.1F;  // and of a signed frame's
constexpr int kBlock = 8;              // one candidate a block of the correlation
constexpr float kEnough = 0.2F;        // share of the constellation that must lie inside the band

double angle_step(const LogPolar& kind) { return std::numbers::pi / kind.angles; }

/// Takes the mean of every column away: rings of loud or quiet frequencies must not count.
void level(cv::Mat& map) {
  cv::Mat mean;
  cv::reduce(map, mean, 0, cv::REDUCE_AVG);
  for (int i = 0; i < map.rows; ++i) map.row(i) -= mean;
}

/// Adds a point to a template, spread over the four nearest cells.
void splat(cv::Mat& map, const LogPolar& kind, const Carrier& k, float weight, bool mirrored) {
  const double column = std::log(k.radius() / kBaseMin) / kind.log_step;
  double angle = std::atan2(mirrored ? -k.v : k.v, k.u);
  if (angle < 0) angle += std::numbers::pi;
  const double row = angle / angle_step(kind);
  const int c = static_cast<int>(column), r = static_cast<int>(row);
  const auto fc = static_cast<float>(column - c), fr = static_cast<float>(row - r);
  for (int j = 0; j < 2; ++j)
    for (int i = 0; i < 2; ++i)
      map.at<float>((r + j) % kind.angles, c + i) +=
          weight * (j != 0 ? fr : 1 - fr) * (i != 0 ? fc : 1 - fc);
}

int radii_of(const LogPolar& kind) {
  return static_cast<int>(std::log(Spectrum::kBand / kLowest) / kind.log_step);
}

int length_of(const LogPolar& kind) {
  return static_cast<int>(std::log(kBaseMax / kBaseMin) / kind.log_step) + 2;
}

int columns_of(const LogPolar& kind) {
  return cv::getOptimalDFTSize(radii_of(kind) + length_of(kind));
}

}  // namespace

Rays::Rays(const LogPolar& kind, const cv::Matx22d& stretch, const Spectrum& like)
    : coarse_(kind.angles != kFine.angles), padding_(columns_of(kind) - radii_of(kind)) {
  const int radii = radii_of(kind);
  cv::Mat map_x(kind.angles, radii, CV_32F), map_y(kind.angles, radii, CV_32F);
  std::vector<float> radius(static_cast<std::size_t>(radii));
  for (std::size_t r = 0; r < radius.size(); ++r)
    radius[r] = static_cast<float>(kLowest * std::exp(static_cast<double>(r) * kind.log_step));
  const cv::Point2d zero = like.on_grid(0, 0);
  for (int i = 0; i < kind.angles; ++i) {
    cv::Vec2d ray =
        stretch * cv::Vec2d(std::cos(i * angle_step(kind)), std::sin(i * angle_step(kind)));
    if (ray[0] < 0) ray = -ray;  // the power of a real picture is the same there
    const cv::Point2d step = like.on_grid(ray[0], ray[1]) - zero;
    float *mx = map_x.ptr<float>(i), *my = map_y.ptr<float>(i);
    for (std::size_t r = 0; r < radius.size(); ++r) {
      mx[r] = static_cast<float>(zero.x) + radius[r] * static_cast<float>(step.x);
      my[r] = static_cast<float>(zero.y) + radius[r] * static_cast<float>(step.y);
    }
  }
  cv::convertMaps(map_x, map_y, places_, fractions_, CV_16SC2);
}

cv::Mat Rays::map(const Spectrum& spectrum) const {
  const cv::Mat& power = coarse_ ? spectrum.coarse_power() : spectrum.power();
  cv::Mat map;
  cv::remap(power, map, places_, fractions_, cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  level(map);
  cv::copyMakeBorder(map, map, 0, 0, 0, padding_, cv::BORDER_CONSTANT, 0);
  return map;
}

Constellation::Constellation(const CarrierSet& lattice, LogPolar kind, bool with_signed)
    : kind_(kind),
      signed_weight_(with_signed ? kSignedWeight : 0),
      radii_(radii_of(kind)),
      length_(length_of(kind)),
      columns_(columns_of(kind)),
      straight_(template_spectrum(lattice, false)),
      mirrored_(template_spectrum(lattice, true)),
      energy_(cumulated_energy(lattice)) {}

cv::Mat Constellation::template_spectrum(const CarrierSet& lattice, bool mirrored) const {
  cv::Mat map = cv::Mat::zeros(kind_.angles, columns_, CV_32F);
  for (const Carrier& k : lattice.pilots) splat(map, kind_, k, k.shape * k.shape, mirrored);
  for (const Carrier& k : lattice.id) splat(map, kind_, k, kIdWeight * k.shape * k.shape, mirrored);
  for (const Carrier& k : lattice.signed_frame)
    splat(map, kind_, k, signed_weight_ * k.shape * k.shape, mirrored);
  cv::Mat spectrum;
  cv::dft(map, spectrum);  // packed: the map is real
  return spectrum;
}

std::vector<float> Constellation::cumulated_energy(const CarrierSet& lattice) const {
  std::vector<float> sums(static_cast<std::size_t>(length_) + 1, 0);
  const auto add = [&](const Carrier& k, float weight) {
    const float w = weight * k.shape * k.shape;
    const double column = std::log(k.radius() / kBaseMin) / kind_.log_step;
    sums[static_cast<std::size_t>(column) + 1] += w * w;
  };
  for (const Carrier& k : lattice.pilots) add(k, 1);
  for (const Carrier& k : lattice.id) add(k, kIdWeight);
  for (const Carrier& k : lattice.signed_frame) add(k, signed_weight_);
  for (std::size_t i = 1; i < sums.size(); ++i) sums[i] += sums[i - 1];
  return sums;
}

float Constellation::in_band(int shift) const {
  const int to = std::clamp(radii_ - shift, 0, length_);
  return energy_[static_cast<std::size_t>(to)];
}

Candidate Constellation::candidate(int row, int column, const cv::Matx22d& stretch,
                                   bool mirrored) const {
  const double tile = kBaseMin / (kLowest * std::exp(column * kind_.log_step));
  const Pose p = similarity(tile, row * angle_step(kind_), mirrored);
  // Frequencies of carriers are the columns of the transposed pose; the stretch acts on them.
  const cv::Matx22d at = stretch * cv::Matx22d(p.a, p.c, p.b, p.d);
  return {{at(0, 0), at(1, 0), at(0, 1), at(1, 1)}, 0};
}

void Constellation::pick(const cv::Mat& scores, const cv::Matx22d& stretch, bool mirrored,
                         std::size_t count, std::vector<Candidate>& out) const {
  std::vector<Candidate> found;
  for (int left = 0; left < radii_; left += kBlock) {
    const int right = std::min(left + kBlock, radii_);
    if (in_band(left) < kEnough * energy_.back()) break;
    const float norm = 1 / std::sqrt(in_band(left));
    for (int top = 0; top < kind_.angles; top += kBlock) {
      float best = 0;
      int row = 0, column = 0;
      for (int i = top; i < top + kBlock; ++i) {
        const float* line = scores.ptr<float>(i);
        for (int s = left; s < right; ++s)
          if (line[s] > best) best = line[s], row = i, column = s;
      }
      Candidate c = candidate(row, column, stretch, mirrored);
      c.score = best * norm;
      found.push_back(c);
    }
  }
  const auto end = found.begin() + static_cast<std::ptrdiff_t>(std::min(count, found.size()));
  std::partial_sort(found.begin(), end, found.end(),
                    [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
  out.insert(out.end(), found.begin(), end);
}

Constellation::View Constellation::view(const Spectrum& spectrum,
                                        const cv::Matx22d& stretch) const {
  return view_of(Rays(kind_, stretch, spectrum).map(spectrum), stretch);
}

Constellation::View Constellation::view_of(const cv::Mat& log_polar, const cv::Matx22d& stretch) {
  View view{{}, stretch};
  cv::dft(log_polar, view.transformed);
  return view;
}

std::vector<Candidate> Constellation::acquire(const View& view, std::size_t count) const {
  std::vector<Candidate> found;
  for (const bool mirrored : {false, true}) {
    cv::Mat product, scores;
    cv::mulSpectrums(view.transformed, mirrored ? mirrored_ : straight_, product, 0, true);
    cv::idft(product, scores, cv::DFT_SCALE | cv::DFT_REAL_OUTPUT);
    pick(scores, view.stretch, mirrored, count, found);
  }
  std::sort(found.begin(), found.end(),
            [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
  return found;
}

namespace {

/// By `ratio` along a direction.
cv::Matx22d stretch_of(double ratio, double radians) {
  const double c = std::cos(radians), s = std::sin(radians);
  const cv::Matx22d turn(c, -s, s, c);
  return turn * cv::Matx22d(std::sqrt(ratio), 0, 0, 1 / std::sqrt(ratio)) * turn.t();
}

}  // namespace

std::vector<cv::Matx22d> stretches() {
  constexpr double kStep = 1.045;
  constexpr int kAspects = 8, kShears = 2;
  std::vector<cv::Matx22d> all;
  for (int n = 1; n <= kAspects; ++n)
    for (const int sign : {1, -1}) {
      all.push_back(stretch_of(std::pow(kStep, n * sign), 0));
      if (n <= kShears) all.push_back(stretch_of(std::pow(kStep, n * sign), std::numbers::pi / 4));
    }
  return all;
}

namespace {

/// Weighted power at the pilots and id carriers.
double power_score(const Spectrum& spectrum, const CarrierSet& lattice, const Pose& p) {
  double sum = 0;
  const auto add = [&](const Carrier& k, float weight) {
    const double u = k.u / 2.0, v = k.v / 2.0;
    sum +=
        weight * k.shape * k.shape * (spectrum.power_at(p.a * u + p.c * v, p.b * u + p.d * v) - 1);
  };
  for (const Carrier& k : lattice.pilots) add(k, 1);
  for (const Carrier& k : lattice.id)
    if (k.radius() < kPilotMax) add(k, kIdWeight);
  return sum;
}

}  // namespace

void settle(const Spectrum& spectrum, const CarrierSet& lattice, Pose& pose) {
  constexpr double kFirst = 0.008;  // relative
  constexpr int kHalvings = 4;
  double best = power_score(spectrum, lattice, pose);
  double step = 2 * kFirst;
  for (int halving = 0; halving < kHalvings; ++halving) {
    step /= 2;
    // Scale, rotation, stretch, shear: small linear maps applied to the pose.
    const cv::Matx22d moves[4] = {{1, 0, 0, 1}, {0, 1, -1, 0}, {1, 0, 0, -1}, {0, 1, 1, 0}};
    for (int round = 0; round < 2; ++round)
      for (const cv::Matx22d& move : moves)
        for (const double sign : {step, -step}) {
          const cv::Matx22d now(pose.a, pose.b, pose.c, pose.d);
          const cv::Matx22d then = now + now * (move * sign);
          Pose next{then(0, 0), then(0, 1), then(1, 0), then(1, 1), pose.tx, pose.ty};
          const double score = power_score(spectrum, lattice, next);
          if (score <= best) continue;
          best = score;
          pose = next;
          break;
        }
  }
}

}  // namespace signmark::image
