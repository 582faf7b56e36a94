// SPDX-License-Identifier: Apache-2.0
#include "image/mark/plane_fourier.hpp"

#include <algorithm>

namespace signmark::image {
namespace {

using signal::Bundle;
using signal::kLanes;
constexpr int kRows = 2 * static_cast<int>(kLanes);  // two real rows are one complex signal

/// Where a row or column of the picture lies in the plane.
std::size_t wrapped(int at, int side, int plane) {
  return static_cast<std::size_t>((at - side / 2 + plane) % plane);
}

}  // namespace

PlaneFourier::PlaneFourier(cv::Size plane)
    : plane_(plane),
      groups_((width() / 2 + kLanes - 1) / kLanes),
      across_(plane.width),
      down_(plane.height),
      rows_(width()),
      columns_(groups_ * height()) {}

/// Sixteen rows of the picture; those behind its last one are nothing.
void PlaneFourier::transform_rows(const cv::Mat& picture, int first,
                                  const std::vector<float>& across,
                                  const std::vector<float>& down) {
  std::ranges::fill(rows_, Bundle{});
  const float* factors = down.data() + first;
  for (int i = 0; i < std::min(kRows, picture.rows - first); ++i) {
    const float* in = picture.ptr<float>(first + i);
    const float factor = factors[i];
    const auto lane = static_cast<std::size_t>(i) / 2;
    const auto put = [&](int from, int to, std::size_t column) {
      for (int x = from; x < to; ++x, ++column)
        (i % 2 == 0 ? rows_[column].re : rows_[column].im)[lane] =
            in[x] * across[static_cast<std::size_t>(x)] * factor;
    };
    const int left = picture.cols / 2;
    put(0, left, width() - static_cast<std::size_t>(left));
    put(left, picture.cols, 0);
  }
  across_.forward(rows_);
}

/// Parts the pairs again: a real row's spectrum at -f is the conjugate of that at f.
void PlaneFourier::keep_rows(const cv::Mat& picture, int first) {
  const int count = std::min(kRows, picture.rows - first);
  for (std::size_t x = 0; x < width() / 2; ++x) {
    const Bundle &here = rows_[x], &mirrored = rows_[(width() - x) % width()];
    Bundle* column = &columns_[x / kLanes * height()];
    for (int i = 0; i < count; ++i) {
      const auto lane = static_cast<std::size_t>(i) / 2;
      const float re = here.re[lane], im = here.im[lane];
      const float other_re = mirrored.re[lane], other_im = mirrored.im[lane];
      Bundle& out = column[wrapped(first + i, picture.rows, plane_.height)];
      out.re[x % kLanes] = 0.5F * (i % 2 == 0 ? re + other_re : im + other_im);
      out.im[x % kLanes] = 0.5F * (i % 2 == 0 ? im - other_im : other_re - re);
    }
  }
}

void PlaneFourier::transform(const cv::Mat& picture, const std::vector<float>& across,
                             const std::vector<float>& down) {
  std::ranges::fill(columns_, Bundle{});
  for (int first = 0; first < picture.rows; first += kRows) {
    transform_rows(picture, first, across, down);
    keep_rows(picture, first);
  }
  for (std::size_t group = 0; group < groups_; ++group)
    down_.forward(std::span(columns_).subspan(group * height(), height()));
}

std::complex<float> PlaneFourier::at(int row, int column) const {
  const auto x = static_cast<std::size_t>(column);
  const Bundle& from = columns_[x / kLanes * height() + static_cast<std::size_t>(row)];
  return {from.re[x % kLanes], from.im[x % kLanes]};
}

void PlaneFourier::copy_row(int row, int count, cv::Vec2f* out) const {
  for (std::size_t x = 0; x < static_cast<std::size_t>(count); x += kLanes) {
    const Bundle& from = columns_[x / kLanes * height() + static_cast<std::size_t>(row)];
    const std::size_t lanes = std::min(kLanes, static_cast<std::size_t>(count) - x);
    for (std::size_t lane = 0; lane < lanes; ++lane) out[x + lane] = {from.re[lane], from.im[lane]};
  }
}

}  // namespace signmark::image
