// SPDX-License-Identifier: Apache-2.0
// The transform is linear, so the change is transformed alone. cv::dct is orthonormal, as is the
// transform of ITU-T T.81 A.3.3.
#include "image/jpeg_mark.hpp"

#include <array>
#include <cmath>
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

/// Block by block in place.
void transform(cv::Mat& blocks) {
  for (int y = 0; y < blocks.rows; y += DCTSIZE)
    for (int x = 0; x < blocks.cols; x += DCTSIZE) {
      cv::Mat block = blocks(cv::Rect(x, y, DCTSIZE, DCTSIZE));
      cv::dct(block, block);
    }
}

/// Decides from which part of a quantiser's step on a change of one frequency counts as a whole
/// step. The source's coefficients lie on whole steps, so that plain rounding (one half) would
/// drop most of a change that is small against the step. A lower threshold keeps the change's
/// projection on itself, which is what the detector measures; it never falls so low that the
/// change's energy could exceed 1 / kLowest of what was asked.
class Threshold {
 public:
  void count(float steps) {
    const double size = std::abs(steps);
    wanted_ += size * size;
    given_ += std::floor(size + kHalf) * size;
    const auto bin = static_cast<std::size_t>(size * kBins / kHalf);
    if (bin < kBins) dropped_[bin] += size;
  }
  [[nodiscard]] float choose() const {
    double given = given_;
    std::size_t bin = kBins;
    while (given < wanted_ && bin > static_cast<std::size_t>(kLowest * kBins / kHalf))
      given += dropped_[--bin];
    return static_cast<float>(kHalf * static_cast<double>(bin) / kBins);
  }

 private:
  static constexpr double kHalf = 0.5, kLowest = 0.3;
  static constexpr std::size_t kBins = 100;
  double wanted_ = 0, given_ = 0;
  std::array<double, kBins> dropped_{};
};

using Thresholds = std::array<float, DCTSIZE2>;

Thresholds choose_thresholds(const cv::Mat& transformed, const JQUANT_TBL& table) {
  std::array<Threshold, DCTSIZE2> thresholds;
  for (int y = 0; y < transformed.rows; ++y)
    for (int x = 0; x < transformed.cols; ++x) {
      const auto i = static_cast<std::size_t>(y % DCTSIZE * DCTSIZE + x % DCTSIZE);
      thresholds[i].count(transformed.at<float>(y, x) / static_cast<float>(table.quantval[i]));
    }
  Thresholds chosen{};
  for (std::size_t i = 0; i < chosen.size(); ++i) chosen[i] = thresholds[i].choose();
  return chosen;
}

void add_to_block(JCOEF* block, const cv::Mat& change, const JQUANT_TBL& table,
                  const Thresholds& thresholds) {
  constexpr int kLargest = 1023;  // of 8-bit samples (T.81 tables F.1 and F.6)
  for (std::size_t i = 0; i < DCTSIZE2; ++i) {
    const auto v = static_cast<int>(i) / DCTSIZE, u = static_cast<int>(i) % DCTSIZE;
    const float steps = change.at<float>(v, u) / static_cast<float>(table.quantval[i]);
    const auto whole = static_cast<int>(std::abs(steps) + 1 - thresholds[i]);
    const int now = block[i], moved = now + (steps < 0 ? -whole : whole);
    block[i] =
        static_cast<JCOEF>(std::clamp(moved, std::min(now, -kLargest), std::max(now, kLargest)));
  }
}

/// A row of blocks, or nothing when libjpeg gave up.
JBLOCKROW reach_row(JpegReader& source, jvirt_barray_ptr array, JDIMENSION y) {
  JBLOCKROW row = nullptr;
  jpeg_decompress_struct& info = source.info();
  static_cast<void>(fenced(source.fence(), [&] {
    row = info.mem->access_virt_barray(reinterpret_cast<j_common_ptr>(&info), array, y, 1, TRUE)[0];
  }));
  return row;
}

Status add_to_component(JpegReader& source, jvirt_barray_ptr array, int component,
                        const cv::Mat& change) {
  const jpeg_component_info& part = source.info().comp_info[component];
  if (part.quant_table == nullptr)
    return fail("image.jpeg.decode", "a component of the JPEG has no quantisation table");
  cv::Mat blocks = in_blocks(change, source.info(), part);
  transform(blocks);
  const Thresholds thresholds = choose_thresholds(blocks, *part.quant_table);
  for (JDIMENSION y = 0; y < part.height_in_blocks; ++y) {
    JBLOCKROW row = reach_row(source, array, y);
    if (row == nullptr) return fail("image.jpeg.decode", "cannot reach the JPEG's coefficients");
    for (JDIMENSION x = 0; x < part.width_in_blocks; ++x) {
      const cv::Rect place(static_cast<int>(x) * DCTSIZE, static_cast<int>(y) * DCTSIZE, DCTSIZE,
                           DCTSIZE);
      add_to_block(row[x], blocks(place), *part.quant_table, thresholds);
    }
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
