// SPDX-License-Identifier: Apache-2.0
// Luma and changes of luma in every format, depth and colour model.
#include <opencv2/imgproc.hpp>

#include "unit/image/marking.hpp"

using namespace signmark;
using namespace signmark::image;
using namespace signmark::image::test;

namespace {

const cv::Size kSize(160, 120);
const float kAmplitude = 2.3F;
constexpr double kRounding = 0.501, kRounding16 = 0.51 / 257;  // and of floats

/// BT.601, written without the room's.
template <class T>
cv::Mat expected_luma(const cv::Mat& pixels, double white) {
  cv::Mat luma(pixels.size(), CV_32FC1);
  for (int y = 0; y < pixels.rows; ++y)
    for (int x = 0; x < pixels.cols; ++x) {
      const T* p = pixels.ptr<T>(y) + static_cast<std::ptrdiff_t>(x) * pixels.channels();
      const double value =
          pixels.channels() < 3 ? p[0] : 0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2];
      luma.at<float>(y, x) = static_cast<float>(value * 255 / white);
    }
  return luma;
}

cv::Mat expected_luma(const cv::Mat& pixels) {
  return pixels.depth() == CV_16U ? expected_luma<std::uint16_t>(pixels, 65535)
                                  : expected_luma<std::uint8_t>(pixels, 255);
}

/// A lossless file of a picture that soft_pattern() made.
struct Lossless {
  std::string mime;
  cv::Mat pixels;
  Bytes file;
};

std::vector<Lossless> lossless_files() {
  std::vector<Lossless> files;
  for (const int depth : {CV_8U, CV_16U})
    for (int channels = 1; channels <= 4; ++channels) {
      const cv::Mat pixels = soft_pattern(kSize, depth, channels);
      files.push_back({"image/png", pixels, png_of(pixels)});
      files.push_back({"image/tiff", pixels, tiff_of({tiff_page_of(pixels)})});
    }
  const cv::Mat rgba = soft_pattern(kSize, CV_8U, 4);
  files.push_back({"image/webp", rgba, lossless_webp_of(rgba)});
  return files;
}

cv::Mat alpha_of(const cv::Mat& pixels) {
  cv::Mat alpha;
  cv::extractChannel(pixels, alpha, pixels.channels() - 1);
  return alpha;
}

PngPicture png_in(ByteView file) {
  auto picture = read_png(test_context(), file);
  REQUIRE_OK(picture);
  return *picture;
}

/// A PNG of grey samples below eight bits.
PngPicture shallow_png(int depth) {
  PngPicture picture;
  picture.width = static_cast<std::uint32_t>(kSize.width);
  picture.height = static_cast<std::uint32_t>(kSize.height);
  picture.depth = depth;
  picture.colour_type = PNG_COLOR_TYPE_GRAY;
  picture.pixels = index_pattern(kSize, 1 << depth);
  return picture;
}

Bytes file_of(const PngPicture& picture) {
  auto file = write_png(picture);
  REQUIRE_OK(file);
  return *file;
}

}  // namespace

TEST_CASE("image: luma is BT.601 on a scale of 255, fractions of 16 bits kept") {
  for (const Lossless& sample : lossless_files()) {
    INFO(sample.mime << ", type " << sample.pixels.type());
    const LumaPicture seen = luma_in(sample.file, sample.mime);
    CHECK(cv::norm(seen.luma, expected_luma(sample.pixels), cv::NORM_INF) < 1e-3);
    if (sample.pixels.channels() % 2 != 0) {
      CHECK(seen.opacity.empty());
      continue;
    }
    cv::Mat opacity;
    alpha_of(sample.pixels)
        .convertTo(opacity, CV_8U, sample.pixels.depth() == CV_16U ? 1 / 257.0 : 1);
    CHECK(cv::norm(seen.opacity, opacity, cv::NORM_INF) == 0);
  }
}

TEST_CASE("image: a change of luma arrives to the rounding in lossless files") {
  const cv::Mat change = wave(kSize, kAmplitude);
  for (const Lossless& sample : lossless_files()) {
    INFO(sample.mime << ", type " << sample.pixels.type());
    const Changed result = changed(sample.file, sample.mime, change);
    CHECK(result.asked == 1);
    const LumaPicture before = luma_in(sample.file, sample.mime);
    const LumaPicture after = luma_in(result.image.file, sample.mime);
    const double rounding = sample.pixels.depth() == CV_16U ? kRounding16 : kRounding;
    CHECK(worst_deviation(before, after, change) < rounding);
    if (!before.opacity.empty()) CHECK(cv::norm(before.opacity, after.opacity, cv::NORM_INF) == 0);
  }
}

