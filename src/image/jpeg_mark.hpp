// SPDX-License-Identifier: Apache-2.0
// A change of luma, added to the coefficients of a JPEG: no pixel is decoded and encoded again, and
// chroma stays bit-identical.
#pragma once

#include "image/jpeg_io.hpp"

namespace signmark::image {

/// Adds `change` (CV_32FC1, levels of 255, as large as the picture) to the luma coefficients, or to
/// those of red, green and blue alike; each is rounded to a multiple of the source's own quantiser.
/// Not for CMYK. `arrays`: of `source`. Errors: `image.jpeg.decode`.
Status add_to_coefficients(JpegReader& source, jvirt_barray_ptr* arrays, const cv::Mat& change);

}  // namespace signmark::image
