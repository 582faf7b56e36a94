// SPDX-License-Identifier: Apache-2.0
// WebP: lossless and lossy stills, alpha, quality, and animations as libwebp's own player shows
// them.
#include "image/webp_io.hpp"

#include <webp/demux.h>
#include <webp/encode.h>

#include "base/bytes.hpp"
#include "image/webp_quality.hpp"
#include "unit/image/marking.hpp"

using namespace signmark;
using namespace signmark::image;
using namespace signmark::image::test;

namespace {

const cv::Size kSize(200, 150);
const std::string kMime = "image/webp";

WebpHeader header_of(ByteView file) {
  auto header = read_webp_header(test_context(), file);
  REQUIRE_OK(header);
  return *header;
}

cv::Mat rgba_of(ByteView file) {
  auto pixels = read_webp_rgba(file, header_of(file));
  REQUIRE_OK(pixels);
  return *pixels;
}

struct Played {
  std::vector<cv::Mat> shown;
  std::vector<int> times;
  WebPAnimInfo info{};
};

/// libwebp's player.
Played play(ByteView file) {
  Played played;
  const WebPData data{file.data(), file.size()};
  WebPAnimDecoderOptions options;
  REQUIRE(WebPAnimDecoderOptionsInit(&options) == 1);
  options.color_mode = MODE_RGBA;
  WebPAnimDecoder* decoder = WebPAnimDecoderNew(&data, &options);
  REQUIRE(decoder != nullptr);
  WebPAnimDecoderGetInfo(decoder, &played.info);
  const cv::Size size(static_cast<int>(played.info.canvas_width),
                      static_cast<int>(played.info.canvas_height));
  while (WebPAnimDecoderHasMoreFrames(decoder) != 0) {
    std::uint8_t* pixels = nullptr;
    int time = 0;
    REQUIRE(WebPAnimDecoderGetNext(decoder, &pixels, &time) == 1);
    cv::Mat shown = cv::Mat(size, CV_8UC4, pixels).clone();
    cv::Mat alpha;
    cv::extractChannel(shown, alpha, 3);
    shown.setTo(cv::Scalar::all(0), alpha == 0);  // colours that nobody sees
    played.shown.push_back(shown);
    played.times.push_back(time);
  }
  WebPAnimDecoderDelete(decoder);
  return played;
}

struct Part {
  cv::Rect where;
  bool blend = true, clear = false, lossless = true;
};

cv::Mat part_pixels(const Part& part, int shift) {
  cv::Mat pixels = pattern(part.where.size(), CV_8U, 4);
  for (int y = 0; y < pixels.rows; ++y)
    for (int x = 0; x < pixels.cols; ++x) {
      cv::Vec4b& pixel = pixels.at<cv::Vec4b>(y, x);
      pixel[1] = static_cast<uchar>(pixel[1] + 30 * shift);
      pixel[3] = part.blend && (x / 6 + y / 6) % 3 == 0 ? 0 : 255;
    }
  return pixels;
}

/// An animation of these parts, put together by hand.
Bytes animation_of(const std::vector<Part>& parts) {
  ByteWriter body;
  body.text("VP8X").u32le(10).u8(0x12).fill(3, 0);
  body.u24le(static_cast<std::uint32_t>(kSize.width - 1));
  body.u24le(static_cast<std::uint32_t>(kSize.height - 1));
  body.text("ANIM").u32le(6).u32le(0x80402010).u16le(5);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Part& part = parts[i];
    const cv::Mat pixels = part_pixels(part, static_cast<int>(i));
    const Bytes picture =
        webp_image_chunks(part.lossless ? lossless_webp_of(pixels) : lossy_webp_of(pixels, 60));
    body.text("ANMF").u32le(static_cast<std::uint32_t>(16 + picture.size()));
    body.u24le(static_cast<std::uint32_t>(part.where.x / 2));
    body.u24le(static_cast<std::uint32_t>(part.where.y / 2));
    body.u24le(static_cast<std::uint32_t>(part.where.width - 1));
    body.u24le(static_cast<std::uint32_t>(part.where.height - 1));
    body.u24le(static_cast<std::uint32_t>(40 + 10 * i));
    body.u8(static_cast<std::uint8_t>((part.blend ? 0 : 2) | (part.clear ? 1 : 0)));
    body.bytes(picture);
  }
  ByteWriter file;
  file.text("RIFF").u32le(static_cast<std::uint32_t>(4 + body.size())).text("WEBP");
  return file.bytes(body.view()).take();
}

