// SPDX-License-Identifier: Apache-2.0
// blind_watermark in bit mode: the same mark, computed by code of our own.
//
// Origin: GitHub, guofei9987/blind_watermark, blind_watermark/bwm_core.py, commit
// 03d0074f7f7867eb7a2bd2589a4ecbade00a0621, and blind_watermark.py, commit
// 01de4b19b793db72c85be3f321ee813c0c5698a8. MIT License, Copyright (c) 2019 郭飞.
//
// It differs in one thing: in a block with fewer than two singular values above zero, the direction
// of the second is OpenCV's choice and not LAPACK's.
#include <algorithm>
#include <numeric>
#include <opencv2/imgproc.hpp>
#include <random>
#include <stdexcept>
#include <utility>

#include "peers_blocks.hpp"
#include "peers_scheme.hpp"

namespace signmark::bench {
namespace {

constexpr float kFirstStep = 36, kSecondStep = 20;  // d1 and d2
constexpr std::size_t kBits = std::tuple_size_v<PeerBits>;
constexpr std::size_t kCoefficients = std::size_t{kPeerBlock} * kPeerBlock;

using Block = cv::Mat_<float>;
using Coefficients = cv::Matx44f;
using Order = std::array<std::size_t, kCoefficients>;
using Random = std::mt19937;  // NumPy's RandomState(seed) is this generator

/// RandomState.random(): 53 bits of two draws.
double unit(Random& random) {
  const auto high = random() >> 5, low = random() >> 6;
  return (static_cast<double>(high) * 67108864.0 + static_cast<double>(low)) / 9007199254740992.0;
}

/// A row of random(...).argsort(axis=1): how the next block's coefficients are mixed.
Order next_order(Random& random) {
  std::array<double, kCoefficients> keys{};
  for (double& key : keys) key = unit(random);
  Order order{};
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return keys[a] < keys[b]; });
  return order;
}

/// RandomState.shuffle() of 0, 1, ...: bounded draws are masked and repeated while too high.
std::array<std::size_t, kBits> bit_order(std::uint32_t password) {
  Random random(password);
  std::array<std::size_t, kBits> order{};
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = kBits - 1; i > 0; --i) {
    std::size_t mask = 1, j = 0;
    while (mask < i) mask = 2 * mask + 1;
    do j = random() & mask;
    while (j > i);
    std::swap(order[i], order[j]);
  }
  return order;
}

Coefficients mixed(const Block& block, const Order& order) {
  Coefficients plain, out;
  cv::dct(block, plain);
  for (std::size_t i = 0; i < kCoefficients; ++i) out.val[i] = plain.val[order[i]];
  return out;
}

void write_bit(Block block, const Order& order, bool bit) {
  Coefficients u, vt, plain;
  cv::Matx<float, kPeerBlock, 1> s;
  cv::SVD::compute(mixed(block, order), s, u, vt);
  s(0) = with_bit(s(0), kFirstStep, bit);
  s(1) = with_bit(s(1), kSecondStep, bit);
  const Coefficients changed = u * Coefficients::diag(s) * vt;
  for (std::size_t i = 0; i < kCoefficients; ++i) plain.val[order[i]] = changed.val[i];
  cv::idct(plain, block);
}

/// 0..1: the first singular value counts three times as much as the second.
double read_bit(const Block& block, const Order& order) {
  cv::Matx<float, kPeerBlock, 1> s;
  cv::SVD::compute(mixed(block, order), s);
  return (bit_of(s(0), kFirstStep) ? 0.75 : 0) + (bit_of(s(1), kSecondStep) ? 0.25 : 0);
}

/// The wavelet of Y, U and V; sides are made even with zeros.
std::array<Haar<float>, 3> bands_of(const cv::Mat& bgr) {
  cv::Mat values, yuv;
  bgr.convertTo(values, CV_32F);
  cv::cvtColor(values, yuv, cv::COLOR_BGR2YUV);
  cv::copyMakeBorder(yuv, yuv, 0, yuv.rows % 2, 0, yuv.cols % 2, cv::BORDER_CONSTANT);
  std::array<cv::Mat, 3> planes;
  cv::split(yuv, planes.data());
  return {haar<float>(planes[0]), haar<float>(planes[1]), haar<float>(planes[2])};
}

