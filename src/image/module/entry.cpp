// SPDX-License-Identifier: Apache-2.0
// The symbols of libsignmark-media.so; image_loader looks them up by these names.
#include "image/room.hpp"

// The versions change with any change of the classes, so that a module of another version is
// refused.
extern "C" const signmark::image::ImageRoom* signmark_image_room_v3() {
  return signmark::image::image_room();
}

extern "C" const signmark::image::WorkerMedia* signmark_worker_media_v1() {
  return signmark::image::worker_media();
}
