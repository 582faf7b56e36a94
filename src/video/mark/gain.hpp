// SPDX-License-Identifier: Apache-2.0
// How loud the mark is where in a frame: a map on a reduced picture that follows the film slowly
// and starts afresh at cuts.
#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "video/mark/frame_mark.hpp"

namespace signmark::video {

/// Gains are integers of this many to a grey level of 8 bits (rms of the wave).
inline constexpr double kGainUnits = 65536 * 64.0 / (24 * 128);

class GainMap {
 public:
  /// `psnr_db`: of the mark in every frame, at least.
  GainMap(const FilmShape& shape, double psnr_db);

  /// Looks at a frame in display order.
  void follow(const Luma& frame);

  /// Rows as wide as the film, CV_16SC1; row `y` of the film lies between rows `above` and
  /// `above + 1`, `weight` (of 32768) from the first to the second.
  [[nodiscard]] const cv::Mat& rows() const { return wide_; }
  struct Between {
    int above = 0, below = 0, weight = 0;
  };
  [[nodiscard]] Between between(int y) const;

 private:
  [[nodiscard]] bool cut(const Luma& frame);
  void update(const Luma& frame, bool afresh);
  void widen();

  double target_;  // rms in grey levels of 8 bits
  int step_ = 1, width_, since_update_ = 0;
  cv::Mat gain_;              // CV_32FC1, reduced
  cv::Mat wide_;              // CV_16SC1, as wide as the film
  double usual_ = 0;          // difference of probes from frame to frame
  std::vector<float> probe_;  // of the frame before
};

}  // namespace signmark::video
