// SPDX-License-Identifier: Apache-2.0
// Retrieval prints of pictures and of a film's frames: signs of low frequencies, of the whole and
// of windows around blobs, which a crop, a turn or another scale finds again.
#pragma once

#include "image/luma.hpp"
#include "signmark/prints.hpp"

namespace signmark::image {

/// How stored pixels lie towards the viewer: shown = matrix * stored, multiples of 90 degrees.
struct Facing {
  int xx = 1, xy = 0, yx = 0, yy = 1;
};
/// Of EXIF 1..8; others are taken for 1.
Facing facing_of(int orientation);
/// Of stored pixels to shown ones.
cv::Mat turned(const cv::Mat& stored, const Facing& facing);

/// Prints of a picture as a person sees it. `orientation`: EXIF 1..8. May throw cv::Exception.
std::vector<Print> picture_prints(const LumaPicture& picture, int orientation, PrintUse use);

/// Prints of one frame: fewer. `luma`: CV_32FC1, 0..255, as shown, small. Their `part` is `ms`.
std::vector<Print> frame_prints(const cv::Mat& luma, std::uint32_t ms, PrintUse use);

}  // namespace signmark::image
