// SPDX-License-Identifier: Apache-2.0
#include "image/prints.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "image/blobs.hpp"

namespace signmark::image {
namespace {

constexpr double kSide = 256;  // root of the small picture's area
constexpr int kWindow = 64;    // side of what is transformed
constexpr double kFlat = 3;    // standard deviation in levels; below it nothing can be told
constexpr double kReach = 8;   // side of a window, in sigmas of its blob

/// The 256 lowest frequencies but the constant one, lowest first.
const std::vector<cv::Point>& frequencies() {
  static const std::vector<cv::Point> list = [] {
    std::vector<cv::Point> all;
    for (int v = 0; v < kWindow / 2; ++v)
      for (int u = 0; u < kWindow / 2; ++u)
        if (u + v > 0) all.emplace_back(u, v);
    std::ranges::stable_sort(all, {}, [](cv::Point p) { return p.x * p.x + p.y * p.y; });
    all.resize(256);
    return all;
  }();
  return list;
}

struct Code {
  PrintBits bits{}, mirrored{};
};

/// `window`: kWindow a side.
std::optional<Code> code_of(const cv::Mat& window) {
  cv::Scalar mean, deviation;
  cv::meanStdDev(window, mean, deviation);
  if (deviation[0] < kFlat) return std::nullopt;
  cv::Mat spectrum;
  cv::dct(window, spectrum);
  Code code;
  for (std::size_t i = 0; i < frequencies().size(); ++i) {
    const cv::Point f = frequencies()[i];
    const bool set = spectrum.at<float>(f) > 0;
    const auto bit = static_cast<Byte>(1U << (i % 8));
    if (set) code.bits[i / 8] |= bit;
    if (set != (f.x % 2 == 1)) code.mirrored[i / 8] |= bit;  // a mirror turns odd waves over
  }
  return code;
}

std::optional<Code> code_of_whole(const cv::Mat& luma) {
  cv::Mat window;
  cv::resize(luma, window, {kWindow, kWindow}, 0, 0, cv::INTER_AREA);
  return code_of(window);
}

cv::Mat brought_to(const cv::Mat& luma, double side) {
  const double scale = side / std::sqrt(static_cast<double>(luma.cols) * luma.rows);
  const cv::Size size(std::max(8, static_cast<int>(std::lround(luma.cols * scale))),
                      std::max(8, static_cast<int>(std::lround(luma.rows * scale))));
  cv::Mat small;
  cv::resize(luma, small, size, 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
  return small;
}

std::optional<Code> code_of_blob(const cv::Mat& luma, const Blob& blob) {
  const double side = kReach * blob.sigma, half = side / 2;
  if (blob.x < half || blob.y < half || blob.x + half > luma.cols || blob.y + half > luma.rows)
    return std::nullopt;
  const double scale = side / kWindow;
  const double shift = 0.5 * scale - 0.5 - half;
  const cv::Matx23d map(scale, 0, blob.x + shift + 0.5, 0, scale, blob.y + shift + 0.5);
  cv::Mat window;
  cv::warpAffine(luma, window, map, {kWindow, kWindow}, cv::INTER_LINEAR | cv::WARP_INVERSE_MAP,
                 cv::BORDER_REFLECT);
  return code_of(window);
}

std::vector<double> sigmas() {
  std::vector<double> list;
  for (double s = 5; s < 36; s *= std::exp2(1 / 3.)) list.push_back(s);
  return list;
}

}  // namespace

Facing facing_of(int orientation) {
  switch (orientation) {
    case 2:
      return {-1, 0, 0, 1};
    case 3:
      return {-1, 0, 0, -1};
    case 4:
      return {1, 0, 0, -1};
    case 5:
      return {0, 1, 1, 0};
    case 6:
      return {0, -1, 1, 0};
    case 7:
      return {0, -1, -1, 0};
    case 8:
      return {0, 1, -1, 0};
    default:
      return {};
  }
}

cv::Mat turned(const cv::Mat& stored, const Facing& facing) {
  cv::Mat shown = stored;
  if (facing.xx == 0) cv::transpose(stored, shown);
  const bool across = facing.xx + facing.xy < 0, down = facing.yx + facing.yy < 0;
  if (across || down) {
    cv::Mat flipped;
    cv::flip(shown, flipped, across && down ? -1 : (across ? 1 : 0));
    return flipped;
  }
  return shown;
}

std::vector<Print> picture_prints(const LumaPicture& picture, int orientation, PrintUse use) {
  const cv::Mat small = turned(brought_to(picture.luma, kSide), facing_of(orientation));
  std::vector<Print> prints;
  const bool look = use == PrintUse::look;
  const auto add = [&](const std::optional<Code>& code, std::uint32_t part) {
    if (!code) return;
    prints.push_back({PrintKind::picture, part, code->bits});
    if (look) prints.push_back({PrintKind::picture, part, code->mirrored});
  };
  add(code_of_whole(small), 0);
  std::uint32_t part = 0;
  const std::size_t most = look ? 24 : 8;
  for (const Blob& blob : find_blobs(small, sigmas())) {
    if (part >= most) break;
    if (const auto code = code_of_blob(small, blob)) add(code, ++part);
  }
  return prints;
}

std::vector<Print> frame_prints(const cv::Mat& luma, std::uint32_t ms, PrintUse use) {
  std::vector<Print> prints;
  if (const auto code = code_of_whole(brought_to(luma, kSide))) {
    prints.push_back({PrintKind::film, ms, code->bits});
    if (use == PrintUse::look) prints.push_back({PrintKind::film, ms, code->mirrored});
  }
  return prints;
}

}  // namespace signmark::image
