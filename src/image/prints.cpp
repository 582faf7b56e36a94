// SPDX-License-Identifier: Apache-2.0
// After PDQ (Facebook 2019): 16 x 16 low frequencies of a small picture against their median.
#include "image/prints.hpp"

#include <algorithm>
#include <opencv2/imgproc.hpp>

namespace signmark::image {
namespace {

constexpr int kSide = 64;     // of the small picture
constexpr int kBand = 16;     // frequencies a direction, without the constant ones
constexpr double kFlat = 1.;  // standard deviation, in levels, below which nothing can be told

std::optional<PrintBits> bits_of(const cv::Mat& luma) {
  cv::Mat small, spectrum;
  cv::resize(luma, small, {kSide, kSide}, 0, 0, cv::INTER_AREA);
  cv::Scalar mean, deviation;
  cv::meanStdDev(small, mean, deviation);
  if (deviation[0] < kFlat) return std::nullopt;
  cv::dct(small, spectrum);
  const cv::Mat band = spectrum(cv::Rect(1, 1, kBand, kBand)).clone();
  std::vector<float> sorted(band.begin<float>(), band.end<float>());
  std::nth_element(sorted.begin(), sorted.begin() + sorted.size() / 2, sorted.end());
  const float median = sorted[sorted.size() / 2];
  PrintBits bits{};
  for (int i = 0; i < kBand * kBand; ++i)
    if (band.at<float>(i / kBand, i % kBand) > median)
      bits[static_cast<std::size_t>(i / 8)] |= static_cast<Byte>(1U << (i % 8));
  return bits;
}

}  // namespace

std::vector<Print> picture_prints(const LumaPicture& picture, int /*orientation*/,
                                  PrintUse /*use*/) {
  std::vector<Print> prints;
  if (const auto bits = bits_of(picture.luma)) prints.push_back({PrintKind::picture, 0, *bits});
  return prints;
}

}  // namespace signmark::image
