// SPDX-License-Identifier: Apache-2.0
// A small JPEG of a picture, for lists that people read.
#pragma once

#include "image/codec.hpp"

namespace signmark::image {

/// Of the first frame as a person sees it, on white, at most `side` pixels a side. `orientation`:
/// EXIF 1..8. Errors: those of decoding, `image.jpeg.encode`.
Result<Bytes> make_thumbnail(const Context& context, const Codec& codec, ByteView file,
                             int orientation, int side);

}  // namespace signmark::image
