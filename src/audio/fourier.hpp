// SPDX-License-Identifier: Apache-2.0
// Complex Fourier transforms of one length, planned once.
#pragma once

#include <complex>
#include <memory>
#include <span>
#include <vector>

namespace signmark::audio {

using Complex = std::complex<float>;

/// Not thread-safe. Two real signals go through one transform as real and imaginary part.
class Fourier {
 public:
  explicit Fourier(int length);
  ~Fourier();
  Fourier(Fourier&&) noexcept;
  Fourier& operator=(Fourier&&) noexcept;

  [[nodiscard]] int length() const { return length_; }
  /// In place. `inverse` divides by the length.
  void forward(std::span<Complex> data);
  void inverse(std::span<Complex> data);

  /// A length from `at_least` on that is quick.
  static int quick_length(int at_least);

 private:
  struct Plans;
  int length_;
  std::unique_ptr<Plans> plans_;
};

/// Root of a Hann window (for laying) or the window itself (for reading).
std::vector<float> hann(int length, bool root);

}  // namespace signmark::audio
