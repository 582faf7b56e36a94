// SPDX-License-Identifier: Apache-2.0
// Pictures as video codecs hold them: one matrix a component, chroma at lower resolution. Drawing
// on them directly spares the picture a conversion to RGB and back.
#pragma once

#include <array>
#include <opencv2/core.hpp>

#include "image/luma.hpp"
#include "signmark/label.hpp"

namespace signmark::image {

/// Matrices are CV_8U or CV_16U and may be views of a codec's memory.
struct Planes {
  cv::Mat luma;                   ///< of an RGB picture: red
  std::array<cv::Mat, 2> chroma;  ///< of an RGB picture: green and blue; empty: grey
  cv::Mat alpha;                  ///< empty: opaque
  int depth = 8;                  ///< bits a sample, alpha too
  bool full_range = true;         ///< false: luma 16..235 on a scale of 255 (ITU-R BT.601)
  /// Diffuse white on the scale of the samples; HDR keeps what is above for lights.
  double white = 1;
  bool rgb = false;  ///< three components of equal size instead of luma and chroma
  bool premultiplied = false;

  [[nodiscard]] bool grey() const { return chroma[0].empty(); }
};

/// Lays an overlay (CV_8UC2: grey, alpha) over a part of the picture; samples that no painted pixel
/// touches stay as they are.
void blend(Planes& picture, const cv::Rect& where, const cv::Mat& overlay);

/// As luma_stats for interleaved pixels.
label::LumaStats luma_stats(const Planes& picture, const cv::Rect& where);

/// As luma_of and add_luma for interleaved pixels; of HDR pictures the whole signal counts.
LumaPicture luma_of(const Planes& picture);
void add_luma(Planes& picture, const cv::Mat& change);

}  // namespace signmark::image
