// SPDX-License-Identifier: Apache-2.0
// The transform is linear, so the change is transformed alone. cv::dct is orthonormal, as is the
// transform of ITU-T T.81 A.3.3.
#include "image/jpeg_mark.hpp"

#include <opencv2/imgproc.hpp>

#include "base/result.hpp"

namespace signmark::image {
namespace {

/// The change at a component's resolution, filled up to whole blocks.
cv::Mat in_blocks(const cv::Mat& change, const jpeg_decompress_struct& info,
                  const jpeg_component_info& part) {
  const cv::Size size(static_cast<int>(part.downsampled_width),
                      static_cast<int>(part.downsampled_height));
  cv::Mat scaled = change;
  if (part.h_samp_factor < info.max_h_samp_factor || part.v_samp_factor < info.max_v_samp_factor)
    cv::resize(change, scaled, size, 0, 0, cv::INTER_AREA);
  cv::Mat filled;
  cv::copyMakeBorder(
      scaled, filled, 0, static_cast<int>(part.height_in_blocks) * DCTSIZE - scaled.rows, 0,
      static_cast<int>(part.width_in_blocks) * DCTSIZE - scaled.cols, cv::BORDER_REPLICATE);
  return filled;
}

void add_to_block(JCOEF* block, const cv::Mat& transformed, const JQUANT_TBL& table) {
  constexpr int kLargest = 1023;  // of 8-bit samples (T.81 tables F.1 and F.6)
  const float* change = transformed.ptr<float>();
  for (int i = 0; i < DCTSIZE2; ++i) {
    const int now = block[i];
    const int moved = now + cvRound(change[i] / static_cast<float>(table.quantval[i]));
    block[i] =
        static_cast<JCOEF>(std::clamp(moved, std::min(now, -kLargest), std::max(now, kLargest)));
  }
}

/// Rows of blocks outlive libjpeg's calls, which alone may jump.
void add_to_row(JBLOCKROW row, const cv::Mat& change, const JQUANT_TBL& table) {
  cv::Mat transformed(DCTSIZE, DCTSIZE, CV_32FC1);
  for (int column = 0; column < change.cols / DCTSIZE; ++column) {
    cv::dct(change(cv::Rect(column * DCTSIZE, 0, DCTSIZE, DCTSIZE)), transformed);
    add_to_block(row[column], transformed, table);
  }
}

Status add_to_component(JpegReader& source, jvirt_barray_ptr array, int component,
                        const cv::Mat& change) {
  jpeg_decompress_struct& info = source.info();
  const jpeg_component_info& part = info.comp_info[component];
  const cv::Mat blocks = in_blocks(change, info, part);
  for (JDIMENSION y = 0; y < part.height_in_blocks; ++y) {
    JBLOCKROW row = nullptr;
    const bool good = part.quant_table != nullptr && fenced(source.fence(), [&] {
                        row = info.mem->access_virt_barray(reinterpret_cast<j_common_ptr>(&info),
                                                           array, y, 1, TRUE)[0];
                      });
    if (!good) return fail("image.jpeg.decode", "cannot reach the JPEG's coefficients");
    const int top = static_cast<int>(y) * DCTSIZE;
    add_to_row(row, blocks.rowRange(top, top + DCTSIZE), *part.quant_table);
  }
  return {};
}

}  // namespace

Status add_to_coefficients(JpegReader& source, jvirt_barray_ptr* arrays, const cv::Mat& change) {
  const int components = source.info().jpeg_color_space == JCS_RGB ? 3 : 1;
  for (int c = 0; c < components; ++c) SIGNMARK_TRY(add_to_component(source, arrays[c], c, change));
  return {};
}

}  // namespace signmark::image
