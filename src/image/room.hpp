// SPDX-License-Identifier: Apache-2.0
// The objects of the image room; libsignmark-media.so exports them, tests link them.
#pragma once

#include "image_loader/worker_media.hpp"

namespace signmark::image {

const ImageRoom* image_room();
const WorkerMedia* worker_media();

}  // namespace signmark::image
