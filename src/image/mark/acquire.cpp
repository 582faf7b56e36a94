// SPDX-License-Identifier: Apache-2.0
#include "image/mark/acquire.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

namespace signmark::image {
namespace {

// The map: rows are directions over half a turn, columns log radii.
constexpr int kAngles = 576;
constexpr double kAngleStep = std::numbers::pi / kAngles, kLogStep = 0.006;
constexpr double kLowest = 0.0125;  // cycles per pixel: the innermost carrier of a tile of 400 px
const int kRadii = static_cast<int>(std::log(Spectrum::kBand / kLowest) / kLogStep);
const int kTemplate = static_cast<int>(std::log(kBaseMax / kBaseMin) / kLogStep) + 2;
constexpr double kIdWeight = 0.22;  // energy of an id carrier against a pilot's
constexpr int kBlock = 8;           // one candidate a block

int columns() { return cv::getOptimalDFTSize(kRadii + kTemplate); }

/// The power spectrum in log-polar coordinates; each column without its median.
cv::Mat log_polar(const Spectrum& spectrum, const cv::Matx22d& stretch) {
  cv::Mat map_x(kAngles, kRadii, CV_32F), map_y(kAngles, kRadii, CV_32F);
  const double w = spectrum.grid().width, h = spectrum.grid().height;
  std::vector<double> radius(static_cast<std::size_t>(kRadii));
  for (int r = 0; r < kRadii; ++r)
    radius[static_cast<std::size_t>(r)] = kLowest * std::exp(r * kLogStep);
  for (int i = 0; i < kAngles; ++i) {
    const double c = std::cos(i * kAngleStep), s = std::sin(i * kAngleStep);
    const double dx = stretch(0, 0) * c + stretch(0, 1) * s,
                 dy = stretch(1, 0) * c + stretch(1, 1) * s;
    float *mx = map_x.ptr<float>(i), *my = map_y.ptr<float>(i);
    for (int r = 0; r < kRadii; ++r) {
      const double f = radius[static_cast<std::size_t>(r)];
      const double fx = f * dx * w, fy = f * dy * h;
      mx[r] = static_cast<float>(fx < 0 ? fx + w : fx);
      my[r] = static_cast<float>(fy < 0 ? fy + h : fy);
    }
  }
  cv::Mat map;
  cv::remap(spectrum.power(), map, map_x, map_y, cv::INTER_LINEAR, cv::BORDER_WRAP);
  return map;
}

/// Takes the mean of every column away, so that rings of loud or quiet frequencies do not count.
void level(cv::Mat& map) {
  cv::Mat mean;
  cv::reduce(map, mean, 0, cv::REDUCE_AVG);
  for (int i = 0; i < map.rows; ++i) map.row(i) -= mean;
}

void splat(cv::Mat& map, const Carrier& k, float weight, bool mirrored) {
  const double column = std::log(k.radius() / kBaseMin) / kLogStep;
  double angle = std::atan2(mirrored ? -k.v : k.v, k.u);
  if (angle < 0) angle += std::numbers::pi;
  const double row = angle / kAngleStep;
  const int c = static_cast<int>(column), r = static_cast<int>(row);
  const auto fc = static_cast<float>(column - c), fr = static_cast<float>(row - r);
  for (int j = 0; j < 2; ++j)
    for (int i = 0; i < 2; ++i)
      map.at<float>((r + j) % kAngles, c + i) +=
          weight * (j != 0 ? fr : 1 - fr) * (i != 0 ? fc : 1 - fc);
}

cv::Mat template_spectrum(const CarrierSet& lattice, bool mirrored) {
  cv::Mat map = cv::Mat::zeros(kAngles, columns(), CV_32F);
  for (const Carrier& k : lattice.pilots) splat(map, k, k.shape * k.shape, mirrored);
  for (const Carrier& k : lattice.id)
    splat(map, k, static_cast<float>(kIdWeight) * k.shape * k.shape, mirrored);
  cv::Mat spectrum;
  cv::dft(map, spectrum, cv::DFT_COMPLEX_OUTPUT);
  return spectrum;
}

/// Sum of squared weights of the carriers up to each template column.
std::vector<float> cumulated_energy(const CarrierSet& lattice) {
  std::vector<float> sums(static_cast<std::size_t>(kTemplate) + 1, 0);
  const auto add = [&](const Carrier& k, double weight) {
    const double w = weight * k.shape * k.shape;
    const auto column = static_cast<std::size_t>(std::log(k.radius() / kBaseMin) / kLogStep);
    sums[column + 1] += static_cast<float>(w * w);
  };
  for (const Carrier& k : lattice.pilots) add(k, 1);
  for (const Carrier& k : lattice.id) add(k, kIdWeight);
  for (std::size_t i = 1; i < sums.size(); ++i) sums[i] += sums[i - 1];
  return sums;
}

}  // namespace

Constellation::Constellation(const CarrierSet& lattice)
    : straight_(template_spectrum(lattice, false)),
      mirrored_(template_spectrum(lattice, true)),
      energy_(cumulated_energy(lattice)) {}

namespace {

/// Divides each scale by the spread of its scores and picks the highest of each block.
void pick(const cv::Mat& scores, const cv::Matx22d& stretch, bool mirrored, std::size_t count,
          const std::vector<float>& energy, std::vector<Candidate>& out) {
  const int first = -kTemplate / 2, last = kRadii - 1;
  std::vector<Candidate> found;
  const auto in_band = [&](int shift) {
    const int from = std::clamp(-shift, 0, kTemplate),
              to = std::clamp(kRadii - shift, 0, kTemplate);
    return energy[static_cast<std::size_t>(to)] - energy[static_cast<std::size_t>(from)];
  };
  for (int block = std::max(first, 0); block < last; block += kBlock)
    for (int top = 0; top < kAngles; top += kBlock) {
      float best = 0;
      int row = 0, column = 0;
      for (int s = block; s < std::min(block + kBlock, last); ++s) {
        const float e = in_band(s);
        if (e < 0.2F * energy.back()) continue;
        const float norm = 1 / std::sqrt(e);
        for (int i = top; i < top + kBlock; ++i) {
          const float value = scores.at<float>(i, s) * norm;
          if (value > best) best = value, row = i, column = s;
        }
      }
      if (best <= 0) continue;
      const double tile = kBaseMin / (kLowest * std::exp(column * kLogStep));
      Candidate c;
      c.pose = similarity(tile, row * kAngleStep, mirrored);
      // frequencies of the picture = stretch * those of the similarity
      const cv::Matx22d at(c.pose.a, c.pose.c, c.pose.b, c.pose.d);
      const cv::Matx22d stretched = stretch * at;
      c.pose.a = stretched(0, 0), c.pose.c = stretched(0, 1), c.pose.b = stretched(1, 0),
      c.pose.d = stretched(1, 1);
      c.score = best;
      found.push_back(c);
    }
  const auto n = std::min(count, found.size());
  std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(n), found.end(),
                    [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
  out.insert(out.end(), found.begin(), found.begin() + static_cast<std::ptrdiff_t>(n));
}

}  // namespace

std::vector<Candidate> acquire(const Spectrum& spectrum, const Constellation& constellation,
                               const cv::Matx22d& stretch, std::size_t count) {
  cv::Mat map = log_polar(spectrum, stretch);
  level(map);
  cv::Mat wide = cv::Mat::zeros(kAngles, columns(), CV_32F);
  map.copyTo(wide.colRange(0, kRadii));
  cv::Mat f;
  cv::dft(wide, f, cv::DFT_COMPLEX_OUTPUT);
  std::vector<Candidate> found;
  for (const bool mirrored : {false, true}) {
    cv::Mat product, scores;
    cv::mulSpectrums(f, mirrored ? constellation.mirrored_ : constellation.straight_, product, 0,
                     true);
    cv::idft(product, scores, cv::DFT_REAL_OUTPUT | cv::DFT_SCALE);
    pick(scores, stretch, mirrored, count, constellation.energy_, found);
  }
  std::sort(found.begin(), found.end(),
            [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
  return found;
}

}  // namespace signmark::image
