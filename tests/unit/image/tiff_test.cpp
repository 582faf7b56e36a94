// SPDX-License-Identifier: Apache-2.0
// TIFF: every way of storing that we draw on stays what it was; odd ones are refused.
#include <tiffio.h>

#include "unit/image/pictures.hpp"

using namespace signmark;
using namespace signmark::image;
using namespace signmark::image::test;

namespace {

const cv::Size kSize(200, 150);
const std::string kMime = "image/tiff";

struct Pages {
  TiffVariant variant;
  std::vector<TiffPage> pages;
};

Pages read(ByteView file) {
  TiffReader reader;
  REQUIRE_OK(reader.open(test_context(), file));
  Pages result{reader.variant(), {}};
  while (true) {
    auto page = reader.read(test_context());
    REQUIRE_OK(page);
    result.pages.push_back(std::move(*page));
    const auto more = reader.next();
    REQUIRE_OK(more);
    if (!*more) return result;
  }
}

void check_same_storage(const TiffPage& a, const TiffPage& b) {
  CHECK(a.size == b.size);
  CHECK(a.depth == b.depth);
  CHECK(a.samples == b.samples);
  CHECK(a.photometric == b.photometric);
  CHECK(a.compression == b.compression);
  CHECK(a.predictor == b.predictor);
  CHECK(a.planar == b.planar);
  CHECK(a.fill_order == b.fill_order);
  CHECK(a.orientation == b.orientation);
  CHECK(a.subfile == b.subfile);
  CHECK(a.tile_width == b.tile_width);
  CHECK(a.tile_height == b.tile_height);
  CHECK(a.strip_rows == b.strip_rows);
  CHECK(a.extra == b.extra);
  CHECK(a.subsampling == b.subsampling);
}

void check_kept(const TiffPage& page, TiffVariant variant = {}) {
  const Bytes file = tiff_of({page}, variant);
  const EncodedImage image = drawn(file, kMime);
  const Pages before = read(file), after = read(image.file);
  CHECK(after.variant.big_endian == variant.big_endian);
  CHECK(after.variant.big_tiff == variant.big_tiff);
  check_same_storage(before.pages[0], after.pages[0]);
  CHECK(changed_outside(page.pixels, after.pages[0].pixels, place_of(image)) == 0);
  CHECK(changed_inside(page.pixels, after.pages[0].pixels, place_of(image)) > 0);
}

/// A file whose first page got one tag overwritten.
Bytes with_tag(std::uint16_t tag, std::uint16_t value) {
  Bytes file = tiff_of({tiff_page_of(pattern(kSize, CV_8U, 1))});
  for (std::size_t i = 0; i + 12 <= file.size(); ++i)
    if (file[i] == (tag & 0xFF) && file[i + 1] == tag >> 8 && file[i + 2] == 3 &&
        file[i + 3] == 0 && file[i + 4] == 1 && file[i + 5] == 0) {
      file[i + 8] = static_cast<Byte>(value & 0xFF);
      file[i + 9] = static_cast<Byte>(value >> 8);
      return file;
    }
  FAIL("no such tag");
  return file;
}

}  // namespace

TEST_CASE(
    "image: TIFF keeps depth, channels, planes, byte order and all pixels outside the label") {
  for (const int depth : {CV_8U, CV_16U})
    for (int channels = 1; channels <= 4; ++channels)
      for (const std::uint16_t planar : {PLANARCONFIG_CONTIG, PLANARCONFIG_SEPARATE})
        for (const bool big_endian : {false, true}) {
          INFO("depth " << depth << ", channels " << channels << ", planar " << planar);
          TiffPage page = tiff_page_of(pattern(kSize, depth, channels));
          page.planar = planar;
          check_kept(page, {big_endian, false});
        }
}

TEST_CASE("image: TIFF keeps lossless compressions and predictors") {
  for (const std::uint16_t compression :
       {COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_DEFLATE, COMPRESSION_PACKBITS,
        COMPRESSION_ZSTD, COMPRESSION_LZMA})
    for (const std::uint16_t predictor : {PREDICTOR_NONE, PREDICTOR_HORIZONTAL}) {
      INFO("compression " << compression << ", predictor " << predictor);
      TiffPage page = tiff_page_of(pattern(kSize, CV_16U, 3));
      page.compression = compression;
      if (compression != COMPRESSION_PACKBITS) page.predictor = predictor;
      check_kept(page);
    }
}

TEST_CASE("image: TIFF keeps tiles, BigTIFF and the fill order") {
  for (const std::uint16_t planar : {PLANARCONFIG_CONTIG, PLANARCONFIG_SEPARATE}) {
    TiffPage page = tiff_page_of(pattern(kSize, CV_8U, 4));
    page.strip_rows = 0;
    page.tile_width = 64;
    page.tile_height = 32;
    page.planar = planar;
    check_kept(page, {false, true});
  }
  TiffPage page = tiff_page_of(pattern(kSize, CV_8U, 3));
  page.fill_order = FILLORDER_LSB2MSB;
  page.compression = COMPRESSION_LZW;
  check_kept(page);
}

TEST_CASE("image: TIFF keeps white-is-zero, CMYK and premultiplied alpha") {
  TiffPage white_is_zero = tiff_page_of(pattern(kSize, CV_8U, 1));
  white_is_zero.photometric = PHOTOMETRIC_MINISWHITE;
  check_kept(white_is_zero);
  TiffPage ink = tiff_page_of(pattern(kSize, CV_8U, 4));
  ink.photometric = PHOTOMETRIC_SEPARATED;
  ink.extra.reset();
  check_kept(ink);
  TiffPage premultiplied = tiff_page_of(pattern(kSize, CV_8U, 4));
  premultiplied.extra = EXTRASAMPLE_ASSOCALPHA;
  check_kept(premultiplied);
}

