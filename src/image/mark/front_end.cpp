// SPDX-License-Identifier: Apache-2.0
#include "image/mark/front_end.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "base/vector.hpp"
#include "image/mark/lattice.hpp"

namespace signmark::image {
namespace {

constexpr double kCanonicalTile = 96;  // finest carrier of an untouched picture: 3/8 cycle a pixel
constexpr double kNeverBelow = 700;    // side: smaller pictures are looked at as they are
// Three octaves: up to 0.8, 1.6 and 3.2 canonical pixels. Below lie no carriers.
constexpr double kFirstSigma = 0.8;
constexpr float kFloor = 0.4F;  // grey levels: what rounding and compression leave in flat areas
constexpr float kClip = 3;      // standard deviations: overlays, logos and borders must not decide
constexpr double kEnergyReach = 2;  // the neighbourhood of a band's strength, in its own sigmas

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

}  // namespace

/// Adds a band to the residual. The best weight of a mark under locally varying noise is amplitude
/// / variance: the band is divided by its local variance, not by its deviation. Local energy is
/// looked at at half resolution and less: it varies slowly.
void BandNormaliser::add_band(cv::Mat& band, double sigma, Size& at) {
  half_energy(band, at.small);
  cv::GaussianBlur(at.small, at.smooth, {}, kEnergyReach * sigma / 2);
  cv::resize(at.smooth, at.energy, band.size(), 0, 0, cv::INTER_LINEAR);
  double sum = 0;
  for (int y = 0; y < band.rows; ++y)
    sum += weigh_row(band.ptr<float>(y), at.energy.ptr<float>(y), band.cols);
  const auto deviation = static_cast<float>(std::sqrt(sum / static_cast<double>(band.total())));
  if (deviation < 1e-9F) return;  // nothing in this band
  for (int y = 0; y < band.rows; ++y)
    add_limited(band.ptr<float>(y), 1 / deviation, at.residual.ptr<float>(y), band.cols);
}

/// The three directions of one octave, added to the residual; what is left is `octave.coarse`.
/// Edges are loud in one direction only: each direction has its own strength.
void BandNormaliser::add_octave(const cv::Mat& fine, double before, double sigma, Size& at) {
  split(fine, std::sqrt(sigma * sigma - before * before), at.octave);
  for (cv::Mat* band : {&at.octave.across, &at.octave.down, &at.octave.diagonal})
    add_band(*band, sigma, at);
}

const cv::Mat& BandNormaliser::operator()(const cv::Mat& luma) {
  const cv::Size half((luma.cols + 1) / 2, (luma.rows + 1) / 2);
  for (Size* size : {&whole_, &half_}) {
    size->residual.create(size == &whole_ ? luma.size() : half, CV_32F);
    size->residual.setTo(0);
  }
  add_octave(luma, 0, kFirstSigma, whole_);
  std::swap(middle_, whole_.octave.coarse);
  add_octave(middle_, kFirstSigma, 2 * kFirstSigma, whole_);
  // The last octave has nothing above a quarter cycle: half of the resolution holds it.
  cv::resize(whole_.octave.coarse, luma_, half, 0, 0, cv::INTER_AREA);
  add_octave(luma_, kFirstSigma, 2 * kFirstSigma, half_);
  cv::resize(half_.residual, whole_.energy, luma.size(), 0, 0, cv::INTER_LINEAR);
  whole_.residual += whole_.energy;
  return whole_.residual;
}

cv::Mat normalise_bands(const cv::Mat& luma) { return BandNormaliser()(luma); }

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
