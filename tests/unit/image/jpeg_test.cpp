// SPDX-License-Identifier: Apache-2.0
// JPEG: tables, sampling and coding stay, and so does every block that the label does not touch.
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "image/jpeg_io.hpp"
#include "unit/image/marking.hpp"

using namespace signmark;
using namespace signmark::image;
using namespace signmark::image::test;

namespace {

const cv::Size kSize(200, 150);
const std::string kMime = "image/jpeg";

struct Blocks {
  int same = 0, changed_outside = 0, changed_inside = 0;
};

/// Compares the coefficients of all components; blocks are inside when they touch `label`.
Blocks compare(ByteView before, ByteView after, const cv::Rect& label) {
  JpegReader a, b;
  REQUIRE_OK(a.open(test_context(), before));
  REQUIRE_OK(b.open(test_context(), after));
  const auto from = a.read_coefficients(), to = b.read_coefficients();
  REQUIRE_OK(from);
  REQUIRE_OK(to);
  Blocks result;
  for (int c = 0; c < a.info().num_components; ++c) {
    const jpeg_component_info& part = a.info().comp_info[c];
    const int w = DCTSIZE * a.info().max_h_samp_factor / part.h_samp_factor;
    const int h = DCTSIZE * a.info().max_v_samp_factor / part.v_samp_factor;
    for (JDIMENSION y = 0; y < part.height_in_blocks; ++y) {
      JBLOCKROW left = a.info().mem->access_virt_barray(reinterpret_cast<j_common_ptr>(&a.info()),
                                                        (*from)[c], y, 1, FALSE)[0];
      JBLOCKROW right = b.info().mem->access_virt_barray(reinterpret_cast<j_common_ptr>(&b.info()),
                                                         (*to)[c], y, 1, FALSE)[0];
      for (JDIMENSION x = 0; x < part.width_in_blocks; ++x) {
        const cv::Rect block(static_cast<int>(x) * w, static_cast<int>(y) * h, w, h);
        const bool same = std::equal(std::begin(left[x]), std::end(left[x]), std::begin(right[x]));
        const bool inside = !(block & label).empty();
        ++(same ? result.same : inside ? result.changed_inside : result.changed_outside);
      }
    }
  }
  return result;
}

void check_same_coding(ByteView before, ByteView after) {
  JpegReader a, b;
  REQUIRE_OK(a.open(test_context(), before));
  REQUIRE_OK(b.open(test_context(), after));
  CHECK(a.info().jpeg_color_space == b.info().jpeg_color_space);
  CHECK(a.info().progressive_mode == b.info().progressive_mode);
  REQUIRE(a.info().num_components == b.info().num_components);
  for (int c = 0; c < a.info().num_components; ++c) {
    const jpeg_component_info &left = a.info().comp_info[c], &right = b.info().comp_info[c];
    CHECK(left.h_samp_factor == right.h_samp_factor);
    CHECK(left.v_samp_factor == right.v_samp_factor);
    const JQUANT_TBL* old = a.info().quant_tbl_ptrs[left.quant_tbl_no];
    const JQUANT_TBL* now = b.info().quant_tbl_ptrs[right.quant_tbl_no];
    CHECK(
        std::equal(std::begin(old->quantval), std::end(old->quantval), std::begin(now->quantval)));
  }
}

void check_untouched(const Bytes& file) {
  const EncodedImage image = drawn(file, kMime);
  check_same_coding(file, image.file);
  const Blocks blocks = compare(file, image.file, place_of(image));
  CHECK(blocks.changed_outside == 0);
  CHECK(blocks.changed_inside > 0);
  CHECK(blocks.same > blocks.changed_inside);
}

/// One coefficient of a change's block, by the formula of ITU-T T.81 A.3.3.
double coefficient(const cv::Mat& block, int v, int u) {
  double sum = 0;
  for (int y = 0; y < DCTSIZE; ++y)
    for (int x = 0; x < DCTSIZE; ++x)
      sum += block.at<float>(y, x) * std::cos((2 * x + 1) * u * CV_PI / 16) *
             std::cos((2 * y + 1) * v * CV_PI / 16);
  const double half = std::sqrt(0.5);
  return sum / 4 * (u == 0 ? half : 1) * (v == 0 ? half : 1);
}

/// The largest distance of a coefficient from where the change put it, in steps of its quantiser.
/// Only of blocks that lie in the picture as a whole.
double worst_step(ByteView before, ByteView after, const cv::Mat& change) {
  JpegReader a, b;
  REQUIRE_OK(a.open(test_context(), before));
  REQUIRE_OK(b.open(test_context(), after));
  const auto from = a.read_coefficients(), to = b.read_coefficients();
  REQUIRE_OK(from);
  REQUIRE_OK(to);
  const JQUANT_TBL& table = *a.info().comp_info[0].quant_table;
  double worst = 0;
  for (int y = 0; y + DCTSIZE <= change.rows; y += DCTSIZE) {
    const auto row = static_cast<JDIMENSION>(y / DCTSIZE);
    JBLOCKROW left = a.info().mem->access_virt_barray(reinterpret_cast<j_common_ptr>(&a.info()),
                                                      (*from)[0], row, 1, FALSE)[0];
    JBLOCKROW right = b.info().mem->access_virt_barray(reinterpret_cast<j_common_ptr>(&b.info()),
                                                       (*to)[0], row, 1, FALSE)[0];
    for (int x = 0; x + DCTSIZE <= change.cols; x += DCTSIZE)
      for (int i = 0; i < DCTSIZE2; ++i) {
        const double moved = right[x / DCTSIZE][i] - left[x / DCTSIZE][i];
        const cv::Mat block = change(cv::Rect(x, y, DCTSIZE, DCTSIZE));
        const double asked = coefficient(block, i / DCTSIZE, i % DCTSIZE) / table.quantval[i];
        worst = std::max(worst, std::abs(moved - asked));
      }
  }
  return worst;
}

/// Blocks of all components but the first that differ.
int changed_chroma(ByteView before, ByteView after) {
  JpegReader a, b;
  REQUIRE_OK(a.open(test_context(), before));
  REQUIRE_OK(b.open(test_context(), after));
  const auto from = a.read_coefficients(), to = b.read_coefficients();
  REQUIRE_OK(from);
  REQUIRE_OK(to);
  int count = 0;
  for (int c = 1; c < a.info().num_components; ++c)
    for (JDIMENSION y = 0; y < a.info().comp_info[c].height_in_blocks; ++y) {
      JBLOCKROW left = a.info().mem->access_virt_barray(reinterpret_cast<j_common_ptr>(&a.info()),
                                                        (*from)[c], y, 1, FALSE)[0];
      JBLOCKROW right = b.info().mem->access_virt_barray(reinterpret_cast<j_common_ptr>(&b.info()),
                                                         (*to)[c], y, 1, FALSE)[0];
      for (JDIMENSION x = 0; x < a.info().comp_info[c].width_in_blocks; ++x)
        if (!std::equal(std::begin(left[x]), std::end(left[x]), std::begin(right[x]))) ++count;
    }
  return count;
}

}  // namespace

