// SPDX-License-Identifier: Apache-2.0
// What every codec does alike when pixels are to be changed: ask the job's changer, add its answer.
#pragma once

#include "image/codec.hpp"
#include "image/pixels.hpp"
#include "image/planes.hpp"

namespace signmark::image {

/// The changer's answer for a picture; an empty matrix when the job has none. Errors: the
/// changer's.
Result<cv::Mat> ask_changer(const Job& job, const LumaPicture& picture);

/// Asks about these pixels and adds the answer to them; nothing happens without a changer.
Status apply_changer(const Job& job, cv::Mat& pixels, const PixelLayout& layout);
Status apply_changer(const Job& job, Planes& picture);

}  // namespace signmark::image
