// SPDX-License-Identifier: Apache-2.0
// The mark's vector loops exist for AVX2 and for every x86-64 (base/vector.hpp). Both must
// give these bits; on a machine with AVX2 the other half runs by
//   qemu-x86_64 -cpu Nehalem build/image_test "kernels*"
#include <fmt/format.h>
#include <sodium.h>

#include "image/mark/mask.hpp"
#include "image/mark/octave.hpp"
#include "image/mark/tile.hpp"
#include "signal/streams.hpp"
#include "unit/image/pictures.hpp"

using namespace signmark;
using namespace signmark::image;

namespace {

constexpr std::array<Byte, 32> kKey{42};
const cv::Size kSize(333, 207);

/// Uniform numbers of 0..255 from a named stream: the same on every machine.
cv::Mat numbers(std::string_view name, cv::Size size) {
  signal::KeyStream stream(kKey, name);
  cv::Mat out(size, CV_32F);
  for (int y = 0; y < out.rows; ++y)
    for (int x = 0; x < out.cols; ++x)
      out.at<float>(y, x) = static_cast<float>(stream.next() % 65536) / 257;
  return out;
}

std::string digest(const cv::Mat& values) {
  std::array<Byte, 16> hash{};
  REQUIRE(values.isContinuous());
  crypto_generichash(hash.data(), hash.size(), values.ptr(), values.total() * values.elemSize(),
                     nullptr, 0);
  std::string hex;
  for (const Byte b : hash) hex += fmt::format("{:02x}", b);
  return hex;
}

}  // namespace

TEST_CASE("kernels: an octave and its energy") {
  const cv::Mat picture = numbers("picture", kSize);
  Octave octave;
  split(picture, 1.3, octave);
  CHECK(digest(octave.across) == "40087c78e35dc9b14bc8bd4d27593360");
  CHECK(digest(octave.down) == "d6f0e32a1edc012f0e28bc7e25f36828");
  CHECK(digest(octave.diagonal) == "8de3923f2d522576bcd1f0b675a67765");
  cv::Mat energy;
  half_energy(picture, energy);
  CHECK(digest(energy) == "7a475d4daf1f2dd9a7275de4f9b3e783");
}

TEST_CASE("kernels: a tile under a turned map") {
  const LatticePlace place{131.7, 12.3, 45.6, 1.7, kSize.width, kSize.height};
  CHECK(digest(lay_tile(numbers("tile", {kTileSamples, kTileSamples}), place)) ==
        "33d6ccace2b7e09ad0e7844b2afe7f6f");
}

TEST_CASE("kernels: rows of a mask") {
  const Mask mask{numbers("mask", {111, 69}), kSize};
  MaskRows rows(mask);
  cv::Mat wide(kSize, CV_32F);
  for (int y = 0; y < wide.rows; ++y) rows.row(y).copyTo(wide.row(y));
  CHECK(digest(wide) == "4d115d01b0aa1221e35a4c6e7a6c1654");
}
