// SPDX-License-Identifier: Apache-2.0
#include "audio/fourier.hpp"

#include <cmath>
#include <numbers>
#include <opencv2/core.hpp>
#include <opencv2/core/hal/hal.hpp>

namespace signmark::audio {

struct Fourier::Plans {
  cv::Ptr<cv::hal::DFT1D> forward, inverse;
  std::vector<Complex> out;
};

Fourier::Fourier(int length) : length_(length), plans_(std::make_unique<Plans>()) {
  plans_->forward = cv::hal::DFT1D::create(length, 1, CV_32F, 0);
  plans_->inverse =
      cv::hal::DFT1D::create(length, 1, CV_32F, CV_HAL_DFT_INVERSE | CV_HAL_DFT_SCALE);
  plans_->out.resize(static_cast<std::size_t>(length));
}
Fourier::~Fourier() = default;
Fourier::Fourier(Fourier&&) noexcept = default;
Fourier& Fourier::operator=(Fourier&&) noexcept = default;

namespace {

void apply(cv::hal::DFT1D& plan, std::span<Complex> data, std::vector<Complex>& out) {
  plan.apply(reinterpret_cast<const uchar*>(data.data()), reinterpret_cast<uchar*>(out.data()));
  std::copy(out.begin(), out.end(), data.begin());
}

}  // namespace

void Fourier::forward(std::span<Complex> data) { apply(*plans_->forward, data, plans_->out); }
void Fourier::inverse(std::span<Complex> data) { apply(*plans_->inverse, data, plans_->out); }

int Fourier::quick_length(int at_least) { return cv::getOptimalDFTSize(at_least); }

std::vector<float> hann(int length, bool root) {
  std::vector<float> window(static_cast<std::size_t>(length));
  for (std::size_t i = 0; i < window.size(); ++i) {
    const double sine = std::sin(std::numbers::pi * (static_cast<double>(i) + 0.5) / length);
    window[i] = static_cast<float>(root ? sine : sine * sine);
  }
  return window;
}

}  // namespace signmark::audio
