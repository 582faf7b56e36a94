// SPDX-License-Identifier: Apache-2.0
#include "image/mark/front_end.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "image/mark/lattice.hpp"

namespace signmark::image {
namespace {

constexpr double kCanonicalTile =
    108;  // finest carrier of an untouched picture at 1/3 cycle a pixel
// Band limits in canonical pixels. Below the last one lie no carriers.
constexpr double kSigmas[] = {0.8, 1.6, 3.2};
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

/// Adds the band in `s` to the residual. The best weight of a mark under locally varying noise is
/// amplitude / variance: the band is divided by its local variance, not by its deviation.
void add_band(double sigma, Scratch& s, cv::Mat& residual) {
  local_energy(sigma, s);
  double sum = 0;
  for (int y = 0; y < s.band.rows; ++y) {
    float* b = s.band.ptr<float>(y);
    const float* e = s.energy.ptr<float>(y);
    float lanes[8] = {};  // separate sums, so that the loop can run in vectors
    for (int x = 0; x < s.band.cols; ++x) {
      const float strength = std::sqrt(std::max(e[x], 0.0F)) + kFloor;  // a blur can go below 0
      b[x] /= strength * strength;
    }
    int x = 0;
    for (; x + 8 <= s.band.cols; x += 8)
      for (int i = 0; i < 8; ++i) lanes[i] += b[x + i] * b[x + i];
    for (; x < s.band.cols; ++x) lanes[0] += b[x] * b[x];
    for (const float lane : lanes) sum += lane;
  }
  const auto deviation = static_cast<float>(std::sqrt(sum / static_cast<double>(s.band.total())));
  if (deviation < 1e-9F) return;  // nothing in this band
  const float scale = 1 / deviation;
  for (int y = 0; y < s.band.rows; ++y) {
    const float* b = s.band.ptr<float>(y);
    float* r = residual.ptr<float>(y);
    for (int x = 0; x < s.band.cols; ++x) r[x] += std::min(std::max(b[x] * scale, -kClip), kClip);
  }
}

/// fine - across - down + coarse
void diagonal(const cv::Mat& fine, Scratch& s) {
  for (int y = 0; y < fine.rows; ++y) {
    const float *f = fine.ptr<float>(y), *a = s.across.ptr<float>(y), *d = s.down.ptr<float>(y),
                *c = s.coarse.ptr<float>(y);
    float* b = s.band.ptr<float>(y);
    for (int x = 0; x < fine.cols; ++x) b[x] = f[x] - a[x] - d[x] + c[x];
  }
}

}  // namespace

cv::Mat normalise_bands(const cv::Mat& luma) {
  cv::Mat residual = cv::Mat::zeros(luma.size(), CV_32F);
  cv::Mat fine = luma;
  Scratch s;
  double before = 0;
  for (const double sigma : kSigmas) {
    const double more = std::sqrt(sigma * sigma - before * before);
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
    before = sigma;
  }
  return residual;
}

Residual front_end(const LumaPicture& picture) {
  const double side = std::sqrt(static_cast<double>(picture.luma.total()));
  const double ratio = std::min(1.0, kCanonicalTile / tile_law(side));
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
