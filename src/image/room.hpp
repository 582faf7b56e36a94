// SPDX-License-Identifier: Apache-2.0
// The one object of the image room; libsignmark-media.so exports it, tests link it.
#pragma once

#include "signmark/image.hpp"

namespace signmark::image {

const ImageRoom* image_room();

}  // namespace signmark::image
