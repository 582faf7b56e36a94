// SPDX-License-Identifier: Apache-2.0
// The whitened spectrum of a residual, readable at any frequency: a non-uniform FFT (Fessler &
// Sutton 2003) with a Kaiser-Bessel kernel of 4x4 taps, so that any affine map is tried without
// resampling the picture.
#pragma once

#include <complex>
#include <memory>
#include <mutex>
#include <opencv2/core.hpp>
#include <optional>
#include <vector>

#include "image/mark/plane_fourier.hpp"

namespace signmark::image {

class Spectrum {
 public:
  /// Memory that is used on the way.
  struct Scratch {
    std::optional<PlaneFourier> fourier;
    cv::Mat power, mean, across, down;
  };
  explicit Spectrum(const cv::Mat& residual);
  Spectrum(const cv::Mat& residual, Scratch& scratch);

  /// Value at a frequency in cycles per pixel, phases counted from the centre of the picture; unit
  /// mean power, magnitude limited. 0 beyond `kBand`.
  [[nodiscard]] std::complex<float> at(double fx, double fy) const;

  /// Where a frequency lies on the grid: found once, good for the spectra of all pictures of one
  /// size.
  struct Place {
    std::ptrdiff_t cell = -1;                        ///< first of 4 x 4; negative beyond the band
    const float *across = nullptr, *down = nullptr;  ///< weights of the cells
    bool mirrored = false;
  };
  [[nodiscard]] Place place(double fx, double fy) const;
  /// The value there, phases counted from `origin`.
  [[nodiscard]] std::complex<float> at(const Place& place) const;
  /// From the centre of the picture; half a pixel where a side is even.
  [[nodiscard]] cv::Point2d origin() const {
    return {picture_.width % 2 == 0 ? 0.5 : 0, picture_.height % 2 == 0 ? 0.5 : 0};
  }

  /// Power at the nearest grid point, smoothed to the width of a line; 1 (the mean) beyond `kBand`.
  [[nodiscard]] float power_at(double fx, double fy) const;

  /// The power on its grid, for non-coherent search: the half plane of fx >= 0 with a margin. Made
  /// when first asked for.
  [[nodiscard]] const cv::Mat& power() const { return powers().fine; }
  /// The same, smoothed further, for coarse maps.
  [[nodiscard]] const cv::Mat& coarse_power() const { return powers().coarse; }
  /// Grid coordinates (column, row) of a frequency with fx >= 0.
  [[nodiscard]] cv::Point2d on_grid(double fx, double fy) const {
    return {fx * plane_.width + kMargin, (fy + 0.5) * plane_.height + kMargin};
  }

  [[nodiscard]] cv::Size picture() const { return picture_; }

  static constexpr double kBand = 0.48;  ///< highest frequency used

 private:
  static constexpr int kMargin = 3;  // columns of fx < 0 and rows beyond +-1/2

  struct Powers {
    std::once_flag once;
    cv::Mat fine, coarse;  // CV_32FC1, as large as half_
  };

  void take_half(const PlaneFourier& fourier);
  void whiten(Scratch& scratch);
  const Powers& powers() const;
  void scale_to_unit_power();

  cv::Size picture_, plane_;  // plane: the padded picture
  cv::Mat half_;              // CV_32FC2, rows from fy = -1/2
  std::unique_ptr<Powers> powers_ = std::make_unique<Powers>();
  float level_ = 1;  // brings the mean power to 1
};

}  // namespace signmark::image
