// SPDX-License-Identifier: Apache-2.0
// The one symbol of libsignmark-av.so; video_loader.cpp looks it up by this name.
#include "video/room.hpp"

// Its version changes with any change of VideoRoom, so that a module of another version is refused.
extern "C" const signmark::video::VideoRoom* signmark_video_room_v3() {
  return signmark::video::video_room();
}
