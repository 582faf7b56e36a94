// SPDX-License-Identifier: Apache-2.0
#include "image/mark/spectrum.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "base/vector.hpp"

namespace signmark::image {
namespace {

constexpr int kTaps = 4, kPhases = 512;
constexpr double kPadding = 1.3;
constexpr double kBeta = 7.2;      // Beatty, Nishimura, Pauly 2005, for 4 taps and padding 1.3
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

/// Weights of four neighbours, each twice: for the two parts of a complex number.
using Weights = std::array<float, std::size_t{2} * kTaps>;

const std::vector<Weights>& kernel_table() {
  static const std::vector<Weights> table = [] {
    std::vector<Weights> made(kPhases);
    for (int p = 0; p < kPhases; ++p)
      for (int t = 0; t < kTaps; ++t) {
        const auto at = 2 * static_cast<std::size_t>(t);
        Weights& weights = made[static_cast<std::size_t>(p)];
        weights[at] = weights[at + 1] =
            static_cast<float>(kernel(t - 1 - static_cast<double>(p) / kPhases));
      }
    return made;
  }();
  return table;
}

std::vector<float> deconvolution(int side, int padded) {
  std::vector<float> factors;
  factors.reserve(static_cast<std::size_t>(side));
  for (int i = 0; i < side; ++i)
    factors.push_back(static_cast<float>(1 / kernel_response((i - (side - 1) / 2.0) / padded)));
  return factors;
}

/// Every second row of the plane is negated, which puts frequency 0 into the middle row.
void alternate(std::vector<float>& down) {
  const std::size_t middle = down.size() / 2;
  for (std::size_t y = (middle + 1) % 2; y < down.size(); y += 2) down[y] = -down[y];
}

/// An even size, so that the middle row exists.
int padded_side(int side) {
  const double wanted = std::max(side * kPadding, 192.0);
  return 2 * cv::getOptimalDFTSize(static_cast<int>(std::ceil(wanted / 2)));
}

}  // namespace

Spectrum::Spectrum(const cv::Mat& residual, Scratch& scratch)
    : picture_(residual.size()), plane_(padded_side(residual.cols), padded_side(residual.rows)) {
  if (!scratch.fourier || scratch.fourier->plane() != plane_) scratch.fourier.emplace(plane_);
  // The centre of the picture lies at (0, 0) of the plane, that of an even side between two pixels:
  // `origin`.
  const std::vector<float> across = deconvolution(residual.cols, plane_.width);
  std::vector<float> down = deconvolution(residual.rows, plane_.height);
  alternate(down);
  scratch.fourier->transform(residual, across, down);
  take_half(*scratch.fourier);
  whiten(scratch);
  scale_to_unit_power();
}

namespace {

Spectrum with_own_scratch(const cv::Mat& residual) {
  Spectrum::Scratch scratch;
  return {residual, scratch};
}

}  // namespace

Spectrum::Spectrum(const cv::Mat& residual) : Spectrum(with_own_scratch(residual)) {}

/// The columns of fx >= 0 and a margin on each side: a real picture's spectrum at -f is the
/// conjugate of that at f.
void Spectrum::take_half(const PlaneFourier& fourier) {
  const int columns = plane_.width / 2 + 2 * kMargin, middle = plane_.width / 2;
  half_.create(plane_.height + 2 * kMargin, columns, CV_32FC2);
  for (int y = 0; y < half_.rows; ++y) {
    const int row = (y - kMargin + plane_.height) % plane_.height;
    auto* out = half_.ptr<cv::Vec2f>(y) + kMargin;
    fourier.copy_row(row, middle, out);
    for (int x = 1; x <= kMargin; ++x) {
      const std::complex<float> mirrored = fourier.at((plane_.height - row) % plane_.height, x);
      out[-x] = {mirrored.real(), -mirrored.imag()};
    }
    // Column `middle` and what lies beyond is outside the band; repeated so that no tap reads
    // nothing.
    for (int x = middle; x < columns - kMargin; ++x) out[x] = out[middle - 1];
  }
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
  level_ = static_cast<float>(1 / std::sqrt(power));
}

namespace {

constexpr float kLineLimit = 20;  // one loud line is no ridge
constexpr float kClearly = 0.6F;
constexpr float kSilence = 1e-20F;

SIGNMARK_VECTOR void power_row(const float* values, float* power, std::size_t width) {
  for (std::size_t x = 0; x < width; ++x)
    power[x] = values[2 * x] * values[2 * x] + values[2 * x + 1] * values[2 * x + 1];
}

SIGNMARK_VECTOR void flatten_row(float* power, float* mean, int width) {
  for (int x = 0; x < width; ++x) {
    mean[x] = std::max(mean[x], kSilence);
    power[x] = std::min(power[x] / mean[x], kLineLimit);
  }
}

SIGNMARK_VECTOR void ridge_row(const float* across, const float* down, float* mean, int width) {
  for (int x = 0; x < width; ++x)
    mean[x] *= std::max(across[x] * kClearly, 1.0F) * std::max(down[x] * kClearly, 1.0F);
}

/// Divides by the mean and limits the magnitude.
SIGNMARK_VECTOR void whiten_row(float* values, const float* mean, std::size_t width) {
  for (std::size_t x = 0; x < width; ++x) {
    const float re = values[2 * x], im = values[2 * x + 1];
    const float whole = (re * re + im * im) / mean[x];
    const float kept = std::min(whole, kLoudest * kLoudest);
    const float scale = std::sqrt(kept / (std::max(whole, kSilence) * mean[x]));
    values[2 * x] = re * scale;
    values[2 * x + 1] = im * scale;
  }
}

/// Mean power around each point. Edges of borders and of compression blocks lie along the axes:
/// narrow ridges that a square window cannot see; where a row or column of the window is clearly
/// louder, it counts. `power` is limited in place.
void local_mean(cv::Size box, Spectrum::Scratch& at) {
  cv::boxFilter(at.power, at.mean, -1, box, {-1, -1}, true, cv::BORDER_REFLECT);
  for (int y = 0; y < at.power.rows; ++y)
    flatten_row(at.power.ptr<float>(y), at.mean.ptr<float>(y), at.power.cols);
  cv::boxFilter(at.power, at.across, -1, {box.width, 1}, {-1, -1}, true, cv::BORDER_REFLECT);
  cv::boxFilter(at.power, at.down, -1, {1, box.height}, {-1, -1}, true, cv::BORDER_REFLECT);
  for (int y = 0; y < at.power.rows; ++y)
    ridge_row(at.across.ptr<float>(y), at.down.ptr<float>(y), at.mean.ptr<float>(y), at.power.cols);
}

}  // namespace

void Spectrum::whiten(Scratch& scratch) {
  const auto width = static_cast<std::size_t>(half_.cols);
  scratch.power.create(half_.size(), CV_32F);
  for (int y = 0; y < half_.rows; ++y)
    power_row(half_.ptr<float>(y), scratch.power.ptr<float>(y), width);
  const auto window = [](int side) { return std::max(3, static_cast<int>(side / kWhitening) | 1); };
  local_mean({window(plane_.width), window(plane_.height)}, scratch);
  for (int y = 0; y < half_.rows; ++y)
    whiten_row(half_.ptr<float>(y), scratch.mean.ptr<float>(y), width);
}

const Spectrum::Powers& Spectrum::powers() const {
  std::call_once(powers_->once, [this] {
    cv::Mat power(half_.size(), CV_32F);
    for (int y = 0; y < half_.rows; ++y)
      power_row(half_.ptr<float>(y), power.ptr<float>(y), static_cast<std::size_t>(half_.cols));
    cv::GaussianBlur(power, powers_->fine, {3, 3}, 0.8);
    cv::blur(powers_->fine, powers_->coarse, {3, 3});
  });
  return *powers_;
}

float Spectrum::power_at(double fx, double fy) const {
  if (std::abs(fx) > kBand || std::abs(fy) > kBand) return 1;
  const cv::Point2d at = fx < 0 ? on_grid(-fx, -fy) : on_grid(fx, fy);
  return power().ptr<float>(cvRound(at.y))[cvRound(at.x)];
}

Spectrum::Place Spectrum::place(double fx, double fy) const {
  if (std::abs(fx) > kBand || std::abs(fy) > kBand) return {};
  Place place;
  place.mirrored = fx < 0;
  const cv::Point2d at = place.mirrored ? on_grid(-fx, -fy) : on_grid(fx, fy);
  const int ix = static_cast<int>(at.x), iy = static_cast<int>(at.y);  // both are positive
  const auto& table = kernel_table();
  place.across = table[static_cast<std::size_t>((at.x - ix) * kPhases)].data();
  place.down = table[static_cast<std::size_t>((at.y - iy) * kPhases)].data();
  place.cell = static_cast<std::ptrdiff_t>(iy - 1) * half_.cols + ix - 1;
  return place;
}

std::complex<float> Spectrum::at(double fx, double fy) const {
  const double angle = -2 * std::numbers::pi * (origin().x * fx + origin().y * fy);
  return at(place(fx, fy)) * std::polar(1.0F, static_cast<float>(angle));
}

std::complex<float> Spectrum::at(const Place& place) const {
  if (place.cell < 0) return {};
  constexpr std::size_t kRow = std::size_t{2} * kTaps;
  const float* line = half_.ptr<float>() + 2 * place.cell;
  float sums[kRow] = {};
  for (std::size_t j = 0; j < kTaps; ++j, line += half_.step1())
    for (std::size_t i = 0; i < kRow; ++i) sums[i] += place.down[2 * j] * line[i];
  for (std::size_t i = 0; i < kRow; ++i) sums[i] *= place.across[i];
  const float re = sums[0] + sums[2] + (sums[4] + sums[6]);
  const float im = sums[1] + sums[3] + (sums[5] + sums[7]);
  return {level_ * re, place.mirrored ? -level_ * im : level_ * im};
}

}  // namespace signmark::image
