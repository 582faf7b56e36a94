// SPDX-License-Identifier: Apache-2.0
#include "image/mark/front_end.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "image/mark/lattice.hpp"
#include "image/mark/vector.hpp"

namespace signmark::image {
namespace {

constexpr double kCanonicalTile = 96;  // finest carrier of an untouched picture: 3/8 cycle a pixel
constexpr double kNeverBelow = 700;    // side: smaller pictures are looked at as they are
// Band limits in canonical pixels. Below the last one lie no carriers.
constexpr double kSigmas[] = {0.8, 1.6}, kLastSigma = 3.2;
constexpr float kFloor = 0.4F;  // grey levels: what rounding and compression leave in flat areas
constexpr float kClip = 3;      // standard deviations: overlays, logos and borders must not decide
constexpr double kEnergyReach = 2;  // the neighbourhood of a band's strength, in its own sigmas

enum class Axis { across, down };

void blur(const cv::Mat& in, double sigma, Axis axis, cv::Mat& out) {
  constexpr double kTail = 3, kNone = 1e-6;
  const int taps = 2 * static_cast<int>(std::ceil(kTail * sigma)) + 1;
  if (axis == Axis::across)
    cv::GaussianBlur(in, out, {taps, 1}, sigma, kNone);
  else
    cv::GaussianBlur(in, out, {1, taps}, kNone, sigma);
}

/// Matrices of one size that the bands share, so that memory is touched once.
struct Scratch {
  cv::Mat across, down, coarse, band, square, small, energy;
};

/// Local energy of a band. It varies slowly: averaged on a coarser grid.
void local_energy(double sigma, Scratch& s) {
  const double reach = kEnergyReach * sigma;
  const int step = std::max(2, static_cast<int>(reach / 1.6));
  cv::multiply(s.band, s.band, s.square);
  cv::resize(s.square, s.small, {(s.band.cols + step - 1) / step, (s.band.rows + step - 1) / step},
             0, 0, cv::INTER_AREA);
  cv::GaussianBlur(s.small, s.small, {}, reach / step);
  cv::resize(s.small, s.energy, s.band.size(), 0, 0, cv::INTER_LINEAR);
}

/// Divides by (rms + floor)^2; returns the sum of squares.
SIGNMARK_VECTOR float weigh_row(float* band, const float* energy, int width) {
  float lanes[8] = {};  // separate sums, so that the loop runs in vectors
  int x = 0;
  for (; x + 8 <= width; x += 8)
    for (int i = 0; i < 8; ++i) {
      const float strength = std::sqrt(std::max(energy[x + i], 0.0F)) + kFloor;
      band[x + i] /= strength * strength;
      lanes[i] += band[x + i] * band[x + i];
    }
  for (; x < width; ++x) {
    const float strength = std::sqrt(std::max(energy[x], 0.0F)) + kFloor;
    band[x] /= strength * strength;
    lanes[0] += band[x] * band[x];
  }
  float sum = 0;
  for (const float lane : lanes) sum += lane;
  return sum;
}

SIGNMARK_VECTOR void add_limited(const float* band, float scale, float* residual, int width) {
  for (int x = 0; x < width; ++x) residual[x] += std::min(std::max(band[x] * scale, -kClip), kClip);
}

/// Adds the band in `s` to the residual. The best weight of a mark under locally varying noise is
/// amplitude / variance: the band is divided by its local variance, not by its deviation.
void add_band(double sigma, Scratch& s, cv::Mat& residual) {
  local_energy(sigma, s);
  double sum = 0;
  for (int y = 0; y < s.band.rows; ++y)
    sum += weigh_row(s.band.ptr<float>(y), s.energy.ptr<float>(y), s.band.cols);
  const auto deviation = static_cast<float>(std::sqrt(sum / static_cast<double>(s.band.total())));
  if (deviation < 1e-9F) return;  // nothing in this band
  for (int y = 0; y < s.band.rows; ++y)
    add_limited(s.band.ptr<float>(y), 1 / deviation, residual.ptr<float>(y), s.band.cols);
}

/// fine - across - down + coarse
SIGNMARK_VECTOR void diagonal_row(const float* fine, const float* across, const float* down,
                                  const float* coarse, float* out, int width) {
  for (int x = 0; x < width; ++x) out[x] = fine[x] - across[x] - down[x] + coarse[x];
}

void diagonal(const cv::Mat& fine, Scratch& s) {
  for (int y = 0; y < fine.rows; ++y)
    diagonal_row(fine.ptr<float>(y), s.across.ptr<float>(y), s.down.ptr<float>(y),
                 s.coarse.ptr<float>(y), s.band.ptr<float>(y), fine.cols);
}

/// The three directions of one octave, added to the residual; `fine` becomes its smooth part.
void add_octave(double sigma, double more, cv::Mat& fine, Scratch& s, cv::Mat& residual) {
  blur(fine, more, Axis::across, s.across);
  blur(fine, more, Axis::down, s.down);
  blur(s.across, more, Axis::down, s.coarse);
  // Edges are loud in one direction only: each direction has its own strength.
  cv::subtract(s.down, s.coarse, s.band);
  add_band(sigma, s, residual);
  cv::subtract(s.across, s.coarse, s.band);
  add_band(sigma, s, residual);
  diagonal(fine, s);
  add_band(sigma, s, residual);
  fine = s.coarse;
  s.coarse = cv::Mat();  // `fine` keeps it
}

}  // namespace

cv::Mat normalise_bands(const cv::Mat& luma) {
  cv::Mat residual = cv::Mat::zeros(luma.size(), CV_32F);
  cv::Mat fine = luma;
  Scratch scratch;
  double before = 0;
  for (const double sigma : kSigmas) {
    add_octave(sigma, std::sqrt(sigma * sigma - before * before), fine, scratch, residual);
    before = sigma;
  }
  // The last octave has nothing above a quarter cycle: half of the resolution holds it.
  cv::Mat half, half_residual = cv::Mat::zeros((luma.rows + 1) / 2, (luma.cols + 1) / 2, CV_32F);
  cv::resize(fine, half, half_residual.size(), 0, 0, cv::INTER_AREA);
  Scratch small;
  add_octave(kLastSigma / 2, std::sqrt(kLastSigma * kLastSigma - before * before) / 2, half, small,
             half_residual);
  cv::resize(half_residual, scratch.band, luma.size(), 0, 0, cv::INTER_LINEAR);
  residual += scratch.band;
  return residual;
}

Residual front_end(const LumaPicture& picture) {
  const double side = std::sqrt(static_cast<double>(picture.luma.total()));
  const double ratio = std::min(1.0, std::max(kCanonicalTile / tile_law(side), kNeverBelow / side));
  const cv::Size size(std::max(1, static_cast<int>(std::lround(picture.luma.cols * ratio))),
                      std::max(1, static_cast<int>(std::lround(picture.luma.rows * ratio))));
  Residual result;
  result.scale_x = static_cast<double>(size.width) / picture.luma.cols;
  result.scale_y = static_cast<double>(size.height) / picture.luma.rows;
  cv::Mat luma = picture.luma;
  if (ratio < 1) cv::resize(picture.luma, luma, size, 0, 0, cv::INTER_AREA);
  result.values = normalise_bands(luma);
  if (!picture.opacity.empty()) {
    cv::Mat opaque;
    cv::resize(picture.opacity, opaque, size, 0, 0, cv::INTER_AREA);
    result.values.setTo(0, opaque < 128);
  }
  return result;
}

}  // namespace signmark::image
