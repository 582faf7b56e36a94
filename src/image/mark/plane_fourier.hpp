// SPDX-License-Identifier: Apache-2.0
// The Fourier transform of a real picture in a larger plane: only rows that hold something and
// columns that are read are worked on, eight lines at a time.
#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "signal/bundle.hpp"

namespace signmark::image {

class PlaneFourier {
 public:
  /// Sides are even products of 2, 3 and 5.
  explicit PlaneFourier(cv::Size plane);
  [[nodiscard]] cv::Size plane() const { return plane_; }

  /// Transforms a picture (CV_32FC1) whose sample (x, y) is multiplied with across[x] and down[y]
  /// and lies at column (x - width / 2) and row (y - height / 2), which wrap around.
  void transform(const cv::Mat& picture, const std::vector<float>& across,
                 const std::vector<float>& down);
  /// A value of the spectrum; `column` up to half of the width, exclusive.
  [[nodiscard]] std::complex<float> at(int row, int column) const;
  /// Columns from 0 on of a row.
  void copy_row(int row, int count, cv::Vec2f* out) const;

 private:
  [[nodiscard]] std::size_t height() const { return static_cast<std::size_t>(plane_.height); }
  [[nodiscard]] std::size_t width() const { return static_cast<std::size_t>(plane_.width); }
  void transform_rows(const cv::Mat& picture, int first, const std::vector<float>& across,
                      const std::vector<float>& down);
  void keep_rows(const cv::Mat& picture, int first);

  cv::Size plane_;
  std::size_t groups_;  // of columns
  signal::BundleFourier across_, down_;
  std::vector<signal::Bundle> rows_;     // eight pairs of rows, by column
  std::vector<signal::Bundle> columns_;  // groups of eight columns, by row
};

}  // namespace signmark::image
