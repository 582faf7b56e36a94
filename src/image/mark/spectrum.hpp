// SPDX-License-Identifier: Apache-2.0
// The whitened spectrum of a residual, readable at any frequency: a non-uniform FFT (Fessler &
// Sutton 2003) with a Kaiser-Bessel kernel of 4x4 taps, so that any affine map is tried without
// resampling the picture.
#pragma once

#include <complex>
#include <opencv2/core.hpp>
#include <vector>

namespace signmark::image {

class Spectrum {
 public:
  explicit Spectrum(const cv::Mat& residual);

  /// Value at a frequency in cycles per pixel, phases counted from the centre of the picture; unit
  /// mean power, magnitude limited. 0 beyond `kBand`.
  [[nodiscard]] std::complex<float> at(double fx, double fy) const;

  /// Power for non-coherent search, smoothed to the width of a line; full plane, frequency 0 at (0,
  /// 0).
  [[nodiscard]] const cv::Mat& power() const { return power_; }
  /// The same, smoothed further for coarse maps.
  [[nodiscard]] const cv::Mat& coarse_power() const { return coarse_power_; }
  /// Power at the nearest grid point; 1 (the mean) beyond `kBand`.
  [[nodiscard]] float power_at(double fx, double fy) const;
  [[nodiscard]] cv::Size grid() const { return spectrum_.size(); }
  [[nodiscard]] cv::Size picture() const { return picture_; }

  static constexpr double kBand = 0.48;  ///< highest frequency used

 private:
  void whiten();
  void scale_to_unit_power();

  cv::Size picture_;
  cv::Mat spectrum_;              // CV_32FC2
  cv::Mat power_, coarse_power_;  // CV_32FC1
  std::vector<float> kernel_;
};

}  // namespace signmark::image
