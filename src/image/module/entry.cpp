// SPDX-License-Identifier: Apache-2.0
// The one symbol of libsignmark-media.so; image_loader.cpp looks it up by this name.
#include "image/room.hpp"

// Its version changes with any change of ImageRoom, so that a module of another version is refused.
extern "C" const signmark::image::ImageRoom* signmark_image_room_v3() {
  return signmark::image::image_room();
}
