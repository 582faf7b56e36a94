// SPDX-License-Identifier: Apache-2.0
// JPEG reading: header checks, pixels and coefficients.
#include "image/jpeg_io.hpp"

#include <jerror.h>

#include <cstring>

#include "image/codec.hpp"

namespace signmark::image {
namespace {

// A progressive picture needs about ten scans; hostile ones use thousands to burn time.
constexpr int kMaxScans = 200;

void on_error(j_common_ptr info) {
  auto* fence = reinterpret_cast<JpegFence*>(info->err);
  info->err->format_message(info, fence->message);
  std::longjmp(fence->jump, 1);
}

/// Warnings that mean lost picture data become errors; the rest are harmless oddities.
void on_message(j_common_ptr info, int level) {
  if (level >= 0) return;
  switch (info->err->msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC:
      on_error(info);
      break;
    default:
      break;
  }
}

void on_output(j_common_ptr) {}

void on_progress(j_common_ptr info) {
  if (info->is_decompressor == 0) return;
  if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number > kMaxScans)
    ERREXIT(info, JERR_BAD_PROGRESSION);
}

}  // namespace

JpegFence::JpegFence() {
  jpeg_std_error(&manager);
  manager.error_exit = on_error;
  manager.emit_message = on_message;
  manager.output_message = on_output;
}

JpegReader::JpegReader() {
  info_.err = &fence_.manager;
  if (!fenced(fence_, [&] { jpeg_create_decompress(&info_); })) throw std::bad_alloc();
  progress_.progress_monitor = on_progress;
  info_.progress = &progress_;
}

JpegReader::~JpegReader() { jpeg_destroy_decompress(&info_); }

tl::unexpected<Error> JpegReader::error() const {
  return fail("image.jpeg.decode", std::string("cannot decode the JPEG: ") + fence_.message, {},
              "the file is damaged: make it again or get another copy");
}

Status JpegReader::open(const Context& context, ByteView file) {
  const bool good = fenced(fence_, [&] {
    jpeg_mem_src(&info_, file.data(), file.size());
    jpeg_read_header(&info_, TRUE);
  });
  if (!good) return error();
  SIGNMARK_TRY(check_size(context, "jpeg", info_.image_width, info_.image_height));
  switch (info_.jpeg_color_space) {
    case JCS_GRAYSCALE:
    case JCS_RGB:
    case JCS_YCbCr:
    case JCS_CMYK:
      info_.out_color_space = info_.jpeg_color_space;
      return {};
    case JCS_YCCK:
      info_.out_color_space = JCS_CMYK;
      return {};
    default:
      return fail("image.unsupported", "the JPEG's colour model is unknown", {},
                  "convert it to RGB or grey first");
  }
}

cv::Size JpegReader::size() const {
  return {static_cast<int>(info_.image_width), static_cast<int>(info_.image_height)};
}

PixelLayout JpegReader::layout() const {
  PixelLayout layout;
  switch (info_.out_color_space) {
    case JCS_GRAYSCALE:
      layout.model = ColourModel::grey;
      break;
    case JCS_YCbCr:
      layout.model = ColourModel::ycbcr;
      break;
    case JCS_CMYK:
      layout.model = ColourModel::cmyk;
      layout.inverted = info_.saw_Adobe_marker != 0;  // Adobe writes paper white as 255
      break;
    default:
      layout.model = ColourModel::rgb;
      break;
  }
  return layout;
}

Result<cv::Mat> JpegReader::read_pixels(const cv::Rect& where) {
  const int channels = layout().channels();
  cv::Mat pixels(where.size(), CV_8UC(channels));
  Bytes row(static_cast<std::size_t>(info_.image_width) * static_cast<std::size_t>(channels));
  const bool good = fenced(fence_, [&] {
    jpeg_start_decompress(&info_);
    for (int y = 0; y < where.y + where.height; ++y) {
      JSAMPLE* line = row.data();
      jpeg_read_scanlines(&info_, &line, 1);
      if (y >= where.y)
        std::memcpy(pixels.ptr(y - where.y), line + static_cast<std::ptrdiff_t>(where.x) * channels,
                    static_cast<std::size_t>(where.width) * channels);
    }
    jpeg_abort_decompress(&info_);
  });
  if (!good) return error();
  return pixels;
}

Status JpegReader::read_rows(void (*sink)(void*, const JSAMPLE*), void* user) {
  Bytes row(static_cast<std::size_t>(info_.image_width) * 4);
  const bool good = fenced(fence_, [&] {
    jpeg_start_decompress(&info_);
    while (info_.output_scanline < info_.output_height) {
      JSAMPLE* line = row.data();
      jpeg_read_scanlines(&info_, &line, 1);
      sink(user, line);
    }
    jpeg_finish_decompress(&info_);
  });
  if (!good) return error();
  return {};
}

Result<jvirt_barray_ptr*> JpegReader::read_coefficients() {
  jvirt_barray_ptr* arrays = nullptr;
  if (!fenced(fence_, [&] { arrays = jpeg_read_coefficients(&info_); })) return error();
  return arrays;
}

}  // namespace signmark::image
