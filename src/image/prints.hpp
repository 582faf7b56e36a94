// SPDX-License-Identifier: Apache-2.0
// Retrieval prints of a picture: signs of its low frequencies.
#pragma once

#include "image/luma.hpp"
#include "signmark/prints.hpp"

namespace signmark::image {

/// Prints of a picture as a person sees it. `orientation`: EXIF 1..8. May throw cv::Exception.
std::vector<Print> picture_prints(const LumaPicture& picture, int orientation, PrintUse use);

}  // namespace signmark::image