TEST_CASE("image: clear pixels keep the colour that nobody sees") {
  cv::Mat pixels = soft_pattern(kSize, CV_8U, 4);
  const cv::Rect hole(20, 30, 50, 40);
  for (int y = hole.y; y < hole.br().y; ++y)
    for (int x = hole.x; x < hole.br().x; ++x) pixels.at<cv::Vec4b>(y, x)[3] = 0;
  const Changed result = changed(png_of(pixels), "image/png", wave(kSize, 20));
  const cv::Mat after = png_in(result.image.file).pixels;
  CHECK(changed_inside(pixels, after, hole) == 0);
  CHECK(changed_inside(pixels, after, cv::Rect(80, 0, 80, 120)) > 5000);
  CHECK(cv::norm(alpha_of(pixels), alpha_of(after), cv::NORM_INF) == 0);
}

TEST_CASE("image: samples clip at black and white") {
  cv::Mat pixels(kSize, CV_8UC3, cv::Scalar(2, 128, 253));
  const Changed result =
      changed(png_of(pixels), "image/png", cv::Mat(kSize, CV_32FC1, cv::Scalar(6.4)));
  CHECK(png_in(result.image.file).pixels.at<cv::Vec3b>(5, 5) == cv::Vec3b(8, 134, 255));
  const Changed darker =
      changed(png_of(pixels), "image/png", cv::Mat(kSize, CV_32FC1, cv::Scalar(-6.4)));
  CHECK(png_in(darker.image.file).pixels.at<cv::Vec3b>(5, 5) == cv::Vec3b(0, 122, 247));
}

TEST_CASE("image: a marked palette PNG turns into true colour") {
  const cv::Mat indices = index_pattern(kSize, 16);
  std::vector<cv::Vec3b> palette = palette_of(16);
  for (cv::Vec3b& c : palette) c = c / 2 + cv::Vec3b(60, 60, 60);
  const Bytes file = indexed_png_of(indices, palette);
  const LumaPicture before = luma_in(file, "image/png");
  const cv::Vec3b& first = palette[indices.at<uchar>(7, 9)];
  CHECK(before.luma.at<float>(7, 9) ==
        Approx(0.299 * first[0] + 0.587 * first[1] + 0.114 * first[2]).margin(1e-3));
  const cv::Mat change = wave(kSize, kAmplitude);
  const Changed result = changed(file, "image/png", change);
  const PngPicture after = png_in(result.image.file);
  CHECK(after.colour_type == PNG_COLOR_TYPE_RGB);
  CHECK(worst_deviation(before, luma_in(result.image.file, "image/png"), change) < kRounding);
}

TEST_CASE("image: a marked PNG of few greys turns into bytes") {
  for (const int depth : {1, 2, 4}) {
    INFO(depth << " bits");
    PngPicture picture = shallow_png(depth);
    picture.clear = png_color_16{};
    picture.clear->gray = 1;
    const Bytes file = file_of(picture);
    const LumaPicture before = luma_in(file, "image/png");
    CHECK(before.luma.at<float>(4, 7) ==
          Approx(255.0 * picture.pixels.at<uchar>(4, 7) / ((1 << depth) - 1)).margin(1e-3));
    CHECK(cv::norm(before.opacity, picture.pixels != 1, cv::NORM_INF) == 0);
    const cv::Mat change(kSize, CV_32FC1, cv::Scalar(-5));
    const Changed result = changed(file, "image/png", change);
    const PngPicture after = png_in(result.image.file);
    CHECK(after.depth == 8);
    const LumaPicture seen = luma_in(result.image.file, "image/png");
    CHECK(cv::norm(before.opacity, seen.opacity, cv::NORM_INF) == 0);
    cv::Mat expected = cv::max(before.luma - 5, 0);
    before.luma.copyTo(expected, before.opacity == 0);
    CHECK(cv::norm(seen.luma, expected, cv::NORM_INF) < kRounding);
  }
}

TEST_CASE("image: a marked pixel never takes the colour that is declared transparent") {
  cv::Mat pixels(kSize, CV_8UC3, cv::Scalar(100, 100, 100));
  PngPicture picture = png_in(png_of(pixels));
  picture.clear = png_color_16{0, 103, 103, 103, 0};
  const Changed result =
      changed(file_of(picture), "image/png", cv::Mat(kSize, CV_32FC1, cv::Scalar(3)));
  const LumaPicture seen = luma_in(result.image.file, "image/png");
  CHECK(cv::countNonZero(seen.opacity == 0) == 0);
  CHECK(seen.luma.at<float>(0, 0) == Approx(103).margin(1));
}

