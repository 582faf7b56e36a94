// SPDX-License-Identifier: Apache-2.0
// Known changes of luma.
#include "unit/image/marking.hpp"

#include <cmath>

namespace signmark::image::test {
namespace {

template <class T>
void fill_softly(cv::Mat& picture, int white) {
  const int channels = picture.channels();
  for (int y = 0; y < picture.rows; ++y)
    for (int x = 0; x < picture.cols; ++x)
      for (int c = 0; c < channels; ++c) {
        double share = 0.5 + 0.2 * std::sin(0.043 * x + 0.7 * c) * std::cos(0.031 * y - 0.4 * c);
        if (channels % 2 == 0 && c == channels - 1) share = std::min(1.0, 2.0 * x / picture.cols);
        picture.ptr<T>(y)[x * channels + c] = static_cast<T>(share * white);
      }
}

}  // namespace

cv::Mat soft_pattern(cv::Size size, int depth, int channels) {
  cv::Mat picture(size, CV_MAKETYPE(depth, channels));
  if (depth == CV_16U)
    fill_softly<std::uint16_t>(picture, 65535);
  else
    fill_softly<std::uint8_t>(picture, 255);
  return picture;
}

cv::Mat wave(cv::Size size, float amplitude) {
  cv::Mat change(size, CV_32FC1);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x)
      change.at<float>(y, x) =
          amplitude * (std::sin(0.5F * static_cast<float>(x) + 0.2F * static_cast<float>(y)) +
                       std::sin(0.3F * static_cast<float>(x) - 0.4F * static_cast<float>(y)));
  return change;
}

const Codec& codec_of(std::string_view mime) {
  for (const Codec* codec :
       {&kPngCodec, &kJpegCodec, &kWebpCodec, &kGifCodec, &kTiffCodec, &kAvifCodec, &kHeifCodec})
    if (codec->mime == mime) return *codec;
  FAIL("no codec for " << mime);
  return kPngCodec;
}

LumaPicture luma_in(ByteView file, std::string_view mime) {
  auto picture = codec_of(mime).read_luma(test_context(), file);
  REQUIRE_OK(picture);
  REQUIRE(picture->luma.type() == CV_32FC1);
  return *picture;
}

Changed changed(ByteView file, std::string_view mime, const cv::Mat& change,
                const label::VisibleLabel* label, const EncodeOptions& options) {
  const Context context = test_context();
  Changed result;
  const LumaChanger changer = [&](const LumaPicture& picture) -> Result<cv::Mat> {
    ++result.asked;
    CHECK(picture.luma.size() == change.size());
    return change;
  };
  auto image = codec_of(mime).change(Job{context, file, 1, &changer, label, options});
  REQUIRE_OK(image);
  result.image = std::move(*image);
  return result;
}

double worst_deviation(const LumaPicture& before, const LumaPicture& after, const cv::Mat& change) {
  REQUIRE(before.luma.size() == after.luma.size());
  cv::Mat opaque(change.size(), CV_8UC1, cv::Scalar(255));
  if (!after.opacity.empty()) opaque = after.opacity != 0;
  return cv::norm(after.luma, before.luma + change, cv::NORM_INF, opaque);
}

double arrived(const LumaPicture& before, const LumaPicture& after, const cv::Mat& change) {
  REQUIRE(before.luma.size() == after.luma.size());
  const cv::Mat difference = after.luma - before.luma;
  return difference.dot(change) / change.dot(change);
}

}  // namespace signmark::image::test
