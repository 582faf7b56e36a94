// SPDX-License-Identifier: Apache-2.0
// libjpeg-turbo behind a setjmp fence: pixels, coefficients, and writing either.
#pragma once

#include <csetjmp>
#include <cstddef>
#include <cstdio>
// jpeglib.h needs size_t and FILE declared before it.
#include <jpeglib.h>

#include <opencv2/core.hpp>

#include "image/pixels.hpp"
#include "signmark/base.hpp"

namespace signmark::image {

/// Where libjpeg returns to when it gives up. Lives outside the fenced code.
struct JpegFence {
  jpeg_error_mgr manager{};
  std::jmp_buf jump{};
  char message[JMSG_LENGTH_MAX] = {};
  JpegFence();
};

/// Runs libjpeg calls; false when libjpeg gave up. `work` may hold references and trivial locals
/// only, because a longjmp runs no destructors.
template <class Work>
bool fenced(JpegFence& fence, const Work& work) {
  if (setjmp(fence.jump) != 0) return false;
  work();
  return true;
}

/// One pass over a JPEG file.
class JpegReader {
 public:
  JpegReader();
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;
  ~JpegReader();

  /// Reads the header; `file` must outlive the reader. Errors: `image.jpeg.decode`, `image.limit`,
  /// `image.unsupported` (a colour model that we cannot draw on).
  Status open(const Context& context, ByteView file);

  /// Samples of a rectangle, in the layout that layout() says. Ends the pass.
  Result<cv::Mat> read_pixels(const cv::Rect& where);
  /// Calls `sink` with each row of the whole picture. `sink` must not throw and outlives the call.
  Status read_rows(void (*sink)(void* user, const JSAMPLE* row), void* user);
  /// Quantised coefficients of the whole picture, owned by the reader. Ends the pass.
  Result<jvirt_barray_ptr*> read_coefficients();

  [[nodiscard]] cv::Size size() const;
  /// YCbCr stays YCbCr, so that blending adds no conversion loss.
  [[nodiscard]] PixelLayout layout() const;
  [[nodiscard]] jpeg_decompress_struct& info() { return info_; }
  JpegFence& fence() { return fence_; }

 private:
  [[nodiscard]] tl::unexpected<Error> error() const;

  JpegFence fence_;
  jpeg_decompress_struct info_{};
  jpeg_progress_mgr progress_{};
};

/// Encodes pixels in the colour model, sampling, tables and coding of `source`, whose coefficients
/// or pixels have been read. With `quality` (1..100) its tables are replaced. Errors:
/// `image.jpeg.encode`.
Result<Bytes> encode_like(JpegReader& source, const cv::Mat& pixels, std::optional<int> quality);

/// Encodes CV_8UC3, red first, as any program would. Errors: `image.jpeg.encode`.
Result<Bytes> encode_rgb(const cv::Mat& pixels, int quality);

/// Writes coefficients as a file with the coding of `source`, to which they belong.
/// Errors: `image.jpeg.encode`.
Result<Bytes> write_coefficients(JpegReader& source, jvirt_barray_ptr* coefficients);

}  // namespace signmark::image
