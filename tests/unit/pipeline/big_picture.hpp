// SPDX-License-Identifier: Apache-2.0
// A picture of a megapixel and more, computed: smooth light, soft shapes and grain, as an
// uncompressed TIFF.
#pragma once

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "base/bytes.hpp"

namespace signmark::test {

/// Noise of a few octaves, 0..1: each a coarse random grid, interpolated smoothly.
class CloudNoise {
 public:
  explicit CloudNoise(std::uint32_t seed) : random_(seed) {
    for (auto& octave : grids_) {
      octave.resize(kSide * kSide);
      for (float& value : octave) value = static_cast<float>(random_() % 1000) / 1000.0F;
    }
  }
  [[nodiscard]] float at(float x, float y) const {
    float sum = 0, weight = 0.5F, scale = 1.0F / 256;
    for (const auto& grid : grids_) {
      sum += weight * sample(grid, x * scale, y * scale);
      weight *= 0.55F;
      scale *= 2;
    }
    return std::min(sum, 1.0F);
  }

 private:
  static constexpr std::size_t kSide = 64;
  static float sample(const std::vector<float>& grid, float x, float y) {
    const float fx = std::floor(x), fy = std::floor(y);
    const auto value = [&](float cx, float cy) {
      const auto column = static_cast<std::size_t>(cx) % kSide;
      const auto row = static_cast<std::size_t>(cy) % kSide;
      return grid[row * kSide + column];
    };
    const auto smooth = [](float t) { return t * t * (3 - 2 * t); };
    const float u = smooth(x - fx), v = smooth(y - fy);
    const float top = value(fx, fy) * (1 - u) + value(fx + 1, fy) * u;
    const float bottom = value(fx, fy + 1) * (1 - u) + value(fx + 1, fy + 1) * u;
    return top * (1 - v) + bottom * v;
  }

  std::minstd_rand random_;
  std::array<std::vector<float>, 8> grids_;
};

/// The pixels, RGB.
inline Bytes cloud_pixels(int width, int height, std::uint32_t seed) {
  const CloudNoise light(seed), hue(seed + 1);
  Bytes pixels;
  pixels.reserve(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const auto fx = static_cast<float>(x), fy = static_cast<float>(y);
      const float grey = 25 + 200 * light.at(fx, fy), tint = 60 * (hue.at(fx, fy) - 0.5F);
      for (const float value : {grey + tint, grey, grey - tint})
        pixels.push_back(static_cast<Byte>(std::clamp(value, 0.0F, 255.0F)));
    }
  return pixels;
}

/// Little-endian baseline TIFF, one strip.
inline Bytes cloud_tiff(int width, int height, std::uint32_t seed = 1,
                        std::uint16_t orientation = 1) {
  const Bytes pixels = cloud_pixels(width, height, seed);
  constexpr std::uint16_t kShort = 3, kLong = 4;
  constexpr std::uint32_t kEntries = 11, kHeader = 8, kDirectory = 2 + kEntries * 12 + 4;
  constexpr std::uint32_t kBits = kHeader + kDirectory, kData = kBits + 6;
  ByteWriter out;
  out.text("II").u16le(42).u32le(kHeader).u16le(kEntries);
  const auto entry = [&](std::uint16_t tag, std::uint16_t type, std::uint32_t count,
                         std::uint32_t value) {
    out.u16le(tag).u16le(type).u32le(count).u32le(value);
  };
  entry(256, kLong, 1, static_cast<std::uint32_t>(width));
  entry(257, kLong, 1, static_cast<std::uint32_t>(height));
  entry(258, kShort, 3, kBits);
  entry(259, kShort, 1, 1);  // no compression
  entry(262, kShort, 1, 2);  // RGB
  entry(273, kLong, 1, kData);
  entry(274, kShort, 1, orientation);
  entry(277, kShort, 1, 3);
  entry(278, kLong, 1, static_cast<std::uint32_t>(height));
  entry(279, kLong, 1, static_cast<std::uint32_t>(pixels.size()));
  entry(284, kShort, 1, 1);  // chunky
  out.u32le(0).u16le(8).u16le(8).u16le(8).bytes(pixels);
  return out.take();
}

}  // namespace signmark::test
