// SPDX-License-Identifier: Apache-2.0
#include "image/mark/octave.hpp"

#include <cmath>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "base/vector.hpp"

namespace signmark::image {
namespace {

/// Middle and one side of a normalised Gaussian.
std::vector<float> gaussian(double sigma) {
  constexpr double kTail = 3;
  const int reach = static_cast<int>(std::ceil(kTail * sigma));
  std::vector<float> taps;
  double sum = 0;
  for (int i = 0; i <= reach; ++i) {
    const double value = std::exp(-i * i / (2 * sigma * sigma));
    taps.push_back(static_cast<float>(value));
    sum += i == 0 ? value : 2 * value;
  }
  for (float& tap : taps) tap = static_cast<float>(tap / sum);
  return taps;
}

/// Index beyond a border, reflected without repeating the edge.
int reflected(int i, int size) {
  if (size == 1) return 0;
  const int period = 2 * (size - 1);
  i = std::abs(i) % period;
  return i < size ? i : period - i;
}

SIGNMARK_VECTOR void scale_row(const float* in, float tap, float* out, int width) {
  for (int x = 0; x < width; ++x) out[x] = tap * in[x];
}

SIGNMARK_VECTOR void add_pair(const float* before, const float* after, float tap, float* out,
                              int width) {
  for (int x = 0; x < width; ++x) out[x] += tap * (before[x] + after[x]);
}

/// `padded`: the row with `taps.size() - 1` more samples at each end.
void smooth_row(const float* padded, const std::vector<float>& taps, float* out, int width) {
  const std::size_t reach = taps.size() - 1;
  const float* middle = padded + reach;
  scale_row(middle, taps[0], out, width);
  for (std::size_t i = 1; i <= reach; ++i) add_pair(middle - i, middle + i, taps[i], out, width);
}

void smooth_across(const cv::Mat& in, const std::vector<float>& taps, cv::Mat& out) {
  const auto reach = static_cast<int>(taps.size()) - 1;
  std::vector<float> padded;
  out.create(in.size(), CV_32F);
  for (int y = 0; y < in.rows; ++y) {
    const float* row = in.ptr<float>(y);
    padded.clear();
    for (int i = -reach; i < 0; ++i) padded.push_back(row[reflected(i, in.cols)]);
    padded.insert(padded.end(), row, row + in.cols);
    for (int i = 0; i < reach; ++i) padded.push_back(row[reflected(in.cols + i, in.cols)]);
    smooth_row(padded.data(), taps, out.ptr<float>(y), in.cols);
  }
}

void smooth_down(const cv::Mat& in, int y, const std::vector<float>& taps, float* out) {
  scale_row(in.ptr<float>(y), taps[0], out, in.cols);
  for (int i = 1; i < static_cast<int>(taps.size()); ++i)
    add_pair(in.ptr<float>(reflected(y - i, in.rows)), in.ptr<float>(reflected(y + i, in.rows)),
             taps[static_cast<std::size_t>(i)], out, in.cols);
}

/// `across` holds the row smoothed across, `down` the one smoothed down; both become details.
SIGNMARK_VECTOR void details_row(const float* fine, const float* coarse, float* across, float* down,
                                 float* diagonal, int width) {
  for (int x = 0; x < width; ++x) {
    const float a = down[x] - coarse[x], d = across[x] - coarse[x];
    diagonal[x] = fine[x] - coarse[x] - a - d;
    across[x] = a;
    down[x] = d;
  }
}

SIGNMARK_VECTOR void energy_row(const float* top, const float* bottom, float* out,
                                std::size_t pairs) {
  for (std::size_t x = 0; x < pairs; ++x)
    out[x] = 0.25F * (top[2 * x] * top[2 * x] + top[2 * x + 1] * top[2 * x + 1] +
                      bottom[2 * x] * bottom[2 * x] + bottom[2 * x + 1] * bottom[2 * x + 1]);
}

}  // namespace

void split(const cv::Mat& fine, double sigma, Octave& out) {
  const std::vector<float> taps = gaussian(sigma);
  cv::Mat& smooth = out.smooth;
  smooth_across(fine, taps, smooth);
  for (cv::Mat* part : {&out.coarse, &out.across, &out.down, &out.diagonal})
    part->create(fine.size(), CV_32F);
  for (int y = 0; y < fine.rows; ++y) {
    smooth_down(fine, y, taps, out.down.ptr<float>(y));
    smooth_down(smooth, y, taps, out.coarse.ptr<float>(y));
    const float* row = smooth.ptr<float>(y);
    std::copy(row, row + fine.cols, out.across.ptr<float>(y));
    details_row(fine.ptr<float>(y), out.coarse.ptr<float>(y), out.across.ptr<float>(y),
                out.down.ptr<float>(y), out.diagonal.ptr<float>(y), fine.cols);
  }
}

cv::Mat halved(const cv::Mat& plane) {
  const cv::Size half(plane.cols / 2, plane.rows / 2);
  if (half.empty()) return plane;
  cv::Mat out;
  cv::resize(plane(cv::Rect(0, 0, 2 * half.width, 2 * half.height)), out, half, 0, 0,
             cv::INTER_AREA);
  return out;
}

void half_energy(const cv::Mat& band, cv::Mat& out) {
  out.create((band.rows + 1) / 2, (band.cols + 1) / 2, CV_32F);
  for (int y = 0; y < out.rows; ++y) {
    const float* top = band.ptr<float>(2 * y);
    const float* bottom = band.ptr<float>(std::min(2 * y + 1, band.rows - 1));
    float* row = out.ptr<float>(y);
    energy_row(top, bottom, row, static_cast<std::size_t>(band.cols) / 2);
    const int last = band.cols - 1;
    if (band.cols % 2 != 0)
      row[last / 2] = 0.5F * (top[last] * top[last] + bottom[last] * bottom[last]);
  }
}

}  // namespace signmark::image
