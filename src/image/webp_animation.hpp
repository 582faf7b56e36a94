// SPDX-License-Identifier: Apache-2.0
// WebP animations (RFC 9649 section 2.7.1.1): frames that the label does not touch are carried over
// as they are.
#pragma once

#include "image/codec.hpp"

namespace signmark::image {

/// As Codec::change. Errors also: `image.webp.encode`.
Result<EncodedImage> change_webp_animation(const Job& job);
/// As Codec::read_luma, of the first picture shown.
Result<LumaPicture> read_webp_animation_luma(const Context& context, ByteView file);
/// As Codec::hash_pixels.
Status hash_webp_animation(const Context& context, ByteView file, PixelHasher& hasher);

}  // namespace signmark::image
