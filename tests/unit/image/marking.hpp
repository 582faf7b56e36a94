// SPDX-License-Identifier: Apache-2.0
// Laying known changes of luma over pictures, and measuring what is left of them.
#pragma once

#include "image/codec.hpp"
#include "unit/image/pictures.hpp"

namespace signmark::image::test {

/// A smooth pattern in the middle of the scale, so that nothing clips; alpha as in pattern().
cv::Mat soft_pattern(cv::Size size, int depth, int channels);
/// A change of luma: two crossed waves of this amplitude, in levels.
cv::Mat wave(cv::Size size, float amplitude);

const Codec& codec_of(std::string_view mime);
LumaPicture luma_in(ByteView file, std::string_view mime);

/// Lays `change` over every picture that the codec asks about; counts the questions.
struct Changed {
  EncodedImage image;
  int asked = 0;
};
Changed changed(ByteView file, std::string_view mime, const cv::Mat& change,
                const label::VisibleLabel* label = nullptr, const EncodeOptions& options = {});

/// Largest deviation of `after` from `before` + `change`, of opaque pixels, levels of 255.
double worst_deviation(const LumaPicture& before, const LumaPicture& after, const cv::Mat& change);
/// How much of `change` arrived: its projection on the difference; 1 is all.
double arrived(const LumaPicture& before, const LumaPicture& after, const cv::Mat& change);

}  // namespace signmark::image::test