TEST_CASE("image: JPEG blocks outside the label are bit-identical for every sampling") {
  const cv::Mat pixels = pattern(kSize, CV_8U, 3);
  for (const auto& [h, v] : {std::pair(1, 1), std::pair(2, 1), std::pair(1, 2), std::pair(2, 2)})
    for (const bool progressive : {false, true})
      for (const int quality : {30, 92}) {
        INFO(h << "x" << v << ", progressive " << progressive << ", quality " << quality);
        check_untouched(jpeg_of(pixels, {quality, h, v, progressive}));
      }
}

TEST_CASE("image: grey and CMYK JPEG keep their components") {
  check_untouched(jpeg_of(pattern(kSize, CV_8U, 1)));
  cv::Mat ink = pattern(kSize, CV_8U, 4);
  check_untouched(jpeg_of(ink));
}

TEST_CASE("image: JPEG sides that are no multiple of a block keep their size") {
  for (const cv::Size size : {cv::Size(161, 121), cv::Size(175, 119)}) {
    const Bytes file = jpeg_of(pattern(size, CV_8U, 3));
    JpegReader reader;
    const EncodedImage image = drawn(file, kMime);
    REQUIRE_OK(reader.open(test_context(), image.file));
    CHECK(reader.size() == size);
    CHECK(compare(file, image.file, place_of(image)).changed_outside == 0);
  }
}

TEST_CASE("image: a wished JPEG quality replaces the tables") {
  const Bytes file = jpeg_of(pattern(kSize, CV_8U, 3), {90});
  const auto image = draw(file, kMime, 1, {35});
  REQUIRE_OK(image);
  JpegReader reader, wished;
  REQUIRE_OK(reader.open(test_context(), image->file));
  const Bytes like = jpeg_of(pattern(kSize, CV_8U, 3), {35});
  REQUIRE_OK(wished.open(test_context(), like));
  for (int t = 0; t < 2; ++t)
    CHECK(std::equal(std::begin(wished.info().quant_tbl_ptrs[t]->quantval),
                     std::end(wished.info().quant_tbl_ptrs[t]->quantval),
                     std::begin(reader.info().quant_tbl_ptrs[t]->quantval)));
}

