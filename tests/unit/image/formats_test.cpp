// SPDX-License-Identifier: Apache-2.0
// What holds for every picture format alike.
#include "unit/image/pictures.hpp"

using namespace signmark;
using namespace signmark::image;
using namespace signmark::image::test;

namespace {

const cv::Size kSize(160, 120);

Context limited(void (*set)(Limits&)) {
  Context context = test_context();
  set(context.limits);
  return context;
}

std::string code_under(const Context& context, const Sample& sample) {
  const label::VisibleLabel label;
  return code_of(
      image_room()->change_pixels(context, sample.file, sample.mime, 1, {nullptr, &label}, {}));
}

}  // namespace

TEST_CASE("image: a label is drawn in every format and the result can be read again") {
  for (const Sample& sample : samples(kSize)) {
    INFO(sample.mime);
    const EncodedImage image = drawn(sample.file, sample.mime);
    CHECK(image.overlay.glyph_height >= 6);  // 5 % of 120
    CHECK(cv::Rect({}, kSize).contains(place_of(image).br() - cv::Point(1, 1)));
    CHECK(digest(image.file, sample.mime) != digest(sample.file, sample.mime));
    CHECK_OK(draw(image.file, sample.mime));
  }
}

TEST_CASE("image: the same request gives the same bytes") {
  for (const Sample& sample : samples(kSize)) {
    INFO(sample.mime);
    CHECK(drawn(sample.file, sample.mime).file == drawn(sample.file, sample.mime).file);
  }
}

TEST_CASE("image: limits are checked before anything is decoded") {
  for (const Sample& sample : samples(kSize)) {
    INFO(sample.mime);
    CHECK(code_under(limited([](Limits& l) { l.image_side = 100; }), sample) == "image.limit");
    CHECK(code_under(limited([](Limits& l) { l.image_pixels = 1000; }), sample) == "image.limit");
  }
}

TEST_CASE("image: cancelling ends with base.cancelled") {
  Context context = test_context();
  context.progress = [](const Progress&) { return false; };
  for (const Sample& sample : samples(kSize)) {
    INFO(sample.mime);
    CHECK(code_under(context, sample) == "base.cancelled");
  }
}

TEST_CASE("image: a file cut anywhere in its first half is refused, and none crashes") {
  constexpr std::size_t kCuts = 60;
  for (const Sample& sample : samples(kSize)) {
    const std::size_t size = sample.file.size();
    for (std::size_t i = 0; i < kCuts; ++i) {
      const std::size_t cut = i * size / kCuts;
      INFO(sample.mime << " cut at " << cut << " of " << size);
      const Bytes part(sample.file.begin(), sample.file.begin() + static_cast<std::ptrdiff_t>(cut));
      const auto digest_of_part = image_room()->pixel_digest(test_context(), part, sample.mime);
      if (cut < size / 2) CHECK(code_of(digest_of_part).starts_with("image."));
    }
  }
}

TEST_CASE("image: flipped bytes never crash") {
  constexpr std::size_t kFlips = 60;
  Context context = limited([](Limits& l) { l.image_pixels = 1U << 20; });
  for (const Sample& sample : samples(kSize))
    for (std::size_t i = 0; i < kFlips; ++i) {
      Bytes file = sample.file;
      file[i * file.size() / kFlips] ^= 0xFF;
      const auto result = image_room()->pixel_digest(context, file, sample.mime);
      CHECK((result.has_value() || code_of(result).starts_with("image.")));
    }
}

TEST_CASE("image: a file of another format is refused by each codec") {
  const std::vector<Sample> all = samples(kSize);
  for (const Sample& codec : all)
    for (const Sample& sample : all) {
      if (codec.mime == sample.mime) continue;
      INFO(sample.mime << " as " << codec.mime);
      const auto result = draw(sample.file, codec.mime);
      const bool siblings = codec.mime.ends_with("if") && sample.mime.ends_with("if") &&
                            result.has_value();  // AVIF and HEIC share their container
      CHECK((siblings || code_of(result).starts_with("image.")));
    }
}

TEST_CASE("image: an unknown type names what can be done") {
  const auto result = draw(as_bytes("BM"), "image/bmp");
  REQUIRE_FALSE(result);
  CHECK(result.error().code == "image.unsupported");
  CHECK_FALSE(result.error().hint.empty());
}

TEST_CASE("image: equal pictures have equal digests in every lossless format") {
  const cv::Mat rgb = pattern(kSize, CV_8U, 3), rgba = pattern(kSize, CV_8U, 4);
  CHECK(digest(png_of(rgb), "image/png") == digest(tiff_of({tiff_page_of(rgb)}), "image/tiff"));
  CHECK(digest(png_of(rgba), "image/png") == digest(lossless_webp_of(rgba), "image/webp"));
  CHECK(digest(png_of(rgba), "image/png") == digest(tiff_of({tiff_page_of(rgba)}), "image/tiff"));
  CHECK(digest(png_of(rgb), "image/png") != digest(png_of(rgba), "image/png"));

  const cv::Mat deep = pattern(kSize, CV_16U, 3);
  CHECK(digest(png_of(deep), "image/png") == digest(tiff_of({tiff_page_of(deep)}), "image/tiff"));

  const cv::Mat indices = index_pattern(kSize, 16);
  const auto palette = palette_of(16);
  CHECK(digest(indexed_png_of(indices, palette), "image/png") ==
        digest(still_gif_of(indices, palette), "image/gif"));
}

TEST_CASE("image: one changed sample changes the digest") {
  cv::Mat pixels = pattern(kSize, CV_16U, 4);
  const std::string before = digest(png_of(pixels), "image/png");
  pixels.at<cv::Vec<std::uint16_t, 4>>(60, 80)[3] ^= 1;
  CHECK(digest(png_of(pixels), "image/png") != before);
}

TEST_CASE("image: the label lies upright where a person looks, in every orientation") {
  // Drawing on the turned picture must give the turned picture of drawing on the upright one.
  const cv::Mat upright = pattern(cv::Size(150, 100), CV_8U, 3);
  const EncodedImage png = drawn(png_of(upright), "image/png");
  const auto expected = read_png(test_context(), png.file);
  REQUIRE_OK(expected);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    INFO("orientation " << orientation);
    const cv::Mat stored = stored_from_shown(upright, orientation);
    const EncodedImage image = drawn(png_of(stored), "image/png", orientation);
    const auto back = read_png(test_context(), image.file);
    REQUIRE_OK(back);
    const cv::Mat shown = shown_from_stored(back->pixels, orientation);
    CHECK(changed_inside(expected->pixels, shown, cv::Rect({}, upright.size())) == 0);
    CHECK(place_of(image) == place_of(png));

    TiffPage page = tiff_page_of(stored);
    page.orientation = static_cast<std::uint16_t>(orientation);
    const EncodedImage tiff = drawn(tiff_of({page}), "image/tiff", orientation);
    CHECK(digest(tiff.file, "image/tiff") == digest(image.file, "image/png"));
  }
}

TEST_CASE("image: an impossible orientation is refused") {
  for (const Sample& sample : samples(kSize)) {
    INFO(sample.mime);
    CHECK(code_of(draw(sample.file, sample.mime, 9)) == "image.orientation");
    CHECK(code_of(draw(sample.file, sample.mime, 0)) == "image.orientation");
  }
}
