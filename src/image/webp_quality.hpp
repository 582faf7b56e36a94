// SPDX-License-Identifier: Apache-2.0
// With which quality a lossy WebP was encoded, told from its VP8 quantisers.
#pragma once

#include <optional>

#include "signmark/base.hpp"

namespace signmark::image {

/// libwebp's quality (0..100) that gives about the same quantisers as this VP8 key frame (the
/// payload of a `VP8 ` chunk). Nothing when it is no key frame or ends too early.
std::optional<float> vp8_quality(ByteView frame);

}  // namespace signmark::image