/// The picture needs more blocks than bits.
bool has_room(const Block& plane) {
  const int blocks = plane.rows / kPeerBlock * (plane.cols / kPeerBlock);
  return static_cast<std::size_t>(blocks) > kBits;
}

cv::Mat bgr_of(const std::array<Haar<float>, 3>& bands, cv::Size size) {
  std::array<cv::Mat, 3> planes;
  std::transform(bands.begin(), bands.end(), planes.begin(),
                 [](const Haar<float>& plane) { return inverse(plane); });
  cv::Mat yuv, bgr, out;
  cv::merge(planes.data(), planes.size(), yuv);
  cv::cvtColor(yuv(cv::Rect({}, size)), bgr, cv::COLOR_YUV2BGR);
  bgr.convertTo(out, CV_8U);
  return out;
}

struct Passwords {
  std::uint32_t wm, img;
};

cv::Mat embed(const cv::Mat& bgr, const PeerBits& bits, Passwords passwords) {
  auto bands = bands_of(bgr);
  if (!has_room(bands[0].a)) throw std::runtime_error("fewer blocks than bits");
  const auto place = bit_order(passwords.wm);
  for (auto& plane : bands) {
    Random random(passwords.img);  // all planes mix alike
    for_each_block(plane.a, [&](int number, const Block& block) {
      write_bit(block, next_order(random), bits[place[static_cast<std::size_t>(number) % kBits]]);
    });
  }
  return bgr_of(bands, bgr.size());
}

using Means = std::array<double, kBits>;

Means means_of(std::array<Haar<float>, 3>& bands, std::uint32_t password) {
  Means sums{}, counts{};
  for (auto& plane : bands) {
    Random random(password);
    for_each_block(plane.a, [&](int number, const Block& block) {
      const std::size_t i = static_cast<std::size_t>(number) % kBits;
      sums[i] += read_bit(block, next_order(random)), counts[i] += 1;
    });
  }
  for (std::size_t i = 0; i < kBits; ++i) sums[i] /= counts[i];
  return sums;
}

/// Means of the values up to the threshold and above it; not a number where there are none.
std::pair<double, double> centres(const Means& means, double threshold) {
  double low = 0, high = 0, lows = 0, highs = 0;
  for (const double mean : means) (mean > threshold ? high : low) += mean;
  for (const double mean : means) (mean > threshold ? highs : lows) += 1;
  return {low / lows, high / highs};
}

/// Between the two clusters that the means fall into.
double threshold_of(const Means& means) {
  constexpr int kRounds = 300;
  constexpr double kTolerance = 1e-6;
  const auto [lowest, highest] = std::minmax_element(means.begin(), means.end());
  double threshold = (*lowest + *highest) / 2;
  for (int round = 0; round < kRounds; ++round) {
    const auto [low, high] = centres(means, threshold);
    const double before = std::exchange(threshold, (low + high) / 2);
    if (std::abs(threshold - before) < kTolerance) break;
  }
  return threshold;
}

std::optional<PeerBits> read(const cv::Mat& bgr, Passwords passwords) {
  auto bands = bands_of(bgr);
  if (!has_room(bands[0].a)) return std::nullopt;
  const Means means = means_of(bands, passwords.img);
  const double threshold = threshold_of(means);
  const auto place = bit_order(passwords.wm);
  PeerBits bits{};
  for (std::size_t i = 0; i < kBits; ++i) bits[place[i]] = means[i] > threshold;
  return bits;
}

}  // namespace

PeerScheme blind_watermark(std::uint32_t password_wm, std::uint32_t password_img) {
  const Passwords passwords{password_wm, password_img};
  return {"blind_watermark",
          [=](const cv::Mat& bgr, const PeerBits& bits) { return embed(bgr, bits, passwords); },
          [=](const cv::Mat& bgr) { return read(bgr, passwords); }};
}

}  // namespace signmark::bench
