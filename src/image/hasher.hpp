// SPDX-License-Identifier: Apache-2.0
// SHA-256 over pixels in one canonical form, so that equal pictures have equal digests in any file.
#pragma once

#include <opencv2/core.hpp>
#include <span>

#include "base/hash.hpp"
#include "image/pixels.hpp"

namespace signmark::image {

/// Each frame contributes its geometry, its duration and its samples as 16-bit RGBA (CMYK pictures
/// as 16-bit ink amounts), whatever the depth and channel count of the file.
class PixelHasher {
 public:
  PixelHasher() : hasher_(HashAlg::sha256) {}
  PixelHasher(const PixelHasher&) = delete;
  PixelHasher& operator=(const PixelHasher&) = delete;
  virtual ~PixelHasher() = default;

  /// `duration`: milliseconds, 0 for a still.
  void begin_frame(cv::Size size, const PixelLayout& layout, std::uint32_t duration);
  /// One row of samples, CV_8U or CV_16U by `depth`, in the layout of begin_frame.
  void row(const void* samples, int depth);
  /// A whole frame.
  void frame(const cv::Mat& pixels, const PixelLayout& layout, std::uint32_t duration = 0);
  Bytes finish() { return hasher_.finish(); }

 protected:
  /// What becomes of the canonical form; another use of it than hashing overrides both.
  virtual void take_frame(cv::Size size, bool cmyk, std::uint32_t duration);
  virtual void take_row(std::span<const std::uint16_t> row);

 private:
  template <class T>
  void canonical_row(const T* samples);

  Hasher hasher_;
  PixelLayout layout_;
  int width_ = 0;
  std::vector<std::uint16_t> row_;  // four samples a pixel, little endian
};

}  // namespace signmark::image
