// SPDX-License-Identifier: Apache-2.0
// The transforms of the mark's search against plain ones.
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>

#include "image/mark/front_end.hpp"
#include "image/mark/pilots.hpp"
#include "signal/streams.hpp"

using namespace signmark;
using namespace signmark::image;

namespace {

constexpr std::array<Byte, 32> kKey{7};

cv::Mat noise(cv::Size size) {
  signal::KeyStream stream(kKey, "noise");
  cv::Mat out(size, CV_32F);
  for (int y = 0; y < out.rows; ++y)
    for (int x = 0; x < out.cols; ++x) out.at<float>(y, x) = static_cast<float>(stream.unit() - .5);
  return out;
}

/// The picture in its plane, transformed by OpenCV.
cv::Mat plainly_transformed(const cv::Mat& picture, cv::Size size, const std::vector<float>& across,
                            const std::vector<float>& down) {
  cv::Mat plane = cv::Mat::zeros(size, CV_32F), spectrum;
  for (int y = 0; y < picture.rows; ++y)
    for (int x = 0; x < picture.cols; ++x)
      plane.at<float>((y - picture.rows / 2 + size.height) % size.height,
                      (x - picture.cols / 2 + size.width) % size.width) =
          picture.at<float>(y, x) * across[static_cast<std::size_t>(x)] *
          down[static_cast<std::size_t>(y)];
  cv::dft(plane, spectrum, cv::DFT_COMPLEX_OUTPUT);
  return spectrum;
}

}  // namespace

TEST_CASE("a picture is transformed in its plane", "[transforms]") {
  for (const cv::Size size : {cv::Size(64, 48), cv::Size(37, 21)}) {
    const cv::Mat picture = noise(size);
    const cv::Size plane(90, 60);
    std::vector<float> across, down;
    for (int x = 0; x < size.width; ++x) across.push_back(1 + 0.01F * static_cast<float>(x));
    for (int y = 0; y < size.height; ++y) down.push_back(y % 2 == 0 ? 1.5F : -1.0F);
    PlaneFourier fourier(plane);
    fourier.transform(noise({64, 48}), std::vector<float>(64, 1), std::vector<float>(48, 1));
    fourier.transform(picture, across, down);
    const cv::Mat expected = plainly_transformed(picture, plane, across, down);
    std::vector<cv::Vec2f> row(static_cast<std::size_t>(plane.width) / 2);
    double worst = 0;
    for (int y = 0; y < plane.height; ++y) {
      fourier.copy_row(y, plane.width / 2, row.data());
      for (int x = 0; x < plane.width / 2; ++x) {
        const auto& is = expected.at<cv::Vec2f>(y, x);
        const auto& copied = row[static_cast<std::size_t>(x)];
        worst = std::max<double>({worst, cv::norm(is - copied),
                                  std::abs(fourier.at(y, x) - std::complex(is[0], is[1]))});
      }
    }
    CHECK(worst < 1e-3);
  }
}

TEST_CASE("sums of pilots are what they stand for", "[transforms]") {
  const CarrierSet lattice = build_lattice(kKey);
  const PilotSums pilots(lattice.pilots);
  const Spectrum spectrum(normalise_bands(100 * noise({320, 180})));
  const Pose pose = similarity(64, 0.2, false);
  ShiftMap sums;
  pilots.sum(pilots.read(spectrum, pilots.places(spectrum, pose)), sums);
  const float unit = 1 / std::sqrt(0.5F * static_cast<float>(lattice.pilots.size()));
  for (const auto& [row, column] : {std::pair{0, 0}, {1, 95}, {24, 7}, {47, 48}, {72, 13}, {95, 1}})
    for (const bool turned : {false, true}) {
      double sum = 0;
      for (const Carrier& k : lattice.pilots) {
        const double u = k.u / 2.0, v = k.v / 2.0;
        const auto x = spectrum.at(pose.a * u + pose.c * v, pose.b * u + pose.d * v);
        const double angle = -k.phase - 2 * std::numbers::pi * (u * column + v * row) / kShiftGrid;
        sum += (std::complex<double>(turned ? std::conj(x) : x) * std::polar(1.0, angle)).real();
      }
      const auto at = static_cast<std::size_t>(row) * kShiftMapRow +
                      2 * static_cast<std::size_t>(column) + (turned ? 1 : 0);
      CHECK(sums[at] == Approx(unit * sum).margin(1e-3));
    }
}

TEST_CASE("kept memory changes nothing", "[transforms]") {
  BandNormaliser kept;
  Spectrum::Scratch scratch;
  (void)Spectrum(kept(90 * noise({200, 120})), scratch);
  const cv::Mat picture = 80 * noise({320, 180});
  const Spectrum again(kept(picture), scratch), fresh(normalise_bands(picture));
  for (const double f : {0.01, 0.13, -0.27, 0.4}) CHECK(again.at(f, 0.11) == fresh.at(f, 0.11));
  CHECK(cv::norm(again.power() - fresh.power()) == 0);
}
