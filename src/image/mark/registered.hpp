// SPDX-License-Identifier: Apache-2.0
// Cells of the lattice cut out of a picture: the same pixels whatever was done to its geometry.
#pragma once

#include <opencv2/core.hpp>
#include <optional>

#include "image/luma.hpp"
#include "image/mark/lattice_mark.hpp"

namespace signmark::image {

/// The map of a picture that has just been marked, as detection would find it.
LatticeMap map_at_embedding(const LatticePlace& place);

/// Whether tiles of this map are large enough to be looked at.
bool can_register(const LatticeMap& map);

/// Where cells of `across` x `down` tiles lie in a picture.
class CellGrid {
 public:
  CellGrid(cv::Size picture, const LatticeMap& map, int across, int down);

  /// Columns and rows of all cells that touch the picture.
  [[nodiscard]] cv::Rect reach() const;
  /// Those of all cells that lie wholly in it.
  [[nodiscard]] cv::Rect extent() const;
  [[nodiscard]] bool whole(int column, int row) const;
  /// Corners of a cell in the picture's pixels, clockwise in the cell's own turn.
  [[nodiscard]] std::array<cv::Point2d, 4> corners(int column, int row) const;

  [[nodiscard]] cv::Point2d pixel(double column, double row) const;
  [[nodiscard]] const cv::Matx22d& to_pixels() const { return to_pixels_; }
  [[nodiscard]] double side() const;  ///< of a cell, in pixels

 private:
  cv::Size picture_;
  cv::Matx22d to_pixels_;  // cells to picture pixels
  cv::Point2d shift_;      // cell coordinates of the picture's centre
};

/// The picture seen through the lattice.
class Registered {
 public:
  static constexpr int kSamples = 32;  ///< a side of a cell

  Registered(const LumaPicture& picture, const CellGrid& grid);

  [[nodiscard]] const CellGrid& grid() const { return grid_; }
  /// The cell's low frequencies; nothing unless all of it is there and opaque.
  [[nodiscard]] std::optional<cv::Mat> cell(int column, int row) const;

 private:
  CellGrid grid_;
  cv::Mat smooth_, opacity_;  // halved as often as `reduced_` says
  double reduced_ = 1;
};

}  // namespace signmark::image