TEST_CASE("image: a turned JPEG gets its label where a person looks") {
  const cv::Mat upright = pattern(kSize, CV_8U, 3);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    INFO("orientation " << orientation);
    const cv::Mat stored = stored_from_shown(upright, orientation);
    const Bytes file = jpeg_of(stored, {90, 1, 1});
    const EncodedImage image = drawn(file, kMime, orientation);
    cv::Mat mask = cv::Mat::zeros(kSize, CV_8UC1);
    mask(place_of(image)).setTo(255);
    const cv::Mat stored_mask = stored_from_shown(mask, orientation);
    const Blocks blocks = compare(file, image.file, cv::boundingRect(stored_mask));
    CHECK(blocks.changed_outside == 0);
    CHECK(blocks.changed_inside > 0);
  }
}

TEST_CASE("image: a JPEG's mark goes to luma coefficients alone, each to a step beside it") {
  const cv::Size size(161, 121);
  const cv::Mat pixels = soft_pattern(size, CV_8U, 3), change = wave(size, 6);
  for (const auto& [h, v] : {std::pair(1, 1), std::pair(2, 1), std::pair(2, 2)})
    for (const bool progressive : {false, true})
      for (const int quality : {60, 92}) {
        INFO(h << "x" << v << ", progressive " << progressive << ", quality " << quality);
        const Bytes file = jpeg_of(pixels, {quality, h, v, progressive});
        const Changed result = changed(file, kMime, change);
        CHECK(result.asked == 1);
        check_same_coding(file, result.image.file);
        CHECK(changed_chroma(file, result.image.file) == 0);
        CHECK(worst_step(file, result.image.file, change) < 0.701);
        CHECK(arrived(luma_in(file, kMime), luma_in(result.image.file, kMime), change) > 0.85);
      }
}

TEST_CASE("image: RGB, CMYK and YCCK JPEGs carry a change of luma") {
  const cv::Mat rgb = soft_pattern(kSize, CV_8U, 3), change = wave(kSize, 3);
  cv::Mat ink(kSize, CV_8UC4);  // Adobe's: 255 is no ink
  for (int y = 0; y < kSize.height; ++y)
    for (int x = 0; x < kSize.width; ++x) {
      const cv::Vec3b& c = rgb.at<cv::Vec3b>(y, x);
      ink.at<cv::Vec4b>(y, x) = {c[0], c[1], c[2], 220};
    }
  for (const Bytes& file :
       {jpeg_of(rgb, {92, 1, 1, false, true}), jpeg_of(ink, {92}),
        jpeg_of(ink, {92, 1, 1, false, true}), jpeg_of(ink, {92, 1, 1, true, true})}) {
    const Changed result = changed(file, kMime, change);
    check_same_coding(file, result.image.file);
    const double part = arrived(luma_in(file, kMime), luma_in(result.image.file, kMime), change);
    CHECK(part > 0.85);
    CHECK(part < 1.1);
  }
}

TEST_CASE("image: a JPEG's label lies over its mark, blocks beside it carry the mark alone") {
  const Bytes file = jpeg_of(soft_pattern(kSize, CV_8U, 3), {85});
  const cv::Mat change = wave(kSize, 4);
  const label::VisibleLabel label;
  const Changed marked = changed(file, kMime, change), both = changed(file, kMime, change, &label);
  const Blocks blocks = compare(marked.image.file, both.image.file, place_of(both.image));
  CHECK(blocks.changed_outside == 0);
  CHECK(blocks.changed_inside > 0);
}

TEST_CASE("image: a marked JPEG of another quality has that quality's tables") {
  const cv::Mat pixels = soft_pattern(kSize, CV_8U, 3), change = wave(kSize, 3);
  const Bytes file = jpeg_of(pixels, {70}), like = jpeg_of(pixels, {95});
  const Changed result = changed(file, kMime, change, nullptr, {95});
  check_same_coding(like, result.image.file);
  CHECK(arrived(luma_in(file, kMime), luma_in(result.image.file, kMime), change) > 0.85);
}

TEST_CASE("image: coarse JPEG tables let a change through that is small against their steps") {
  // Plain rounding lets 0.23 of it through: few coefficients reach half a step.
  const cv::Mat change = wave(kSize, 1.3F);
  const Bytes file = jpeg_of(soft_pattern(kSize, CV_8U, 3), {30});
  const Changed result = changed(file, kMime, change);
  const double part = arrived(luma_in(file, kMime), luma_in(result.image.file, kMime), change);
  CHECK(part > 0.5);
  CHECK(part < 1.2);
}