/// `tolerance`: largest change of a sample outside the label.
void check_labelled(const Bytes& file, double tolerance) {
  const EncodedImage image = drawn(file, kMime);
  const Played before = play(file), after = play(image.file);
  CHECK(after.times == before.times);
  CHECK(after.info.loop_count == before.info.loop_count);
  CHECK(after.info.bgcolor == before.info.bgcolor);
  REQUIRE(after.shown.size() == before.shown.size());
  const cv::Rect label = place_of(image);
  cv::Mat outside(kSize, CV_8UC1, cv::Scalar(255));
  outside(label).setTo(0);
  for (std::size_t i = 0; i < before.shown.size(); ++i) {
    INFO("frame " << i);
    CHECK(cv::norm(before.shown[i], after.shown[i], cv::NORM_INF, outside) <= tolerance);
    CHECK(changed_inside(before.shown[i], after.shown[i], label) > label.area() / 2);
  }
}

double mean_difference(const cv::Mat& a, const cv::Mat& b, const cv::Rect& label) {
  cv::Mat outside(a.size(), CV_8UC1, cv::Scalar(255));
  outside(label).setTo(0);
  return cv::norm(a, b, cv::NORM_L1, outside) / static_cast<double>(a.total() * 4);
}

}  // namespace

TEST_CASE("image: lossless WebP stays lossless, clear pixels keep their colours") {
  const cv::Mat pixels = pattern(kSize, CV_8U, 4);
  const EncodedImage image = drawn(lossless_webp_of(pixels), kMime);
  CHECK(header_of(image.file).lossless);
  CHECK(changed_outside(pixels, rgba_of(image.file), place_of(image)) == 0);
}

TEST_CASE("image: lossy WebP stays lossy with its alpha and nearly its pixels and size") {
  for (const float quality : {20.F, 50.F, 75.F, 95.F}) {
    INFO("quality " << quality);
    const Bytes file = lossy_webp_of(pattern(kSize, CV_8U, 4), quality);
    const EncodedImage image = drawn(file, kMime);
    CHECK_FALSE(header_of(image.file).lossless);
    CHECK(header_of(image.file).alpha);
    const cv::Mat before = rgba_of(file), after = rgba_of(image.file);
    cv::Mat alpha_before, alpha_after;
    cv::extractChannel(before, alpha_before, 3);
    cv::extractChannel(after, alpha_after, 3);
    CHECK(changed_outside(alpha_before, alpha_after, place_of(image)) == 0);
    CHECK(mean_difference(before, after, place_of(image)) < 6);
    CHECK(image.file.size() < file.size() * 3 / 2);
    CHECK(image.file.size() > file.size() * 2 / 3);
  }
}

TEST_CASE("image: the quality of a lossy WebP is read from its quantisers") {
  for (int quality = 5; quality <= 100; quality += 5) {
    INFO("quality " << quality);
    const Bytes chunks =
        webp_image_chunks(lossy_webp_of(pattern(kSize, CV_8U, 3 + 1), static_cast<float>(quality)));
    ByteReader reader(chunks, "test");
    std::optional<float> found;
    while (const auto id = reader.fourcc()) {
      const auto payload = reader.take(reader.u32le().value());
      REQUIRE_OK(payload);
      if (*id == "VP8 ") found = vp8_quality(*payload);
      if (payload->size() % 2 != 0) REQUIRE_OK(reader.skip(1));
    }
    REQUIRE(found);
    CHECK(std::abs(*found - static_cast<float>(quality)) <= 12);
  }
}

TEST_CASE("image: a damaged VP8 header has no quality") {
  CHECK_FALSE(vp8_quality({}));
  CHECK_FALSE(vp8_quality(Bytes(10, 0)));
  CHECK_FALSE(vp8_quality(Bytes(40, 1)));  // not a key frame
}