TEST_CASE("image: white-is-zero is drawn like its negative") {
  cv::Mat negative = 255 - pattern(kSize, CV_8U, 1);
  TiffPage page = tiff_page_of(negative);
  page.photometric = PHOTOMETRIC_MINISWHITE;
  const Bytes inverted = tiff_of({page});
  const Bytes plain = tiff_of({tiff_page_of(pattern(kSize, CV_8U, 1))});
  CHECK(digest(inverted, kMime) == digest(plain, kMime));
  const TiffPage a = read(drawn(inverted, kMime).file).pages[0];
  const TiffPage b = read(drawn(plain, kMime).file).pages[0];
  CHECK(cv::norm(255 - a.pixels, b.pixels, cv::NORM_INF) <= 1);  // rounding
}

TEST_CASE("image: JPEG-compressed TIFF keeps its model and comes near its pixels") {
  TiffPage page = tiff_page_of(pattern(kSize, CV_8U, 3));
  page.compression = COMPRESSION_JPEG;
  page.photometric = PHOTOMETRIC_YCBCR;
  page.subsampling = {2, 2};
  page.jpeg_quality = 85;
  const Bytes file = tiff_of({page});
  const EncodedImage image = drawn(file, kMime);
  const TiffPage before = read(file).pages[0], after = read(image.file).pages[0];
  check_same_storage(before, after);
  CHECK(std::abs(after.jpeg_quality - 85) <= 1);
  cv::Mat outside(kSize, CV_8UC1, cv::Scalar(255));
  outside(place_of(image)).setTo(0);
  CHECK(cv::norm(before.pixels, after.pixels, cv::NORM_L1, outside) /
            static_cast<double>(before.pixels.total() * 3) <
        4);
}

TEST_CASE("image: a TIFF palette takes the label's colours in unused places") {
  for (const int colours : {16, 256}) {
    cv::Mat indices(kSize, CV_8UC1);
    for (int y = 0; y < kSize.height; ++y)
      for (int x = 0; x < kSize.width; ++x)
        indices.at<uchar>(y, x) = static_cast<uchar>((x + y) % colours);
    TiffPage page = tiff_page_of(indices);
    page.photometric = PHOTOMETRIC_PALETTE;
    for (int i = 0; i < 256; ++i)
      page.palette.push_back({static_cast<std::uint16_t>(i * 200),
                              static_cast<std::uint16_t>(i * 3),
                              static_cast<std::uint16_t>(65535 - i * 250)});
    const EncodedImage image = drawn(tiff_of({page}), kMime);
    const TiffPage after = read(image.file).pages[0];
    if (colours == 256) {
      CHECK(after.photometric == PHOTOMETRIC_RGB);
      CHECK(after.depth == 16);
      continue;
    }
    REQUIRE(after.indexed());
    CHECK(std::equal(page.palette.begin(), page.palette.begin() + colours, after.palette.begin()));
    CHECK(changed_outside(page.pixels, after.pixels, place_of(image)) == 0);
  }
}

TEST_CASE("image: every page of a TIFF is labelled, each in its own orientation") {
  std::vector<TiffPage> pages;
  for (const int orientation : {1, 6, 3}) {
    pages.push_back(tiff_page_of(pattern(kSize, CV_8U, 3)));
    pages.back().orientation = static_cast<std::uint16_t>(orientation);
  }
  const EncodedImage image = drawn(tiff_of(pages), kMime);
  const Pages after = read(image.file);
  REQUIRE(after.pages.size() == 3);
  const cv::Rect all({}, kSize);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(changed_inside(pages[i].pixels, after.pages[i].pixels, all) > 0);
    // The label's corner: bottom right of what is shown.
    const cv::Size shown = i == 1 ? cv::Size(kSize.height, kSize.width) : kSize;
    const cv::Point corner =
        stored_place({shown.width - 20, shown.height - 14}, shown, pages[i].orientation);
    const cv::Rect near = cv::Rect(corner.x - 8, corner.y - 8, 16, 16) & all;
    CHECK(changed_inside(pages[i].pixels, after.pages[i].pixels, near) > 0);
  }
}

TEST_CASE("image: a thumbnail page too small for a label stays as it is") {
  TiffPage small = tiff_page_of(pattern(cv::Size(20, 15), CV_8U, 3));
  small.subfile = FILETYPE_REDUCEDIMAGE;
  const EncodedImage image = drawn(tiff_of({tiff_page_of(pattern(kSize, CV_8U, 3)), small}), kMime);
  const Pages after = read(image.file);
  REQUIRE(after.pages.size() == 2);
  CHECK(changed_inside(small.pixels, after.pages[1].pixels, cv::Rect({}, small.size)) == 0);
  small.subfile = 0;
  CHECK(code_of(draw(tiff_of({small}), kMime)) == "label.size.small");
}

TEST_CASE("image: TIFF samples that we cannot draw on are refused") {
  CHECK(code_of(draw(with_tag(TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_CIELAB), kMime)) ==
        "image.unsupported");
  CHECK(code_of(draw(with_tag(TIFFTAG_BITSPERSAMPLE, 1), kMime)) == "image.unsupported");
  CHECK(code_of(draw(with_tag(TIFFTAG_COMPRESSION, COMPRESSION_CCITTFAX4), kMime)) ==
        "image.unsupported");
}
