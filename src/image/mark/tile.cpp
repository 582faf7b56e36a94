// SPDX-License-Identifier: Apache-2.0
#include "image/mark/tile.hpp"

#include <cmath>
#include <numbers>

#include "image/mark/vector.hpp"

namespace signmark::image {

void add_carriers(cv::Mat& spectrum, const std::vector<Carrier>& carriers, const signal::Bits& bits,
                  float gain) {
  const auto wrap = [](int k) { return (k + kTileSamples) % kTileSamples; };
  for (std::size_t i = 0; i < carriers.size(); ++i) {
    const Carrier& c = carriers[i];
    const float sign = !bits.empty() && bits[i] != 0 ? -1.0F : 1.0F;
    // Half of the wave sqrt(2) g a cos(...); render_tile adds the conjugate half.
    const float a = sign * gain * c.shape * static_cast<float>(std::numbers::sqrt2) / 2;
    const float re = a * std::cos(c.phase), im = a * std::sin(c.phase);
    spectrum.at<cv::Vec2f>(wrap(c.v), wrap(c.u)) += cv::Vec2f(re, im);
    spectrum.at<cv::Vec2f>(wrap(-c.v), wrap(-c.u)) += cv::Vec2f(re, -im);
  }
}

cv::Mat render_tile(const cv::Mat& spectrum) {
  cv::Mat tile;
  cv::idft(spectrum, tile, cv::DFT_REAL_OUTPUT);
  return tile;
}

LatticeMap map_of(const LatticePlace& place) {
  const double angle = place.rotation_degrees * std::numbers::pi / 180;
  const double c = std::cos(angle) / place.tile, s = std::sin(angle) / place.tile;
  return {c,
          s,
          -s,
          c,
          -(c * place.origin_x + s * place.origin_y),
          -(-s * place.origin_x + c * place.origin_y)};
}

namespace {

/// One row by bilinear interpolation in 16.16 fixed point; the tile is periodic, so indices wrap by
/// masking.
SIGNMARK_VECTOR void lay_row(const cv::Mat& tile, std::uint32_t u, std::uint32_t v,
                             std::uint32_t du, std::uint32_t dv, float* out, int width) {
  static_assert((kTileSamples & (kTileSamples - 1)) == 0);
  constexpr std::uint32_t kMask = kTileSamples - 1;
  constexpr int kShift = 16;
  constexpr float kUnit = 1.0F / 65536;
  const float* data = tile.ptr<float>();
  for (int x = 0; x < width; ++x, u += du, v += dv) {
    const std::uint32_t i = (u >> kShift) & kMask, j = (v >> kShift) & kMask;
    const std::uint32_t i1 = (i + 1) & kMask, j1 = (j + 1) & kMask;
    const float fu = static_cast<float>(u & 0xffff) * kUnit,
                fv = static_cast<float>(v & 0xffff) * kUnit;
    const float* row = data + static_cast<std::size_t>(j) * kTileSamples;
    const float* row1 = data + static_cast<std::size_t>(j1) * kTileSamples;
    const float top = row[i] + fu * (row[i1] - row[i]);
    const float below = row1[i] + fu * (row1[i1] - row1[i]);
    out[x] = top + fv * (below - top);
  }
}

std::uint32_t fixed(double samples) {
  const double wrapped = samples - std::floor(samples / kTileSamples) * kTileSamples;
  return static_cast<std::uint32_t>(static_cast<std::int64_t>(std::llround(wrapped * 65536)));
}

}  // namespace

cv::Mat lay_tile(const cv::Mat& tile, const LatticePlace& place) {
  return lay_tile(tile, map_of(place), {place.width, place.height});
}

cv::Mat lay_tile(const cv::Mat& tile, const LatticeMap& map, cv::Size size) {
  constexpr double kSamples = kTileSamples / 2.0;  // per tile
  cv::Mat wave(size, CV_32F);
  for (int y = 0; y < size.height; ++y) {
    const double u = (map.b * y + map.tx) * kSamples, v = (map.d * y + map.ty) * kSamples;
    lay_row(tile, fixed(u), fixed(v), fixed(map.a * kSamples), fixed(map.c * kSamples),
            wave.ptr<float>(y), size.width);
  }
  return wave;
}

}  // namespace signmark::image
