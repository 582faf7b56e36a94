// SPDX-License-Identifier: Apache-2.0
// PNG: depth, alpha, palette, interlacing and the transparent colour.
#include "unit/image/pictures.hpp"

using namespace signmark;
using namespace signmark::image;
using namespace signmark::image::test;

namespace {

const cv::Size kSize(200, 150);
const std::string kMime = "image/png";

PngPicture read(ByteView file) {
  auto picture = read_png(test_context(), file);
  REQUIRE_OK(picture);
  return *picture;
}

Bytes written(const PngPicture& picture) {
  auto file = write_png(picture);
  REQUIRE_OK(file);
  return *file;
}

}  // namespace

TEST_CASE("image: PNG keeps depth, channels and every pixel outside the label") {
  for (const int depth : {CV_8U, CV_16U})
    for (int channels = 1; channels <= 4; ++channels) {
      INFO("depth " << depth << ", channels " << channels);
      const PngPicture before = read(png_of(pattern(kSize, depth, channels)));
      const EncodedImage image = drawn(written(before), kMime);
      const PngPicture after = read(image.file);
      CHECK(after.depth == before.depth);
      CHECK(after.colour_type == before.colour_type);
      CHECK(changed_outside(before.pixels, after.pixels, place_of(image)) == 0);
      CHECK(changed_inside(before.pixels, after.pixels, place_of(image)) > 0);
    }
}

TEST_CASE("image: a 16-bit label has 16-bit steps") {
  const EncodedImage image = drawn(png_of(pattern(kSize, CV_16U, 1)), kMime);
  const cv::Mat part = read(image.file).pixels(place_of(image));
  int fine = 0;
  for (int y = 0; y < part.rows; ++y)
    for (int x = 0; x < part.cols; ++x) fine += part.at<std::uint16_t>(y, x) % 257 != 0 ? 1 : 0;
  CHECK(fine > 0);
}

TEST_CASE("image: clear pixels below the label become visible, others keep their alpha") {
  cv::Mat clear = cv::Mat::zeros(kSize, CV_8UC4);
  const EncodedImage image = drawn(png_of(clear), kMime);
  const cv::Mat after = read(image.file).pixels;
  CHECK(changed_outside(clear, after, place_of(image)) == 0);
  cv::Mat alpha;
  cv::extractChannel(after, alpha, 3);
  CHECK(cv::countNonZero(alpha == 255) > 0);
}

TEST_CASE("image: a PNG palette keeps its colours and takes the label's") {
  const auto palette = palette_of(40);
  const cv::Mat indices = index_pattern(kSize, 40);
  const EncodedImage image = drawn(indexed_png_of(indices, palette), kMime);
  const PngPicture after = read(image.file);
  REQUIRE(after.indexed());
  REQUIRE(after.palette.size() > palette.size());
  for (std::size_t i = 0; i < palette.size(); ++i) {
    CHECK(after.palette[i].red == palette[i][0]);
    CHECK(after.palette[i].green == palette[i][1]);
    CHECK(after.palette[i].blue == palette[i][2]);
  }
  CHECK(changed_outside(indices, after.pixels, place_of(image)) == 0);
}

TEST_CASE("image: a full PNG palette gives way to true colour, pixels unchanged") {
  const auto palette = palette_of(256);
  const cv::Mat indices = index_pattern(kSize, 256);
  const EncodedImage image = drawn(indexed_png_of(indices, palette), kMime);
  const PngPicture after = read(image.file);
  REQUIRE(after.colour_type == PNG_COLOR_TYPE_RGB);
  cv::Mat expected(kSize, CV_8UC3);
  for (int y = 0; y < kSize.height; ++y)
    for (int x = 0; x < kSize.width; ++x)
      expected.at<cv::Vec3b>(y, x) = palette[indices.at<uchar>(y, x)];
  CHECK(changed_outside(expected, after.pixels, place_of(image)) == 0);
}

TEST_CASE("image: a small PNG palette grows in depth") {
  PngPicture picture = read(indexed_png_of(index_pattern(kSize, 2), palette_of(2)));
  picture.depth = 1;
  const PngPicture after = read(drawn(written(picture), kMime).file);
  REQUIRE(after.indexed());
  CHECK(after.depth > 1);
  CHECK(after.palette.size() <= (1U << static_cast<unsigned>(after.depth)));
}

TEST_CASE("image: grey of few bits and interlacing stay") {
  PngPicture picture;
  picture.width = static_cast<std::uint32_t>(kSize.width);
  picture.height = static_cast<std::uint32_t>(kSize.height);
  picture.depth = 4;
  picture.colour_type = PNG_COLOR_TYPE_GRAY;
  picture.interlace = PNG_INTERLACE_ADAM7;
  picture.pixels = index_pattern(kSize, 16);
  const EncodedImage image = drawn(written(picture), kMime);
  const PngPicture after = read(image.file);
  CHECK(after.depth == 4);
  CHECK(after.interlace == PNG_INTERLACE_ADAM7);
  CHECK(changed_outside(picture.pixels, after.pixels, place_of(image)) == 0);
}

TEST_CASE("image: no label pixel takes the colour that the PNG declares transparent") {
  PngPicture picture = read(png_of(cv::Mat(kSize, CV_8UC1, cv::Scalar(90))));
  const EncodedImage plain = drawn(written(picture), kMime);
  const cv::Mat drawn_part = read(plain.file).pixels(place_of(plain));
  double brightest = 0;
  cv::minMaxLoc(drawn_part, nullptr, &brightest);
  picture.clear = png_color_16{};
  picture.clear->gray = static_cast<png_uint_16>(brightest);  // the letters' own grey
  const EncodedImage image = drawn(written(picture), kMime);
  const PngPicture after = read(image.file);
  REQUIRE(after.clear);
  CHECK(after.clear->gray == picture.clear->gray);
  CHECK(cv::countNonZero(after.pixels == static_cast<int>(after.clear->gray)) == 0);
}

TEST_CASE("image: an animated PNG is refused with a way out") {
  const auto result =
      draw(signmark::test::slurp(signmark::test::media("samples/animated.png")), kMime);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == "image.unsupported");
  CHECK_FALSE(result.error().hint.empty());
}
