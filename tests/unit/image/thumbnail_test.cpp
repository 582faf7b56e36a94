// SPDX-License-Identifier: Apache-2.0
// Small pictures for lists: size, colours, orientation.
#include "image/jpeg_io.hpp"
#include "image/room.hpp"
#include "support/test_support.hpp"

namespace signmark::image::test {
namespace {

/// Red on the left, blue on the right.
Bytes two_colours() {
  cv::Mat picture(300, 400, CV_8UC3, cv::Scalar(255, 0, 0));
  picture.colRange(200, 400).setTo(cv::Scalar(0, 0, 255));
  const auto file = encode_rgb(picture, 95);
  REQUIRE_OK(file);
  return *file;
}

/// Red first.
cv::Mat decoded(ByteView file) {
  JpegReader reader;
  REQUIRE_OK(reader.open(Context::standard(), file));
  reader.info().out_color_space = JCS_RGB;
  const auto pixels = reader.read_pixels(cv::Rect({}, reader.size()));
  REQUIRE_OK(pixels);
  return *pixels;
}

bool is_near(const cv::Vec3b& a, const cv::Vec3b& b) { return cv::norm(a, b, cv::NORM_INF) < 12; }

TEST_CASE("thumbnail: small, in colour, as a person sees it") {
  const Bytes file = two_colours();
  const cv::Vec3b red(255, 0, 0), blue(0, 0, 255);
  const auto upright = worker_media()->thumbnail(Context::standard(), file, "image/jpeg", 1, 160);
  REQUIRE_OK(upright);
  const cv::Mat seen = decoded(*upright);
  CHECK(seen.size() == cv::Size(160, 120));
  CHECK(is_near(seen.at<cv::Vec3b>(60, 20), red));
  CHECK(is_near(seen.at<cv::Vec3b>(60, 140), blue));

  const auto turned = worker_media()->thumbnail(Context::standard(), file, "image/jpeg", 6, 160);
  REQUIRE_OK(turned);
  const cv::Mat shown = decoded(*turned);  // turned to the right: the left side is above
  CHECK(shown.size() == cv::Size(120, 160));
  CHECK(is_near(shown.at<cv::Vec3b>(20, 60), red));
  CHECK(is_near(shown.at<cv::Vec3b>(140, 60), blue));
}

TEST_CASE(
    "thumbnail: of animations the first picture, of small ones the picture, of none an error") {
  const auto media = [](const std::string& name) {
    return signmark::test::slurp(signmark::test::media("samples/" + name));
  };
  const auto first =
      worker_media()->thumbnail(Context::standard(), media("animated.gif"), "image/gif", 1, 16);
  REQUIRE_OK(first);
  CHECK(std::max(decoded(*first).cols, decoded(*first).rows) == 16);
  const auto tiny =
      worker_media()->thumbnail(Context::standard(), media("alpha.avif"), "image/avif", 1, 160);
  REQUIRE_OK(tiny);
  CHECK(decoded(*tiny).size() == cv::Size(16, 12));
  const Bytes cut = media("baseline.jpg");
  CHECK_FALSE(worker_media()->thumbnail(Context::standard(), ByteView(cut).first(100), "image/jpeg",
                                        1, 160));
}

}  // namespace
}  // namespace signmark::image::test
