// SPDX-License-Identifier: Apache-2.0
// Stockham's transform of mixed radix: each pass reads one buffer and writes the other in order.
#include "signal/bundle.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "base/vector.hpp"

namespace signmark::signal {
namespace {

using Lanes = float __attribute__((vector_size(4 * kLanes), may_alias));

/// A Bundle as vectors.
struct Pair {
  Lanes re, im;
};

#define SIGNMARK_INLINE inline __attribute__((always_inline))

template <int kRadix>
struct Butterfly;

template <>
struct Butterfly<2> {
  static SIGNMARK_INLINE void apply(Pair* a) {
    const Pair first = a[0];
    a[0] = {first.re + a[1].re, first.im + a[1].im};
    a[1] = {first.re - a[1].re, first.im - a[1].im};
  }
};

template <>
struct Butterfly<3> {
  static SIGNMARK_INLINE void apply(Pair* a) {
    constexpr float kSine = 0.86602540378443865F;
    const Pair sum{a[1].re + a[2].re, a[1].im + a[2].im};
    const Pair turned{kSine * (a[1].im - a[2].im), kSine * (a[2].re - a[1].re)};
    const Pair middle{a[0].re - 0.5F * sum.re, a[0].im - 0.5F * sum.im};
    a[0] = {a[0].re + sum.re, a[0].im + sum.im};
    a[1] = {middle.re + turned.re, middle.im + turned.im};
    a[2] = {middle.re - turned.re, middle.im - turned.im};
  }
};

template <>
struct Butterfly<4> {
  static SIGNMARK_INLINE void apply(Pair* a) {
    const Pair even{a[0].re + a[2].re, a[0].im + a[2].im};
    const Pair odd{a[1].re + a[3].re, a[1].im + a[3].im};
    const Pair even_apart{a[0].re - a[2].re, a[0].im - a[2].im};
    const Pair odd_turned{a[1].im - a[3].im, a[3].re - a[1].re};
    a[0] = {even.re + odd.re, even.im + odd.im};
    a[1] = {even_apart.re + odd_turned.re, even_apart.im + odd_turned.im};
    a[2] = {even.re - odd.re, even.im - odd.im};
    a[3] = {even_apart.re - odd_turned.re, even_apart.im - odd_turned.im};
  }
};

template <>
struct Butterfly<5> {
  static SIGNMARK_INLINE void apply(Pair* a) {
    constexpr float kCos1 = 0.30901699437494745F, kCos2 = -0.80901699437494745F;
    constexpr float kSin1 = 0.95105651629515353F, kSin2 = 0.58778525229247314F;
    const Pair outer{a[1].re + a[4].re, a[1].im + a[4].im};
    const Pair inner{a[2].re + a[3].re, a[2].im + a[3].im};
    const Pair outer_apart{a[1].im - a[4].im, a[4].re - a[1].re};
    const Pair inner_apart{a[2].im - a[3].im, a[3].re - a[2].re};
    const Pair near{a[0].re + kCos1 * outer.re + kCos2 * inner.re,
                    a[0].im + kCos1 * outer.im + kCos2 * inner.im};
    const Pair far{a[0].re + kCos2 * outer.re + kCos1 * inner.re,
                   a[0].im + kCos2 * outer.im + kCos1 * inner.im};
    const Pair near_turned{kSin1 * outer_apart.re + kSin2 * inner_apart.re,
                           kSin1 * outer_apart.im + kSin2 * inner_apart.im};
    const Pair far_turned{kSin2 * outer_apart.re - kSin1 * inner_apart.re,
                          kSin2 * outer_apart.im - kSin1 * inner_apart.im};
    a[0] = {a[0].re + outer.re + inner.re, a[0].im + outer.im + inner.im};
    a[1] = {near.re + near_turned.re, near.im + near_turned.im};
    a[2] = {far.re + far_turned.re, far.im + far_turned.im};
    a[3] = {far.re - far_turned.re, far.im - far_turned.im};
    a[4] = {near.re - near_turned.re, near.im - near_turned.im};
  }
};

template <int kRadix>
SIGNMARK_INLINE void pass(const Pair* in, Pair* out, std::size_t count, std::size_t stride,
                          const Complex* roots) {
  const std::size_t part = count / kRadix;
  for (std::size_t p = 0; p < part; ++p)
    for (std::size_t q = 0; q < stride; ++q) {
      Pair a[kRadix];
      for (std::size_t j = 0; j < kRadix; ++j) a[j] = in[q + stride * (p + part * j)];
      Butterfly<kRadix>::apply(a);
      out[q + stride * kRadix * p] = a[0];
      for (std::size_t k = 1; k < kRadix; ++k) {
        const float re = roots[stride * p * k].real(), im = roots[stride * p * k].imag();
        out[q + stride * (kRadix * p + k)] = {re * a[k].re - im * a[k].im,
                                              re * a[k].im + im * a[k].re};
      }
    }
}

SIGNMARK_VECTOR void run_pass(int radix, const Pair* in, Pair* out, std::size_t count,
                              std::size_t stride, const Complex* roots) {
  if (radix == 4)
    pass<4>(in, out, count, stride, roots);
  else if (radix == 2)
    pass<2>(in, out, count, stride, roots);
  else if (radix == 3)
    pass<3>(in, out, count, stride, roots);
  else
    pass<5>(in, out, count, stride, roots);
}

SIGNMARK_VECTOR void multiply(const Pair* a, const Pair* b, Pair* sum, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    sum[i].re += a[i].re * b[i].re + a[i].im * b[i].im;
    sum[i].im += a[i].im * b[i].re - a[i].re * b[i].im;
  }
}

const Pair* pairs(std::span<const Bundle> data) {
  return reinterpret_cast<const Pair*>(data.data());
}
Pair* pairs(std::span<Bundle> data) { return reinterpret_cast<Pair*>(data.data()); }

}  // namespace

BundleFourier::BundleFourier(int length)
    : roots_(static_cast<std::size_t>(length)), other_(roots_.size()) {
  for (std::size_t i = 0; i < roots_.size(); ++i) {
    const double angle = -2 * std::numbers::pi * static_cast<double>(i) / length;
    roots_[i] = {static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle))};
  }
  std::size_t count = roots_.size(), stride = 1;
  for (const int radix : {4, 2, 3, 5})
    for (const auto r = static_cast<std::size_t>(radix); count % r == 0; count /= r, stride *= r)
      passes_.push_back({radix, count, stride});
}

void BundleFourier::forward(std::span<Bundle> data) {
  std::span<Bundle> in = data, out = other_;
  for (const Pass& pass : passes_) {
    run_pass(pass.radix, pairs(in), pairs(out), pass.count, pass.stride, roots_.data());
    std::swap(in, out);
  }
  if (in.data() != data.data()) std::copy(in.begin(), in.end(), data.begin());
}

void add_products(std::span<const Bundle> a, std::span<const Bundle> b, std::span<Bundle> sum) {
  multiply(pairs(a), pairs(b), pairs(sum), sum.size());
}

std::vector<Complex> sum_of_lanes(std::span<const Bundle> data) {
  std::vector<Complex> sums;
  sums.reserve(data.size());
  for (const Bundle& all : data) {
    float re = 0, im = 0;
    for (std::size_t i = 0; i < kLanes; ++i) re += all.re[i], im += all.im[i];
    sums.emplace_back(re, im);
  }
  return sums;
}

}  // namespace signmark::signal
