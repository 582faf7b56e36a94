// SPDX-License-Identifier: Apache-2.0
// Local re-synchronisation (image-mark.md section 8.2 F): once the id frame is known its wave is
// known, and each part of the picture tells how far it was pushed aside. A smooth field takes
// perspective and bending out; what is read afterwards has the whole picture's energy again.
#pragma once

#include "image/mark/decode.hpp"

namespace signmark::image {

/// The residual with the field taken out; nothing when the parts do not agree on a smooth field or
/// when there is nothing to take out.
std::optional<cv::Mat> straightened(const cv::Mat& residual, const CarrierSet& lattice,
                                    const IdReading& id, const Pose& pose);

}  // namespace signmark::image
