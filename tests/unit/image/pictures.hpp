// SPDX-License-Identifier: Apache-2.0
// Pictures made in code, files of them in every format, and drawing on them.
#pragma once

#include <opencv2/core.hpp>

#include "image/gif_io.hpp"
#include "image/heif_io.hpp"
#include "image/png_io.hpp"
#include "image/room.hpp"
#include "image/tiff_io.hpp"
#include "support/test_support.hpp"

namespace signmark::image::test {

using signmark::test::code_of;
using signmark::test::test_context;

/// A smooth pattern in which no two neighbouring pixels of a row are equal; alpha, when `channels`
/// is 2 or 4, runs from clear to opaque.
cv::Mat pattern(cv::Size size, int depth, int channels);
/// A picture of few colours as indices, and its palette.
cv::Mat index_pattern(cv::Size size, int colours);
std::vector<cv::Vec3b> palette_of(int colours);

Bytes png_of(const cv::Mat& pixels);
Bytes indexed_png_of(const cv::Mat& indices, const std::vector<cv::Vec3b>& palette);
struct JpegMaker {
  int quality = 80, h = 2, v = 2;
  bool progressive = false;
  bool other_model = false;  ///< RGB stored as RGB, CMYK as YCCK
};
Bytes jpeg_of(const cv::Mat& pixels, const JpegMaker& maker = {});
Bytes lossless_webp_of(const cv::Mat& rgba);
Bytes lossy_webp_of(const cv::Mat& rgba, float quality);
TiffPage tiff_page_of(const cv::Mat& pixels);
Bytes tiff_of(const std::vector<TiffPage>& pages, TiffVariant variant = {});
Bytes gif_of(const GifScreen& screen, const std::vector<GifFrame>& frames,
             std::optional<std::uint16_t> loops = std::nullopt);
Bytes still_gif_of(const cv::Mat& indices, const std::vector<cv::Vec3b>& palette);
struct HeifMaker {
  heif_compression_format codec = heif_compression_AV1;
  heif_chroma chroma = heif_chroma_420;
  int depth = 8;
  bool alpha = false;
  int quality = 60;
};
Bytes heif_of(cv::Size size, const HeifMaker& maker);

/// One file of each format.
struct Sample {
  std::string mime;
  Bytes file;
};
std::vector<Sample> samples(cv::Size size);

Result<EncodedImage> draw(ByteView file, const std::string& mime, int orientation = 1,
                          const EncodeOptions& options = {});
/// Draws or fails the test.
EncodedImage drawn(ByteView file, const std::string& mime, int orientation = 1);
std::string digest(ByteView file, const std::string& mime);

/// Where the label lies, as a rectangle.
cv::Rect place_of(const EncodedImage& image);
/// Number of pixels that differ outside `label`; sizes and types must be equal.
int changed_outside(const cv::Mat& before, const cv::Mat& after, const cv::Rect& label);
int changed_inside(const cv::Mat& before, const cv::Mat& after, const cv::Rect& label);

/// The stored place of a displayed pixel (CIPA DC-008, Orientation), written down independently of
/// the room: `shown` is the size of the displayed picture.
cv::Point stored_place(cv::Point at, cv::Size shown, int orientation);
cv::Mat stored_from_shown(const cv::Mat& shown, int orientation);
cv::Mat shown_from_stored(const cv::Mat& stored, int orientation);

}  // namespace signmark::image::test