TEST_CASE("image: white-is-zero and premultiplied TIFFs change as they look") {
  const cv::Mat change = wave(kSize, kAmplitude);
  TiffPage inverted = tiff_page_of(soft_pattern(kSize, CV_8U, 1));
  inverted.photometric = 0;
  const Bytes grey = tiff_of({inverted});
  const LumaPicture before = luma_in(grey, "image/tiff");
  CHECK(before.luma.at<float>(3, 4) == Approx(255 - inverted.pixels.at<uchar>(3, 4)).margin(1e-3));
  const Changed marked = changed(grey, "image/tiff", change);
  CHECK(worst_deviation(before, luma_in(marked.image.file, "image/tiff"), change) < kRounding);

  cv::Mat rgba(kSize, CV_8UC4, cv::Scalar(60, 50, 40, 128));
  TiffPage half = tiff_page_of(rgba);
  half.extra = static_cast<std::uint16_t>(1);  // associated alpha
  const Bytes file = tiff_of({half});
  const LumaPicture look = luma_in(file, "image/tiff");
  CHECK(look.luma.at<float>(0, 0) == Approx((0.299 * 60 + 0.587 * 50 + 0.114 * 40) * 255 / 128));
  const Changed result = changed(file, "image/tiff", cv::Mat(kSize, CV_32FC1, cv::Scalar(20)));
  const LumaPicture after = luma_in(result.image.file, "image/tiff");
  CHECK(after.luma.at<float>(0, 0) == Approx(look.luma.at<float>(0, 0) + 20).margin(1.1));
}

TEST_CASE("image: inks give the luma that was asked for, black where colours have no room") {
  const cv::Mat change = wave(kSize, kAmplitude);
  cv::Mat mixed = soft_pattern(kSize, CV_8U, 3), inks(kSize, CV_8UC4);
  for (int y = 0; y < kSize.height; ++y)
    for (int x = 0; x < kSize.width; ++x) {
      const cv::Vec3b& c = mixed.at<cv::Vec3b>(y, x);
      const bool black_only = x < kSize.width / 2;
      inks.at<cv::Vec4b>(y, x) =
          black_only ? cv::Vec4b(0, 0, 0, c[0]) : cv::Vec4b(c[0], c[1], c[2], 60);
    }
  TiffPage page = tiff_page_of(inks);
  page.photometric = 5;  // separated
  page.extra.reset();
  const Bytes file = tiff_of({page});
  const LumaPicture before = luma_in(file, "image/tiff");
  CHECK(before.luma.at<float>(0, 0) == Approx(255 - inks.at<cv::Vec4b>(0, 0)[3]).margin(1e-3));
  const Changed result = changed(file, "image/tiff", change);
  // Four rounded inks instead of one sample.
  CHECK(worst_deviation(before, luma_in(result.image.file, "image/tiff"), change) < 2 * kRounding);
}

TEST_CASE("image: every page of a TIFF is asked about, and each keeps its kind") {
  const cv::Mat change = wave(kSize, kAmplitude);
  const Bytes file = tiff_of(
      {tiff_page_of(soft_pattern(kSize, CV_8U, 3)), tiff_page_of(soft_pattern(kSize, CV_16U, 1))});
  const Changed result = changed(file, "image/tiff", change);
  CHECK(result.asked == 2);
  TiffReader reader;
  REQUIRE_OK(reader.open(test_context(), result.image.file));
  const auto more = reader.next();
  REQUIRE_OK(more);
  REQUIRE(*more);
  const auto page = reader.read(test_context());
  REQUIRE_OK(page);
  CHECK(page->depth == 16);
  const cv::Mat before = expected_luma(soft_pattern(kSize, CV_16U, 1));
  CHECK(cv::norm(expected_luma(page->pixels), before + change, cv::NORM_INF) < kRounding16);
}

TEST_CASE("image: a thumbnail that is too small stays as it is") {
  TiffPage thumbnail = tiff_page_of(soft_pattern(kSize, CV_8U, 1));
  thumbnail.subfile = 1;
  const Bytes file = tiff_of({tiff_page_of(soft_pattern(kSize, CV_8U, 3)), thumbnail});
  const Context context = test_context();
  int asked = 0;
  const LumaChanger changer = [&](const LumaPicture&) -> Result<cv::Mat> {
    if (++asked == 2) return fail("image.mark.size", "too small");
    return wave(kSize, kAmplitude);
  };
  const auto result = kTiffCodec.change(Job{context, file, 1, &changer, nullptr, {}});
  REQUIRE_OK(result);
  TiffReader reader;
  REQUIRE_OK(reader.open(test_context(), result->file));
  REQUIRE_OK(reader.next());
  const auto page = reader.read(test_context());
  REQUIRE_OK(page);
  CHECK(cv::norm(page->pixels, thumbnail.pixels, cv::NORM_INF) == 0);
}

