// SPDX-License-Identifier: Apache-2.0
#include "image/blobs.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace signmark::image {
namespace {

constexpr float kWeakest = 0.5F;  // levels
// Long edges have extrema that slide along them: the larger curvature over the smaller.
constexpr float kMostCurved = 8;

/// sigma^2 times the Laplacian, by level.
std::vector<cv::Mat> responses(const cv::Mat& luma, const std::vector<double>& sigmas) {
  std::vector<cv::Mat> levels;
  cv::Mat smooth = luma;
  double before = 0;
  for (const double sigma : sigmas) {
    cv::Mat next, laplacian;
    cv::GaussianBlur(smooth, next, {}, std::sqrt(sigma * sigma - before * before), 0,
                     cv::BORDER_REFLECT);
    cv::Laplacian(next, laplacian, CV_32F, 1, sigma * sigma, 0, cv::BORDER_REFLECT);
    levels.push_back(laplacian);
    smooth = next;
    before = sigma;
  }
  return levels;
}

bool is_extremum(const std::vector<cv::Mat>& levels, std::size_t level, int x, int y) {
  const float value = levels[level].at<float>(y, x);
  const float sign = value > 0 ? 1.F : -1.F;
  for (std::size_t l = level - 1; l <= level + 1; ++l)
    for (int dy = -1; dy <= 1; ++dy) {
      const float* row = levels[l].ptr<float>(y + dy);
      for (int dx = -1; dx <= 1; ++dx)
        if ((l != level || dx != 0 || dy != 0) && sign * row[x + dx] >= sign * value) return false;
    }
  return true;
}

bool is_round(const cv::Mat& m, int x, int y) {
  const float v = m.at<float>(y, x);
  const float xx = m.at<float>(y, x + 1) + m.at<float>(y, x - 1) - 2 * v;
  const float yy = m.at<float>(y + 1, x) + m.at<float>(y - 1, x) - 2 * v;
  const float xy = (m.at<float>(y + 1, x + 1) + m.at<float>(y - 1, x - 1) -
                    m.at<float>(y + 1, x - 1) - m.at<float>(y - 1, x + 1)) /
                   4;
  const float trace = xx + yy, determinant = xx * yy - xy * xy;
  return determinant > 0 &&
         trace * trace * kMostCurved < determinant * (kMostCurved + 1) * (kMostCurved + 1);
}

/// Where the parabola through three values has its top, -1/2 to 1/2.
double top_of(float before, float at, float after) {
  const double bend = before - 2.0 * at + after;
  return bend == 0 ? 0 : std::clamp(0.5 * (before - after) / bend, -0.5, 0.5);
}

}  // namespace

std::vector<Blob> find_blobs(const cv::Mat& luma, const std::vector<double>& sigmas) {
  const std::vector<cv::Mat> levels = responses(luma, sigmas);
  std::vector<Blob> blobs;
  for (std::size_t l = 1; l + 1 < levels.size(); ++l) {
    const cv::Mat& m = levels[l];
    for (int y = 1; y + 1 < m.rows; ++y)
      for (int x = 1; x + 1 < m.cols; ++x) {
        const float v = m.at<float>(y, x);
        if (std::abs(v) < kWeakest || !is_extremum(levels, l, x, y) || !is_round(m, x, y)) continue;
        const double up = top_of(levels[l - 1].at<float>(y, x), v, levels[l + 1].at<float>(y, x));
        blobs.push_back({x + top_of(m.at<float>(y, x - 1), v, m.at<float>(y, x + 1)),
                         y + top_of(m.at<float>(y - 1, x), v, m.at<float>(y + 1, x)),
                         sigmas[l] * std::pow(sigmas[l] / sigmas[l - 1], up), std::abs(v)});
      }
  }
  std::ranges::sort(blobs, std::greater{}, &Blob::strength);
  return blobs;
}

}  // namespace signmark::image
