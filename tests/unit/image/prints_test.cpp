// SPDX-License-Identifier: Apache-2.0
// Retrieval prints: edited pictures keep some, others share none.
#include "image/prints.hpp"

#include <opencv2/imgproc.hpp>
#include <set>

#include "unit/image/pictures.hpp"

namespace signmark::image::test {
namespace {

constexpr int kClose = 48;

/// Things of all sizes lying over each other.
cv::Mat scene(unsigned seed, cv::Size size = {640, 480}) {
  cv::RNG random(seed);
  cv::Mat picture(size, CV_8UC3, cv::Scalar(90, 110, 130));
  for (int i = 0; i < 160; ++i) {
    const double scale = 90.0 / (1 + i / 8.0) + 6;
    const cv::Point at(random.uniform(0, size.width), random.uniform(0, size.height));
    const cv::Size half(static_cast<int>(scale * random.uniform(0.5, 1.5)),
                        static_cast<int>(scale * random.uniform(0.5, 1.5)));
    const cv::Scalar colour(random.uniform(0, 256), random.uniform(0, 256), random.uniform(0, 256));
    cv::ellipse(picture, at, half, random.uniform(0, 180), 0, 360, colour, cv::FILLED, cv::LINE_AA);
  }
  cv::GaussianBlur(picture, picture, {}, 1);
  return picture;
}

LumaPicture luma_of(const cv::Mat& picture) {
  LumaPicture result;
  cv::Mat grey;
  cv::cvtColor(picture, grey, cv::COLOR_BGR2GRAY);
  grey.convertTo(result.luma, CV_32F);
  return result;
}

std::vector<Print> stored(const cv::Mat& picture, int orientation = 1) {
  return picture_prints(luma_of(picture), orientation, PrintUse::store);
}

std::vector<Print> looked(const cv::Mat& picture) {
  return picture_prints(luma_of(picture), 1, PrintUse::look);
}

/// Parts of `of` that something in an edited copy is close to.
std::size_t parts_found(const std::vector<Print>& of, const std::vector<Print>& copy,
                        int within = kClose) {
  std::set<std::uint32_t> parts;
  for (const Print& a : copy)
    for (const Print& b : of)
      if (print_distance(a.bits, b.bits) <= within) parts.insert(b.part);
  return parts.size();
}
std::size_t parts_found(const std::vector<Print>& of, const cv::Mat& copy, int within = kClose) {
  return parts_found(of, looked(copy), within);
}

cv::Mat scaled(const cv::Mat& picture, double factor) {
  cv::Mat out;
  cv::resize(picture, out, {}, factor, factor, cv::INTER_AREA);
  return out;
}

cv::Mat adjusted(const cv::Mat& picture, double factor, double offset) {
  cv::Mat out;
  picture.convertTo(out, CV_8U, factor, offset);
  return out;
}

cv::Mat mirrored(const cv::Mat& picture) {
  cv::Mat out;
  cv::flip(picture, out, 1);
  return out;
}

}  // namespace

TEST_CASE("a picture has the whole and a few windows, each once") {
  const auto prints = stored(scene(1));
  REQUIRE(prints.size() >= 5);
  CHECK(prints.size() <= 9);
  std::set<std::uint32_t> parts;
  for (const Print& print : prints) {
    CHECK(print.kind == PrintKind::picture);
    parts.insert(print.part);
  }
  CHECK(parts.size() == prints.size());
  CHECK(parts.contains(0));
}

TEST_CASE("edited pictures keep prints") {
  const cv::Mat picture = scene(2);
  const auto prints = stored(picture);
  CHECK(parts_found(prints, picture, 0) == prints.size());
  CHECK(parts_found(prints, scaled(picture, 0.5), 16) >= prints.size() - 2);
  CHECK(parts_found(prints, scaled(picture, 2), 16) >= prints.size() - 2);
  CHECK(parts_found(prints, mirrored(picture), 8) >= prints.size() - 1);
  CHECK(parts_found(prints, adjusted(picture, 0.7, 50)) >= 3);
  CHECK(parts_found(prints, adjusted(picture, 1.3, -20)) >= 3);
  // A quarter of the area, and of a side; where it is cut differs.
  CHECK(parts_found(prints, picture(cv::Rect(60, 10, 554, 416))) >= 2);
  CHECK(parts_found(prints, picture(cv::Rect(0, 0, 480, 480))) >= 2);
  CHECK(parts_found(prints, picture(cv::Rect(86, 64, 554, 416))) >= 2);
}

TEST_CASE("a border of one colour is not part of the picture") {
  const cv::Mat picture = scene(3);
  cv::Mat framed;
  cv::copyMakeBorder(picture, framed, 80, 80, 0, 0, cv::BORDER_CONSTANT, cv::Scalar(0, 0, 0));
  const auto whole = stored(picture)[0], inside = stored(framed)[0];
  REQUIRE(inside.part == 0);
  CHECK(print_distance(whole.bits, inside.bits) <= 30);
}

TEST_CASE("other pictures share no prints") {
  std::vector<std::vector<Print>> all, copies;
  for (unsigned seed = 10; seed < 18; ++seed) {
    all.push_back(stored(scene(seed)));
    copies.push_back(looked(scene(seed)));
  }
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = 0; j < all.size(); ++j)
      CHECK((parts_found(all[i], copies[j]) > 0) == (i == j));
}

TEST_CASE("prints are of the picture as a person sees it") {
  const cv::Mat shown = scene(4);
  const auto upright = stored(shown);
  for (int orientation = 2; orientation <= 8; ++orientation) {
    const auto turned_prints = stored(stored_from_shown(shown, orientation), orientation);
    REQUIRE(turned_prints.size() == upright.size());
    CHECK(print_distance(turned_prints[0].bits, upright[0].bits) <= 4);
  }
}

TEST_CASE("pictures without content have no prints") {
  CHECK(stored(cv::Mat(300, 400, CV_8UC3, cv::Scalar(255, 255, 255))).empty());
  CHECK(stored(cv::Mat(1, 1, CV_8UC3, cv::Scalar(9, 8, 7))).empty());
  LumaPicture clear = luma_of(scene(5));
  clear.opacity = cv::Mat::zeros(clear.luma.size(), CV_8U);
  CHECK(picture_prints(clear, 1, PrintUse::store).empty());
}

TEST_CASE("files of every format have prints, broken ones an error") {
  const auto from = [](ByteView file, const std::string& mime) {
    return image_room()->prints(test_context(), file, mime, 1, PrintUse::store);
  };
  const cv::Mat picture = scene(6);
  cv::Mat rgb;
  cv::cvtColor(picture, rgb, cv::COLOR_BGR2RGB);
  const auto of_png = from(png_of(rgb), "image/png");
  const auto of_jpeg = from(jpeg_of(rgb, {.quality = 40}), "image/jpeg");
  REQUIRE(of_png);
  REQUIRE(of_jpeg);
  CHECK(of_png->size() >= 5);
  CHECK(print_distance((*of_png)[0].bits, (*of_jpeg)[0].bits) <= 8);
  Bytes broken = png_of(rgb);
  broken.resize(40);
  CHECK(code_of(from(broken, "image/png")) == "image.png.decode");
  CHECK(code_of(from(broken, "image/other")) == "image.unsupported");
}

}  // namespace signmark::image::test
