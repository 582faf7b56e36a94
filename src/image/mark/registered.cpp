// SPDX-License-Identifier: Apache-2.0
#include "image/mark/registered.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "image/mark/octave.hpp"
#include "image/mark/tile.hpp"

namespace signmark::image {
namespace {

constexpr double kReducedCell = 64;  // pixels a cell at least: twice what is sampled
// Of a cell: leaves four cycles alone, takes away the mark, of five and more, and what a codec
// adds.
constexpr double kBlur = 0.03;
constexpr double kSlack = 0.03;  // of a cell: rounding of crops must not take away whole rows

/// Halved as often as a cell stays large enough; returns how often.
int reduce(cv::Mat& plane, double side) {
  int halvings = 0;
  for (; side >= 2 * kReducedCell; side /= 2, ++halvings) plane = halved(plane);
  return halvings;
}

}  // namespace

LatticeMap map_at_embedding(const LatticePlace& place) {
  LatticeMap map = map_of(place);
  const double x = (place.width - 1) / 2.0, y = (place.height - 1) / 2.0;
  map.tx += map.a * x + map.b * y;
  map.ty += map.c * x + map.d * y;
  return map;
}

bool can_register(const LatticeMap& map) {
  constexpr double kLeastTile = 8, kLargestTile = 1e5;  // pixels
  const double tiles_per_pixel = std::sqrt(std::abs(map.a * map.d - map.b * map.c));
  return tiles_per_pixel * kLeastTile <= 1 && tiles_per_pixel * kLargestTile >= 1;
}

CellGrid::CellGrid(cv::Size picture, const LatticeMap& map, int across, int down)
    : picture_(picture), shift_(map.tx / across, map.ty / down) {
  to_pixels_ = cv::Matx22d(map.a / across, map.b / across, map.c / down, map.d / down).inv();
}

double CellGrid::side() const { return std::sqrt(std::abs(cv::determinant(to_pixels_))); }

cv::Point2d CellGrid::pixel(double column, double row) const {
  const cv::Vec2d offset = to_pixels_ * cv::Vec2d(column - shift_.x, row - shift_.y);
  return {offset[0] + (picture_.width - 1) / 2.0, offset[1] + (picture_.height - 1) / 2.0};
}

cv::Rect CellGrid::reach() const {
  const cv::Matx22d to_cells = to_pixels_.inv();
  double left = 1e9, right = -1e9, top = 1e9, bottom = -1e9;
  for (const double x : {-0.5, 0.5})
    for (const double y : {-0.5, 0.5}) {
      const cv::Vec2d u = to_cells * cv::Vec2d(x * picture_.width, y * picture_.height);
      left = std::min(left, u[0] + shift_.x), right = std::max(right, u[0] + shift_.x);
      top = std::min(top, u[1] + shift_.y), bottom = std::max(bottom, u[1] + shift_.y);
    }
  const int column = static_cast<int>(std::floor(left)), row = static_cast<int>(std::floor(top));
  return {column, row, static_cast<int>(std::ceil(right)) - column,
          static_cast<int>(std::ceil(bottom)) - row};
}

std::array<cv::Point2d, 4> CellGrid::corners(int column, int row) const {
  return {pixel(column, row), pixel(column + 1, row), pixel(column + 1, row + 1),
          pixel(column, row + 1)};
}

bool CellGrid::whole(int column, int row) const {
  const auto at = corners(column, row);
  const double slack = kSlack * cv::norm(at[1] - at[0]) + 0.5;
  return std::all_of(at.begin(), at.end(), [&](const cv::Point2d& p) {
    return p.x >= -slack && p.y >= -slack && p.x <= picture_.width - 1 + slack &&
           p.y <= picture_.height - 1 + slack;
  });
}

cv::Rect CellGrid::extent() const {
  cv::Rect all;
  const cv::Rect touched = reach();
  for (int row = touched.y; row < touched.br().y; ++row)
    for (int column = touched.x; column < touched.br().x; ++column)
      if (whole(column, row)) all |= cv::Rect(column, row, 1, 1);  // empty | one cell is the cell
  return all;
}

Registered::Registered(const LumaPicture& picture, const CellGrid& grid) : grid_(grid) {
  cv::Mat luma = picture.luma;
  reduced_ = std::ldexp(1.0, -reduce(luma, grid.side()));
  if (!picture.opacity.empty()) {
    opacity_ = picture.opacity;
    reduce(opacity_, grid.side());
  }
  const double sigma = kBlur * grid.side() * reduced_;
  cv::GaussianBlur(luma, smooth_, {}, sigma, sigma, cv::BORDER_REPLICATE);  // never in place
}

std::optional<cv::Mat> Registered::cell(int column, int row) const {
  if (!grid_.whole(column, row)) return std::nullopt;
  // Sample (i, j) lies at (i + 1/2) / kSamples of the cell.
  const double half = 0.5 / kSamples;
  const cv::Point2d first = grid_.pixel(column + half, row + half);
  const cv::Matx22d step = grid_.to_pixels() * (1.0 / kSamples);
  const cv::Matx23d warp(step(0, 0) * reduced_, step(0, 1) * reduced_,
                         (first.x + 0.5) * reduced_ - 0.5, step(1, 0) * reduced_,
                         step(1, 1) * reduced_, (first.y + 0.5) * reduced_ - 0.5);
  const auto sampled = [&](const cv::Mat& plane) {
    cv::Mat out;
    cv::warpAffine(plane, out, warp, {kSamples, kSamples}, cv::INTER_LINEAR | cv::WARP_INVERSE_MAP,
                   cv::BORDER_REPLICATE);
    return out;
  };
  if (!opacity_.empty()) {
    double least = 0;
    cv::minMaxLoc(sampled(opacity_), &least);
    constexpr double kOpaque = 250;
    if (least < kOpaque) return std::nullopt;
  }
  return sampled(smooth_);
}

}  // namespace signmark::image
