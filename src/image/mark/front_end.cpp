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

cv::Mat blur(const cv::Mat& in, double sigma, Axis axis) {
  constexpr double kTail = 3.2, kNone = 1e-6;
  const int taps = 2 * static_cast<int>(std::ceil(kTail * sigma)) + 1;
  cv::Mat out;
  if (axis == Axis::across)
    cv::GaussianBlur(in, out, {taps, 1}, sigma, kNone);
  else
    cv::GaussianBlur(in, out, {1, taps}, kNone, sigma);
  return out;
}

/// Local energy of a band. It varies slowly, so coarse bands are averaged on a coarser grid.
cv::Mat local_energy(const cv::Mat& band, double sigma) {
  const cv::Mat square = band.mul(band);
  const double reach = kEnergyReach * sigma;
  const int step = std::max(1, static_cast<int>(reach / 1.6));
  cv::Mat energy;
  if (step == 1 || std::min(band.rows, band.cols) < 8 * step) {
    cv::GaussianBlur(square, energy, {}, reach);
    return energy;
  }
  cv::Mat small;
  cv::resize(square, small, {(band.cols + step - 1) / step, (band.rows + step - 1) / step}, 0, 0,
             cv::INTER_AREA);
  cv::GaussianBlur(small, small, {}, reach / step);
  cv::resize(small, energy, band.size(), 0, 0, cv::INTER_LINEAR);
  return energy;
}

/// Adds one band to the residual. The best weight of a mark under locally varying noise is
/// amplitude / variance: the band is divided by its local variance, not by its deviation.
void add_band(cv::Mat band, double sigma, cv::Mat& residual) {
  const cv::Mat energy = local_energy(band, sigma);
  double sum = 0;
  for (int y = 0; y < band.rows; ++y) {
    float* b = band.ptr<float>(y);
    const float* e = energy.ptr<float>(y);
    float row = 0;
    for (int x = 0; x < band.cols; ++x) {
      const float strength = std::sqrt(std::max(e[x], 0.0F)) + kFloor;  // a blur can go below 0
      b[x] /= strength * strength;
      row += b[x] * b[x];
    }
    sum += row;
  }
  const auto deviation = static_cast<float>(std::sqrt(sum / static_cast<double>(band.total())));
  if (deviation < 1e-9F) return;  // nothing in this band
  const float scale = 1 / deviation;
  for (int y = 0; y < band.rows; ++y) {
    const float* b = band.ptr<float>(y);
    float* r = residual.ptr<float>(y);
    for (int x = 0; x < band.cols; ++x) r[x] += std::clamp(b[x] * scale, -kClip, kClip);
  }
}

}  // namespace

cv::Mat normalise_bands(const cv::Mat& luma) {
  cv::Mat residual = cv::Mat::zeros(luma.size(), CV_32F);
  cv::Mat fine = luma;
  double before = 0;
  for (const double sigma : kSigmas) {
    const double more = std::sqrt(sigma * sigma - before * before);
    const cv::Mat across = blur(fine, more, Axis::across), down = blur(fine, more, Axis::down);
    const cv::Mat coarse = blur(across, more, Axis::down);
    // Edges are loud in one direction only: each direction has its own strength.
    add_band(down - coarse, sigma, residual);
    add_band(across - coarse, sigma, residual);
    add_band(fine - across - down + coarse, sigma, residual);
    fine = coarse;
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