TEST_CASE("image: a wished quality changes a lossy WebP only") {
  const cv::Mat pixels = pattern(kSize, CV_8U, 4);
  const Bytes lossy = lossy_webp_of(pixels, 90), lossless = lossless_webp_of(pixels);
  const auto small = draw(lossy, kMime, 1, {10});
  REQUIRE_OK(small);
  CHECK(small->file.size() < lossy.size() * 3 / 4);
  const auto same = draw(lossless, kMime, 1, {10});
  REQUIRE_OK(same);
  CHECK(header_of(same->file).lossless);
}

TEST_CASE("image: every frame of a lossless WebP animation shows the label, partial frames too") {
  const cv::Rect all({}, kSize), right(120, 90, 70, 50), left(4, 4, 60, 40),
      corner(150, 120, 50, 30);
  for (const bool blend : {false, true})
    for (const bool clear : {false, true}) {
      INFO("blend " << blend << ", clear " << clear);
      check_labelled(animation_of({{all, false, clear},
                                   {right, blend, clear},
                                   {left, blend, false},
                                   {corner, blend, clear},
                                   {left, blend, clear}}),
                     0);
    }
}

TEST_CASE("image: a lossy WebP animation keeps its frames") {
  const cv::Rect all({}, kSize), left(4, 4, 60, 40);
  const Bytes file = animation_of({{all, false, false, false}, {left, false, false, false}});
  check_labelled(file, 255);
  const EncodedImage image = drawn(file, kMime);
  const Played before = play(file), after = play(image.file);
  for (std::size_t i = 0; i < 2; ++i)
    CHECK(mean_difference(before.shown[i], after.shown[i], place_of(image)) < 6);
}

TEST_CASE("image: a WebP frame that the label does not touch is carried over byte for byte") {
  const cv::Rect all({}, kSize), left(4, 4, 60, 40);
  const Bytes file = animation_of({{all, false, false, false}, {left, false, false, false}});
  const Bytes picture = webp_image_chunks(lossy_webp_of(part_pixels({left, false}, 1), 60));
  const EncodedImage image = drawn(file, kMime);
  CHECK(as_text(image.file).find(as_text(picture)) != std::string_view::npos);
}

TEST_CASE("image: every picture of a lossless WebP animation carries the same change") {
  const cv::Rect all({}, kSize), right(120, 90, 70, 50), left(4, 4, 60, 40);
  const cv::Mat change(kSize, CV_32FC1, cv::Scalar(3));
  for (const bool blend : {false, true})
    for (const bool clear : {false, true}) {
      INFO("blend " << blend << ", clear " << clear);
      const Bytes file =
          animation_of({{all, false, false}, {right, blend, clear}, {left, blend, clear}});
      const Changed result = changed(file, kMime, change);
      CHECK(result.asked == 1);
      const Played before = play(file), after = play(result.image.file);
      REQUIRE(after.shown.size() == before.shown.size());
      CHECK(after.times == before.times);
      for (std::size_t i = 0; i < before.shown.size(); ++i) {
        INFO("picture " << i);
        cv::Mat expected = before.shown[i] + cv::Scalar(3, 3, 3, 0);
        cv::Mat alpha;
        cv::extractChannel(before.shown[i], alpha, 3);
        expected.setTo(cv::Scalar::all(0), alpha == 0);
        CHECK(cv::norm(after.shown[i], expected, cv::NORM_INF) == 0);
      }
    }
}

TEST_CASE("image: a lossy WebP animation carries a change of luma in every picture") {
  const cv::Rect all({}, kSize), left(4, 4, 60, 40);
  const Bytes file = animation_of({{all, false, false, false}, {left, false, false, false}});
  const cv::Mat change = wave(kSize, 6);
  const Changed result = changed(file, kMime, change);
  const Played before = play(file), after = play(result.image.file);
  for (std::size_t i = 0; i < before.shown.size(); ++i) {
    INFO("picture " << i);
    const PixelLayout rgba{ColourModel::rgb, true};
    const double part =
        arrived(luma_of(before.shown[i], rgba), luma_of(after.shown[i], rgba), change);
    CHECK(part > 0.7);
    CHECK(part < 1.2);
  }
}
