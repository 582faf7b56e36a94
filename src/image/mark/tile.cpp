// SPDX-License-Identifier: Apache-2.0
#include "image/mark/tile.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numbers>

#include "base/vector.hpp"
#include "signal/polar.hpp"

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

cv::Mat tile_of(const CarrierSet& lattice, Sharing sharing, signal::IdFrame id,
                const std::optional<signal::SignedFrame>& signed_frame) {
  const ClassGains gains = class_gains(lattice, sharing);
  cv::Mat spectrum = cv::Mat::zeros(kTileSamples, kTileSamples, CV_32FC2);
  add_carriers(spectrum, lattice.pilots, {}, gains.pilots);
  static const signal::PolarCode id_code(kIdCarriers, signal::IdFrame::kBits);  // immutable
  id.with_signed = signed_frame.has_value();
  add_carriers(spectrum, lattice.id, id_code.encode(signal::pack(id, lattice.check_key)), gains.id);
  if (signed_frame) {
    add_carriers(spectrum, lattice.fine_pilots, {}, gains.pilots);
    static const signal::PolarCode code(kSignedCarriers, signal::SignedFrame::kBits);
    add_carriers(spectrum, lattice.signed_frame,
                 code.encode(signal::pack(*signed_frame, lattice.check_key)), gains.signed_frame);
  }
  return render_tile(spectrum);
}

double uniform(const Context& context) {
  std::array<Byte, 4> bytes{};
  context.random->fill(bytes);
  std::uint32_t word = 0;
  for (const Byte b : bytes) word = word << 8 | b;
  return word * 0x1p-32;
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

constexpr int kPitch = kTileSamples + 1;  // the periodic tile with its first column and row again
constexpr int kBlock = 64;                // pixels: their loads end before the arithmetic begins

/// A place in the tile, in 16.16 fixed point; unsigned, so that it wraps.
struct Position {
  std::uint32_t u, v;
};

/// The neighbours of a block of pixels, left and right beside each other.
struct Neighbours {
  std::array<float, std::size_t{2} * kBlock> above, below;
};

SIGNMARK_VECTOR void find_samples(Position at, Position step, int* index) {
  static_assert((kTileSamples & (kTileSamples - 1)) == 0);
  constexpr std::uint32_t kMask = kTileSamples - 1;
  for (std::uint32_t x = 0; x < kBlock; ++x) {
    const std::uint32_t i = ((at.u + x * step.u) >> 16) & kMask;
    const std::uint32_t j = ((at.v + x * step.v) >> 16) & kMask;
    index[x] = static_cast<int>(j * kPitch + i);
  }
}

/// Processors gather slowly, but load pairs fast.
void load_samples(const float* tile, const int* index, Neighbours& out) {
  constexpr std::size_t kPair = 2 * sizeof(float);
  for (std::size_t x = 0; x < kBlock; ++x) {
    std::memcpy(&out.above[2 * x], tile + index[x], kPair);
    std::memcpy(&out.below[2 * x], tile + index[x] + kPitch, kPair);
  }
}

SIGNMARK_VECTOR void interpolate(const Neighbours& near, Position at, Position step, float* out) {
  constexpr float kUnit = 1.0F / 65536;
  for (std::uint32_t x = 0; x < kBlock; ++x) {
    const std::uint32_t u = at.u + x * step.u, v = at.v + x * step.v, left = 2 * x;
    const float fu = static_cast<float>(static_cast<int>(u & 0xffff)) * kUnit;
    const float fv = static_cast<float>(static_cast<int>(v & 0xffff)) * kUnit;
    const float above = near.above[left] + fu * (near.above[left + 1] - near.above[left]);
    const float below = near.below[left] + fu * (near.below[left + 1] - near.below[left]);
    out[x] = above + fv * (below - above);
  }
}

/// One row by bilinear interpolation. `tile` has kPitch columns.
void lay_row(const float* tile, Position at, Position step, float* out, int width) {
  std::array<int, kBlock> index{};
  Neighbours near{};
  std::array<float, kBlock> rest{};
  for (int x = 0; x < width; x += kBlock) {
    find_samples(at, step, index.data());
    load_samples(tile, index.data(), near);
    const bool whole = x + kBlock <= width;
    interpolate(near, at, step, whole ? out + x : rest.data());
    if (!whole) std::copy_n(rest.data(), width - x, out + x);
    at = {at.u + kBlock * step.u, at.v + kBlock * step.v};
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
  cv::Mat around, wave(size, CV_32F);
  cv::copyMakeBorder(tile, around, 0, 1, 0, 1, cv::BORDER_WRAP);
  const Position step{fixed(map.a * kSamples), fixed(map.c * kSamples)};
  for (int y = 0; y < size.height; ++y) {
    const double u = (map.b * y + map.tx) * kSamples, v = (map.d * y + map.ty) * kSamples;
    lay_row(around.ptr<float>(), {fixed(u), fixed(v)}, step, wave.ptr<float>(y), size.width);
  }
  return wave;
}

}  // namespace signmark::image
