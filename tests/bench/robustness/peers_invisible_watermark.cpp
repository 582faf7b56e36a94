// SPDX-License-Identifier: Apache-2.0
// dwtDct and dwtDctSvd of invisible-watermark: the same marks, computed by code of our own.
//
// Origin: GitHub, ShieldMnt/invisible-watermark, imwatermark/maxDct.py and dwtDctSvd.py, commit
// 580b0fb33dada4369c683e3d924f95bbaf8802e9. MIT License, Copyright (c) 2021 ShieldMnt.
#include <opencv2/imgproc.hpp>
#include <stdexcept>
#include <utility>

#include "peers_blocks.hpp"
#include "peers_scheme.hpp"

namespace signmark::bench {
namespace {

constexpr double kStep = 36;
constexpr int kPlane = 1;  // U of Y, U, V; the default scales leave the others alone
constexpr std::size_t kSmallest = std::size_t{256} * 256;

using Block = cv::Mat_<double>;

struct BlockCode {
  void (*write)(Block block, bool bit);
  bool (*read)(const Block& block);
};

/// dwtDct: the place of the largest coefficient but the first of the wavelet's block (no DCT in
/// spite of the name). The first one wins among equals.
cv::Point largest(const Block& block) {
  cv::Point best(1, 0);
  for (int i = 2; i < kPeerBlock * kPeerBlock; ++i)
    if (const cv::Point next(i % kPeerBlock, i / kPeerBlock);
        std::abs(block(next)) > std::abs(block(best)))
      best = next;
  return best;
}

void write_largest(Block block, bool bit) {
  double& value = block(largest(block));
  value = std::copysign(with_bit(std::abs(value), kStep, bit), value < 0 ? -1.0 : 1.0);
}

bool read_largest(const Block& block) { return bit_of(std::abs(block(largest(block))), kStep); }

/// dwtDctSvd: the largest singular value of the block's DCT.
void write_singular(Block block, bool bit) {
  cv::Matx44d frequencies, u, vt;
  cv::Matx<double, kPeerBlock, 1> s;
  cv::dct(block, frequencies);
  cv::SVD::compute(frequencies, s, u, vt);
  s(0) = with_bit(s(0), kStep, bit);
  frequencies = u * cv::Matx44d::diag(s) * vt;
  cv::idct(frequencies, block);
}

bool read_singular(const Block& block) {
  cv::Matx44d frequencies;
  cv::Matx<double, kPeerBlock, 1> s;
  cv::dct(block, frequencies);
  cv::SVD::compute(frequencies, s);
  return bit_of(s(0), kStep);
}

/// The part of a plane whose sides are multiples of four.
cv::Rect whole_part(cv::Size size) { return {0, 0, size.width / 4 * 4, size.height / 4 * 4}; }

Haar<double> bands_of(const cv::Mat& yuv) {
  cv::Mat plane, values;
  cv::extractChannel(yuv, plane, kPlane);
  plane(whole_part(plane.size())).convertTo(values, CV_64F);
  return haar<double>(values);
}

cv::Mat yuv_of(const cv::Mat& bgr) {
  cv::Mat yuv;
  cv::cvtColor(bgr, yuv, cv::COLOR_BGR2YUV);
  return yuv;
}

cv::Mat embed(const cv::Mat& bgr, const PeerBits& bits, const BlockCode& code) {
  if (bgr.total() < kSmallest) throw std::runtime_error("smaller than 256x256");
  cv::Mat yuv = yuv_of(bgr), out;
  Haar<double> bands = bands_of(yuv);
  for_each_block(bands.a, [&](int number, const Block& block) {
    code.write(block, bits[static_cast<std::size_t>(number) % bits.size()]);
  });
  std::swap(bands.h, bands.v);  // as the original does: it turns each 2x2 of U over its diagonal
  const cv::Mat_<double> plane = inverse(bands);
  for (int y = 0; y < plane.rows; ++y)
    for (int x = 0; x < plane.cols; ++x)  // NumPy's way into bytes: cut off, then modulo 256
      yuv.at<cv::Vec3b>(y, x)[kPlane] = static_cast<uchar>(static_cast<int>(plane(y, x)));
  cv::cvtColor(yuv, out, cv::COLOR_YUV2BGR);
  return out;
}

std::optional<PeerBits> read(const cv::Mat& bgr, const BlockCode& code) {
  if (bgr.total() < kSmallest) return std::nullopt;
  Haar<double> bands = bands_of(yuv_of(bgr));
  std::array<double, std::tuple_size_v<PeerBits>> ones{}, all{};
  for_each_block(bands.a, [&](int number, const Block& block) {
    const std::size_t i = static_cast<std::size_t>(number) % all.size();
    ones[i] += code.read(block) ? 1 : 0, all[i] += 1;
  });
  PeerBits bits{};
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = ones[i] * 255 > 127 * all[i];
  return bits;
}

PeerScheme scheme(std::string name, BlockCode code) {
  return {std::move(name),
          [code](const cv::Mat& bgr, const PeerBits& bits) { return embed(bgr, bits, code); },
          [code](const cv::Mat& bgr) { return read(bgr, code); }};
}

}  // namespace

PeerScheme dwt_dct() { return scheme("dwtdct", {write_largest, read_largest}); }

PeerScheme dwt_dct_svd() { return scheme("dwtdctsvd", {write_singular, read_singular}); }

}  // namespace signmark::bench
