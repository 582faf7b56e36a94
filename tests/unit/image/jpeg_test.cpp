// SPDX-License-Identifier: Apache-2.0
// JPEG: tables, sampling and coding stay, and so does every block that the label does not touch.
#include <opencv2/imgproc.hpp>

#include "image/jpeg_io.hpp"
#include "unit/image/pictures.hpp"

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
