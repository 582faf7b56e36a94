// SPDX-License-Identifier: Apache-2.0
// One WebP picture: decoding and encoding as libwebp does it, and the chunks it is made of.
#pragma once

#include <opencv2/core.hpp>

#include "image/planes.hpp"
#include "signmark/base.hpp"

namespace signmark::image {

/// What the header says.
struct WebpHeader {
  cv::Size size;
  bool alpha = false;
  bool lossless = false;
  bool animated = false;
};

/// Reads the header of a file or of a frame of an animation and checks the size.
/// Errors: `image.webp.decode`, `image.limit`.
Result<WebpHeader> read_webp_header(const Context& context, ByteView picture);

/// Straight RGBA (CV_8UC4). Errors: `image.webp.decode`.
Result<cv::Mat> read_webp_rgba(ByteView picture, const WebpHeader& header);
/// The planes of a lossy picture. Errors: `image.webp.decode`.
Result<Planes> read_webp_planes(ByteView picture, const WebpHeader& header);

/// How a picture is to be encoded; without a quality lossless.
struct WebpCoding {
  std::optional<float> quality;
  /// Keeps small changes that rate-distortion optimisation would save bits with.
  bool faithful = false;
};
/// The coding of the source; `wished` replaces the quality of a lossy one.
WebpCoding webp_coding(ByteView picture, const WebpHeader& header, std::optional<int> wished);

/// Errors: `image.webp.encode`.
Result<Bytes> write_webp(const cv::Mat& rgba, const WebpCoding& coding);
Result<Bytes> write_webp(const Planes& planes, const WebpCoding& coding);

/// The `ALPH`, `VP8 ` and `VP8L` chunks of a file or frame, with their headers and padding.
Bytes webp_image_chunks(ByteView picture);

/// The error of a damaged file.
tl::unexpected<Error> webp_damage(std::string_view what);

}  // namespace signmark::image
