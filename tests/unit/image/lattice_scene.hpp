// SPDX-License-Identifier: Apache-2.0
// Pictures made in code for the lattice mark, and short ways to mark, read and damage them.
#pragma once

#include <catch2/catch.hpp>
#include <opencv2/imgproc.hpp>

#include "image/mark/lattice_mark.hpp"
#include "signal/statistics.hpp"

namespace signmark::image::test {

inline constexpr std::uint64_t kId = 0x0123456789abcdefULL;

inline std::array<Byte, 32> key_of(int seed) {
  std::array<Byte, 32> key{};
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<Byte>(seed * 37 + i * 11 + 5);
  return key;
}

/// Blobs of several sizes over a gradient, and some hard edges.
inline LumaPicture scene(int width, int height, int seed = 1) {
  cv::RNG random(static_cast<std::uint64_t>(seed));
  cv::Mat luma(height, width, CV_32F);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      luma.at<float>(y, x) = 90 + 60.0F * static_cast<float>(x) / static_cast<float>(width);
  for (const double sigma : {1.5, 5.0, 20.0}) {
    cv::Mat noise(height, width, CV_32F);
    random.fill(noise, cv::RNG::NORMAL, 0, 12 * sigma);
    cv::GaussianBlur(noise, noise, {}, sigma);
    luma += noise;
  }
  for (int i = 0; i < 12; ++i)
    cv::rectangle(luma,
                  {random.uniform(0, width), random.uniform(0, height), width / 8, height / 9},
                  cv::Scalar(random.uniform(30, 220)), i % 3 == 0 ? cv::FILLED : 3);
  return {cv::min(cv::max(luma, 0), 255), {}};
}

inline EmbedRequest request(std::span<const Byte, 32> key, bool with_signed) {
  EmbedRequest result;
  result.keys.push_back({"test", key});
  result.id.content_id = kId;
  result.id.issuer_hint = {7, 8, 9};
  if (!with_signed) return result;
  signal::SignedFrame frame;
  frame.content_id = kId;
  frame.issuer_hint = {7, 8, 9, 10};
  frame.time = 1'700'000'000;
  result.signed_frame = frame;
  result.sign = [](ByteView fields) -> Result<std::array<Byte, 64>> {
    std::array<Byte, 64> signature{};
    for (std::size_t i = 0; i < signature.size(); ++i)
      signature[i] = static_cast<Byte>(fields[i % fields.size()] * 5 + i);
    return signature;
  };
  return result;
}

inline Context seeded(std::uint64_t seed = 3) {
  Context context = Context::standard();
  context.random = seeded_random(seed);
  return context;
}

/// As a file of 8 bits would hold it.
inline cv::Mat rounded(const cv::Mat& luma) {
  cv::Mat bytes, back;
  luma.convertTo(bytes, CV_8U);
  bytes.convertTo(back, CV_32F);
  return back;
}

inline cv::Mat marked(const LumaPicture& picture, const EmbedRequest& what,
                      std::uint64_t seed = 3) {
  const auto embedding = embed_lattice(seeded(seed), picture, what);
  REQUIRE(embedding);
  return rounded(picture.luma + embedding->change);
}

inline Detection detect(const cv::Mat& luma, std::span<const Byte, 32> key, bool deep = false) {
  DetectRequest what;
  what.keys.push_back({"test", key});
  what.deep = deep;
  auto detection = detect_lattice(Context::standard(), {luma, {}}, what);
  REQUIRE(detection);
  return *detection;
}

/// The one mark that must be there.
inline FoundMark read(const cv::Mat& luma, std::span<const Byte, 32> key) {
  Detection detection = detect(luma, key);
  REQUIRE(detection.marks.size() == 1);
  REQUIRE(detection.marks[0].id);
  CHECK(detection.marks[0].id->content_id == kId);
  CHECK(detection.marks[0].id->issuer_hint == std::array<Byte, 3>{7, 8, 9});
  CHECK(detection.marks[0].id_z >= signal::kIdGate);
  return detection.marks[0];
}

inline cv::Mat turned(const cv::Mat& luma, double degrees) {
  const cv::Mat turn = cv::getRotationMatrix2D(
      {static_cast<float>(luma.cols) / 2, static_cast<float>(luma.rows) / 2}, degrees, 1);
  cv::Mat out;
  cv::warpAffine(luma, out, turn, luma.size(), cv::INTER_CUBIC);
  return rounded(out);
}

inline cv::Mat resized(const cv::Mat& luma, double x, double y) {
  cv::Mat out;
  cv::resize(luma, out, {}, x, y, std::min(x, y) < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
  return rounded(out);
}

}  // namespace signmark::image::test
