// SPDX-License-Identifier: Apache-2.0
// From luma to a picture in which the mark is as loud as it can be: canonical size, sub-band local
// normalisation (image-mark.md section 8.1).
#pragma once

#include "image/luma.hpp"
#include "image/mark/octave.hpp"

namespace signmark::image {

/// The residual at canonical size, and how it lies in the picture.
struct Residual {
  cv::Mat values;                   ///< CV_32FC1
  double scale_x = 1, scale_y = 1;  ///< canonical pixels per picture pixel
};

Residual front_end(const LumaPicture& picture);

/// Sub-band normalisation alone, for pictures of canonical size, in memory that is kept: fresh
/// memory costs as much as the arithmetic.
class BandNormaliser {
 public:
  /// Valid until the next picture.
  const cv::Mat& operator()(const cv::Mat& luma);

 private:
  /// Of one size of band.
  struct Size {
    Octave octave;
    cv::Mat small, smooth, energy, residual;
  };
  static void add_octave(const cv::Mat& fine, double before, double sigma, Size& at);
  static void add_band(cv::Mat& band, double sigma, Size& at);

  Size whole_, half_;
  cv::Mat middle_, luma_;
};
/// For one picture.
cv::Mat normalise_bands(const cv::Mat& luma);

}  // namespace signmark::image
