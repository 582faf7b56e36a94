// SPDX-License-Identifier: Apache-2.0
// The arithmetic below the codecs: blending, luma, palettes, turning.
#include "image/palette.hpp"
#include "image/placement.hpp"
#include "image/planes.hpp"
#include "unit/image/pictures.hpp"

using namespace signmark;
using namespace signmark::image;
using namespace signmark::image::test;

namespace {

cv::Mat paint(cv::Size size, uchar grey, uchar alpha) {
  return {size, CV_8UC2, cv::Scalar(grey, alpha)};
}

Planes planes_of(cv::Size size, int depth, bool full_range) {
  Planes planes;
  planes.depth = depth;
  planes.full_range = full_range;
  const int type = depth > 8 ? CV_16UC1 : CV_8UC1;
  planes.luma = cv::Mat(size, type, cv::Scalar(double(60 << (depth - 8))));
  for (cv::Mat& plane : planes.chroma)
    plane = cv::Mat(cv::Size((size.width + 1) / 2, (size.height + 1) / 2), type,
                    cv::Scalar(double(40 << (depth - 8))));
  return planes;
}

}  // namespace

TEST_CASE("image: opaque white paint is white in every range and depth") {
  const cv::Size size(8, 8);
  for (const auto& [depth, full, white] :
       {std::tuple(8, true, 255), std::tuple(8, false, 235), std::tuple(10, false, 940),
        std::tuple(12, true, 4095)}) {
    Planes planes = planes_of(size, depth, full);
    blend(planes, {2, 2, 4, 4}, paint({4, 4}, 255, 255));
    const auto value = [&](const cv::Mat& plane, int y, int x) {
      return depth > 8 ? plane.at<std::uint16_t>(y, x) : plane.at<uchar>(y, x);
    };
    CHECK(value(planes.luma, 3, 3) == white);
    CHECK(value(planes.luma, 1, 1) == 60 << (depth - 8));
    CHECK(value(planes.chroma[0], 1, 1) == 128 << (depth - 8));  // neutral
    CHECK(value(planes.chroma[0], 0, 0) == 40 << (depth - 8));
    CHECK(luma_stats(planes, {2, 2, 4, 4}).mean == Approx(255).margin(1));
  }
}

TEST_CASE("image: a chroma sample that is half painted moves half way") {
  Planes planes = planes_of({8, 8}, 8, true);
  blend(planes, {1, 0, 4, 8}, paint({4, 8}, 0, 255));  // columns 1 to 4
  CHECK(planes.chroma[0].at<uchar>(2, 0) == 84);       // column 0 is not painted, 1 is
  CHECK(planes.chroma[0].at<uchar>(2, 1) == 128);
  CHECK(planes.chroma[0].at<uchar>(2, 3) == 40);
}

TEST_CASE(
    "image: paint over clear pixels takes over their colour, over half-clear ones its share") {
  PixelLayout layout;
  layout.alpha = true;
  cv::Mat pixels(1, 2, CV_8UC4, cv::Scalar(10, 20, 30, 0));
  pixels.at<cv::Vec4b>(0, 1)[3] = 128;
  blend(pixels, layout, paint({2, 1}, 200, 128));
  CHECK(pixels.at<cv::Vec4b>(0, 0) == cv::Vec4b(200, 200, 200, 128));
  CHECK(pixels.at<cv::Vec4b>(0, 1)[3] == 192);
  CHECK(pixels.at<cv::Vec4b>(0, 1)[0] == Approx(10 + 190 * (128.0 / 192)).margin(1));

  layout.premultiplied = true;
  cv::Mat premultiplied(1, 1, CV_8UC4, cv::Scalar(0, 0, 0, 0));
  blend(premultiplied, layout, paint({1, 1}, 200, 128));
  CHECK(premultiplied.at<cv::Vec4b>(0, 0) == cv::Vec4b(100, 100, 100, 128));
}

TEST_CASE("image: luma of each colour model agrees on a scale of 255") {
  const cv::Mat white_rgb(2, 2, CV_8UC3, cv::Scalar::all(255));
  CHECK(luma_stats(white_rgb, {}).mean == Approx(255));
  PixelLayout ink;
  ink.model = ColourModel::cmyk;
  CHECK(luma_stats(cv::Mat::zeros(2, 2, CV_8UC4), ink).mean == Approx(255));
  ink.inverted = true;
  CHECK(luma_stats(cv::Mat::zeros(2, 2, CV_8UC4), ink).mean == Approx(0));
  PixelLayout deep;
  deep.model = ColourModel::grey;
  deep.white = 65535;
  CHECK(luma_stats(cv::Mat(2, 2, CV_16UC1, cv::Scalar(65535)), deep).mean == Approx(255));
}

TEST_CASE("image: a clear background counts as busy") {
  PixelLayout layout;
  layout.alpha = true;
  CHECK(luma_stats(cv::Mat::zeros(4, 4, CV_8UC4), layout).deviation >= 100);
}

TEST_CASE("image: turning agrees with the EXIF specification for every orientation") {
  const cv::Mat shown = pattern(cv::Size(7, 4), CV_8U, 2);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    INFO("orientation " << orientation);
    const cv::Mat expected = stored_from_shown(shown, orientation);
    const cv::Mat stored = turn_to_stored(shown, orientation);
    CHECK(changed_inside(expected, stored, cv::Rect({}, expected.size())) == 0);
    const cv::Rect part(1, 2, 3, 1);
    const cv::Rect place = to_stored(part, expected.size(), orientation);
    const cv::Point a = stored_place(part.tl(), shown.size(), orientation);
    const cv::Point b = stored_place(part.br() - cv::Point(1, 1), shown.size(), orientation);
    CHECK(place.contains(a));
    CHECK(place.contains(b));
    CHECK(place.area() == part.area());
  }
}

TEST_CASE("image: similar colours are merged first, and their pixels follow") {
  Palette palette;
  palette.capacity = 4;
  palette.colours = {{0, 0, 0, 255}, {200, 0, 0, 255}, {202, 0, 0, 255}, {0, 0, 0, 0}};
  palette.taken.assign(4, true);
  cv::Mat indices = (cv::Mat_<uchar>(1, 6) << 0, 1, 2, 2, 3, 2);
  merge_similar(palette, indices, 1);
  CHECK(palette.free() == 1);
  CHECK_FALSE(palette.taken[1]);  // fewer pixels than 2
  CHECK(cv::countNonZero(indices != (cv::Mat_<uchar>(1, 6) << 0, 2, 2, 2, 3, 2)) == 0);
}

TEST_CASE("image: a palette without room falls back to the nearest colours") {
  Palette palette;
  palette.capacity = 2;
  palette.colours = {{0, 0, 0, 255}, {250, 250, 250, 255}};
  palette.taken.assign(2, true);
  cv::Mat wanted(1, 2, CV_8UC4, cv::Scalar(20, 20, 20, 255));
  wanted.at<Rgba>(0, 1) = {240, 240, 240, 255};
  const Indexed indexed = index_colours(wanted, cv::Mat(1, 2, CV_8UC1, cv::Scalar(255)), palette);
  CHECK(indexed.indices.at<uchar>(0, 0) == 0);
  CHECK(indexed.indices.at<uchar>(0, 1) == 1);
  CHECK(indexed.coarseness > 0);
}
