// SPDX-License-Identifier: Apache-2.0
// How samples lie in a matrix, and what is done to them: laying an overlay over them, measuring
// luma.
#pragma once

#include <opencv2/core.hpp>

#include "image/luma.hpp"
#include "signmark/label.hpp"

namespace signmark::image {

enum class ColourModel {
  grey,
  rgb,    ///< red first
  ycbcr,  ///< luma first, full range, chroma centred
  cmyk
};

/// Meaning of an interleaved matrix of depth CV_8U or CV_16U. Alpha, when there is one, comes last.
struct PixelLayout {
  ColourModel model = ColourModel::rgb;
  bool alpha = false;
  bool premultiplied = false;
  /// Grey: 0 is white (TIFF). CMYK: the highest value is no ink (Adobe).
  bool inverted = false;
  int white = 255;  ///< highest sample value

  [[nodiscard]] int channels() const {
    const int colours = model == ColourModel::grey ? 1 : model == ColourModel::cmyk ? 4 : 3;
    return colours + (alpha ? 1 : 0);
  }
};

/// Lays an overlay (CV_8UC2: grey, alpha) over equally large pixels; clear overlay pixels leave
/// theirs bit-identical.
void blend(cv::Mat pixels, const PixelLayout& layout, const cv::Mat& overlay);

/// Mean and deviation of luma on a scale of 255. Pixels that are not opaque count as a busy
/// background, because nobody knows what they will be shown on.
label::LumaStats luma_stats(const cv::Mat& pixels, const PixelLayout& layout);

/// Luma and opacity as the robust mark sees them.
LumaPicture luma_of(const cv::Mat& pixels, const PixelLayout& layout);

/// Adds a change of luma (CV_32FC1, levels of 255, as large as the picture) to red, green and blue
/// alike, to luma alone, or to the inks; rounds and clips. Alpha and clear pixels stay.
void add_luma(cv::Mat& pixels, const PixelLayout& layout, const cv::Mat& change);

}  // namespace signmark::image
