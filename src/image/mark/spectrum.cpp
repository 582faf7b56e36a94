// SPDX-License-Identifier: Apache-2.0
#include "image/mark/spectrum.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

namespace signmark::image {
namespace {

constexpr int kTaps = 4, kPhases = 512;
constexpr double kPadding = 1.5;
constexpr double kBeta = 7.89;     // Beatty, Nishimura, Pauly 2005, for 4 taps and padding 1.5
const float kLoudest = 3;          // magnitudes are limited: lines of the host must not decide
constexpr double kWhitening = 24;  // the smoothing window is 1/24 of the spectrum

double bessel_i0(double x) {
  double sum = 1, term = 1;
  for (int k = 1; k < 40; ++k) {
    term *= (x / (2 * k)) * (x / (2 * k));
    sum += term;
  }
  return sum;
}

double kernel(double x) {
  const double inside = 1 - 4 * x * x / (kTaps * kTaps);
  return inside <= 0 ? 0 : bessel_i0(kBeta * std::sqrt(inside)) / kTaps;
}

/// What the kernel does to a pixel at this fraction of the padded side; divided out beforehand.
double kernel_response(double fraction) {
  const double x = std::numbers::pi * kTaps * fraction;
  const double square = kBeta * kBeta - x * x;
  if (square > 0) return std::sinh(std::sqrt(square)) / std::sqrt(square);
  return square < 0 ? std::sin(std::sqrt(-square)) / std::sqrt(-square) : 1;
}

std::vector<float> kernel_table() {
  std::vector<float> table;
  for (int p = 0; p < kPhases; ++p)
    for (int t = 0; t < kTaps; ++t)
      table.push_back(static_cast<float>(kernel(t - 1 - static_cast<double>(p) / kPhases)));
  return table;
}

std::vector<float> deconvolution(int side, int padded) {
  std::vector<float> factors;
  for (int i = 0; i < side; ++i)
    factors.push_back(static_cast<float>(1 / kernel_response((i - (side - 1) / 2.0) / padded)));
  return factors;
}

/// The picture with its centre at (0, 0) of the padded plane. The centre of an even side lies
/// between two pixels: `at` turns the phases back by that half pixel.
cv::Mat padded(const cv::Mat& residual, cv::Size plane) {
  cv::Mat out = cv::Mat::zeros(plane, CV_32F);
  const std::vector<float> across = deconvolution(residual.cols, plane.width);
  const std::vector<float> down = deconvolution(residual.rows, plane.height);
  for (int y = 0; y < residual.rows; ++y) {
    const float* in = residual.ptr<float>(y);
    float* row = out.ptr<float>((y - residual.rows / 2 + plane.height) % plane.height);
    for (int x = 0; x < residual.cols; ++x)
      row[(x - residual.cols / 2 + plane.width) % plane.width] =
          in[x] * across[static_cast<std::size_t>(x)] * down[static_cast<std::size_t>(y)];
  }
  return out;
}

}  // namespace

Spectrum::Spectrum(const cv::Mat& residual) : picture_(residual.size()), kernel_(kernel_table()) {
  const auto pad = [](int side) {
    return cv::getOptimalDFTSize(static_cast<int>(std::ceil(std::max(side * kPadding, 192.0))));
  };
  const cv::Size plane(pad(residual.cols), pad(residual.rows));
  cv::dft(padded(residual, plane), spectrum_, cv::DFT_COMPLEX_OUTPUT);
  whiten();
  scale_to_unit_power();
}

/// What `at` returns has unit mean power: measured on a fixed set of frequencies.
void Spectrum::scale_to_unit_power() {
  constexpr int kSide = 24;
  double power = 0;
  for (int j = 0; j < kSide; ++j)
    for (int i = 0; i < kSide; ++i)
      power += std::norm(at(0.43 * (2.0 * i / kSide - 1), 0.43 * (j + 0.37) / kSide));
  power /= kSide * kSide;
  if (power <= 0) return;
  const auto factor = static_cast<float>(std::pow(power, -0.25));  // the kernel is used twice
  for (float& k : kernel_) k *= factor;
}

namespace {

/// Edges of borders and of compression blocks lie along the axes: narrow ridges that a square
/// window cannot see. Where a row or column of the window is clearly louder, it counts.
cv::Mat with_ridges(const cv::Mat& square, const cv::Mat& mean, cv::Size box) {
  constexpr double kLineLimit = 20;  // one loud line is no ridge
  constexpr float kClearly = 0.6F;
  cv::Mat flat, across, down;
  cv::divide(square, cv::max(mean, 1e-20F), flat);
  flat = cv::min(flat, kLineLimit);
  cv::copyMakeBorder(flat, flat, box.height / 2, box.height / 2, box.width / 2, box.width / 2,
                     cv::BORDER_WRAP);
  cv::boxFilter(flat, across, -1, {box.width, 1});
  cv::boxFilter(flat, down, -1, {1, box.height});
  const cv::Rect inner(box.width / 2, box.height / 2, mean.cols, mean.rows);
  cv::Mat result = mean.mul(cv::max(across(inner) * kClearly, 1.0F));
  return result.mul(cv::max(down(inner) * kClearly, 1.0F));
}

}  // namespace

void Spectrum::whiten() {
  cv::Mat square(spectrum_.size(), CV_32F), mean;
  const auto total = static_cast<int>(spectrum_.total());
  auto* x = spectrum_.ptr<cv::Vec2f>();
  auto* p = square.ptr<float>();
  for (int i = 0; i < total; ++i) p[i] = x[i][0] * x[i][0] + x[i][1] * x[i][1];
  const auto window = [](int side) { return std::max(3, static_cast<int>(side / kWhitening) | 1); };
  const cv::Size box(window(spectrum_.cols), window(spectrum_.rows));
  // The plane is periodic.
  cv::Mat wide;
  cv::copyMakeBorder(square, wide, box.height / 2, box.height / 2, box.width / 2, box.width / 2,
                     cv::BORDER_WRAP);
  cv::boxFilter(wide, wide, -1, box);
  mean = wide({box.width / 2, box.height / 2, spectrum_.cols, spectrum_.rows}).clone();
  mean = with_ridges(square, mean, box);
  const float* m = mean.ptr<float>();
  power_.create(spectrum_.size(), CV_32F);
  float* power = power_.ptr<float>();
  for (int i = 0; i < total; ++i) {
    const float scale = 1 / std::sqrt(std::max(m[i], 1e-20F));
    float size = std::sqrt(p[i]) * scale;
    const float limit = size > kLoudest ? kLoudest / size : 1;
    x[i] *= scale * limit;
    size *= limit;
    power[i] = size * size;
  }
  cv::copyMakeBorder(power_, wide, 1, 1, 1, 1, cv::BORDER_WRAP);
  cv::GaussianBlur(wide, wide, {3, 3}, 0.8);
  power_ = wide({1, 1, spectrum_.cols, spectrum_.rows}).clone();
  cv::blur(power_, coarse_power_, {3, 3});
}

float Spectrum::power_at(double fx, double fy) const {
  if (std::abs(fx) > kBand || std::abs(fy) > kBand) return 1;
  const auto index = [](double f, int side) {
    const int i = static_cast<int>(std::lround(f * side));
    return i < 0 ? i + side : i;
  };
  return power_.at<float>(index(fy, power_.rows) % power_.rows,
                          index(fx, power_.cols) % power_.cols);
}

std::complex<float> Spectrum::at(double fx, double fy) const {
  if (std::abs(fx) > kBand || std::abs(fy) > kBand) return {};
  const double gx = fx * spectrum_.cols, gy = fy * spectrum_.rows;
  const int ix = static_cast<int>(std::floor(gx)), iy = static_cast<int>(std::floor(gy));
  const float* kx = &kernel_[static_cast<std::size_t>((gx - ix) * kPhases) * kTaps];
  const float* ky = &kernel_[static_cast<std::size_t>((gy - iy) * kPhases) * kTaps];
  int columns[kTaps];
  for (int t = 0; t < kTaps; ++t) {
    const int column = ix - 1 + t;
    columns[t] = column < 0                 ? column + spectrum_.cols
                 : column >= spectrum_.cols ? column - spectrum_.cols
                                            : column;
  }
  float re = 0, im = 0;
  for (int j = 0; j < kTaps; ++j) {
    const int row = iy - 1 + j;
    const auto* line = spectrum_.ptr<cv::Vec2f>(row < 0                 ? row + spectrum_.rows
                                                : row >= spectrum_.rows ? row - spectrum_.rows
                                                                        : row);
    float a = 0, b = 0;
    for (int t = 0; t < kTaps; ++t) {
      a += kx[t] * line[columns[t]][0];
      b += kx[t] * line[columns[t]][1];
    }
    re += ky[j] * a;
    im += ky[j] * b;
  }
  // Even sides: pixel 0 of the plane lies half a pixel right of the centre.
  const double half =
      -2 * std::numbers::pi *
      ((picture_.width % 2 == 0 ? 0.5 : 0) * fx + (picture_.height % 2 == 0 ? 0.5 : 0) * fy);
  return std::complex<float>(re, im) * std::polar(1.0F, static_cast<float>(half));
}

}  // namespace signmark::image
