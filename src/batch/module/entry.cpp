// SPDX-License-Identifier: Apache-2.0
// The one symbol of libsignmark-batch.so; batch_loader.cpp looks it up by this name.
#include "batch/room.hpp"

// Its version changes with any change of BatchRoom, so that a module of another version is refused.
extern "C" const signmark::batch::BatchRoom* signmark_batch_room_v2() {
  return signmark::batch::batch_room();
}