TEST_CASE("image: a change of luma arrives in lossy formats") {
  const cv::Mat change = wave(kSize, kAmplitude);
  const cv::Mat rgb = soft_pattern(kSize, CV_8U, 3), grey = soft_pattern(kSize, CV_8U, 1);
  cv::Mat rgba;
  cv::cvtColor(rgb, rgba, cv::COLOR_RGB2RGBA);
  HeifMaker avif{heif_compression_AV1, heif_chroma_420, 8, false, 95};
  HeifMaker full{heif_compression_AV1, heif_chroma_444, 8, true, 95};
  HeifMaker deep{heif_compression_AV1, heif_chroma_422, 10, false, 95};
  HeifMaker twelve{heif_compression_AV1, heif_chroma_420, 12, false, 95};
  HeifMaker hevc{heif_compression_HEVC, heif_chroma_420, 8, false, 95};
  HeifMaker hevc10{heif_compression_HEVC, heif_chroma_420, 10, false, 95};
  const std::vector<Sample> files{
      {"image/jpeg", jpeg_of(rgb, {95})},      {"image/jpeg", jpeg_of(grey, {95})},
      {"image/webp", lossy_webp_of(rgba, 95)}, {"image/avif", heif_of(kSize, avif)},
      {"image/avif", heif_of(kSize, full)},    {"image/avif", heif_of(kSize, deep)},
      {"image/avif", heif_of(kSize, twelve)},  {"image/heif", heif_of(kSize, hevc)},
      {"image/heif", heif_of(kSize, hevc10)}};
  for (std::size_t i = 0; i < files.size(); ++i) {
    INFO(files[i].mime << ", file " << i);
    const LumaPicture before = luma_in(files[i].file, files[i].mime);
    const Changed result = changed(files[i].file, files[i].mime, change);
    const double part = arrived(before, luma_in(result.image.file, files[i].mime), change);
    CHECK(part > 0.8);
    CHECK(part < 1.1);
  }
}

TEST_CASE("image: the label is drawn over the mark") {
  const label::VisibleLabel label;
  const cv::Mat change = wave(kSize, kAmplitude);
  for (const Sample& sample : samples(kSize)) {
    INFO(sample.mime);
    const Changed both = changed(sample.file, sample.mime, change, &label);
    const EncodedImage alone = drawn(sample.file, sample.mime);
    CHECK(place_of(both.image) == place_of(alone));
    const cv::Rect place = place_of(alone);
    const LumaPicture marked =
        luma_in(changed(sample.file, sample.mime, change).image.file, sample.mime);
    const LumaPicture labelled = luma_in(both.image.file, sample.mime);
    CHECK(cv::norm(labelled.luma(place), marked.luma(place), cv::NORM_INF) > 40);
  }
}

TEST_CASE("image: outside the label a marked picture is the same with it and without") {
  const label::VisibleLabel label;
  const cv::Mat rgb = soft_pattern(kSize, CV_8U, 3), change = wave(kSize, kAmplitude);
  for (const Sample& sample :
       {Sample{"image/png", png_of(rgb)}, Sample{"image/tiff", tiff_of({tiff_page_of(rgb)})}}) {
    INFO(sample.mime);
    const Changed both = changed(sample.file, sample.mime, change, &label);
    const Changed alone = changed(sample.file, sample.mime, change);
    CHECK(changed_outside(luma_in(alone.image.file, sample.mime).luma,
                          luma_in(both.image.file, sample.mime).luma, place_of(both.image)) == 0);
  }
}

TEST_CASE("image: what the changer refuses, the codec refuses") {
  const Context context = test_context();
  const LumaChanger changer = [](const LumaPicture&) -> Result<cv::Mat> {
    return fail("image.mark.size", "too small");
  };
  for (const Sample& sample : samples(kSize)) {
    INFO(sample.mime);
    CHECK(code_of(
              codec_of(sample.mime).change(Job{context, sample.file, 1, &changer, nullptr, {}})) ==
          "image.mark.size");
  }
}

TEST_CASE("image: a damaged file has no luma, and says so") {
  for (const Sample& sample : samples(kSize)) {
    INFO(sample.mime);
    const ByteView half(sample.file.data(), sample.file.size() / 2);
    const auto result = codec_of(sample.mime).read_luma(test_context(), half);
    REQUIRE_FALSE(result);
    CHECK(result.error().code.ends_with(".decode"));
  }
}
