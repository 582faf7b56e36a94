// SPDX-License-Identifier: Apache-2.0
// Maps of pilot sums over all shifts (image::kShiftGrid squared, two channels), which repeat in
// both directions: added up and compared under shifts. A search does so thousands of times.
#pragma once

#include <opencv2/core.hpp>
#include <span>

#include "video/mark/holds.hpp"

namespace signmark::video {

/// A map, ready to be read under any shift.
class Torus {
 public:
  /// `sums`: CV_32FC2.
  explicit Torus(const cv::Mat& sums);
  /// Row `y` as it lies when the origin is moved by `shift` (tiles).
  [[nodiscard]] const float* row(int y, const Shift& shift) const;

 private:
  cv::Mat wide_;  // repeated across
};

/// The sum of maps, each under its own shift. `parts` and `shifts` are of one length.
cv::Mat sum_of(std::span<const Torus* const> parts, std::span<const Shift> shifts);

/// The highest value that any of the shifts brings, for every origin.
cv::Mat highest_of(const Torus& map, std::span<const Shift> shifts);

}  // namespace signmark::video
