// SPDX-License-Identifier: Apache-2.0
// Loads libsignmark-av.so on first need: merely linking libav costs 90 ms and 29 MB a process.
#include <mutex>

#include "image_loader/module.hpp"
#include "signmark/video.hpp"

namespace signmark::video {

Result<const VideoRoom*> load() {
  static constexpr ModuleName kModule{"libsignmark-av.so",
                                      "signmark_video_room_v3",
                                      "video.load",
                                      "film and sound library",
                                      "films and sounds are out of reach",
                                      "signmark_av"};
  // A failure is not kept: the module may be installed while a long-lived host runs.
  static std::mutex mutex;
  static const VideoRoom* room = nullptr;
  const std::lock_guard lock(mutex);
  if (room == nullptr) {
    SIGNMARK_ASSIGN(void* entry, open_module(kModule));
    room = reinterpret_cast<const VideoRoom* (*)()>(entry)();  // the only state: set once
  }
  return room;
}

}  // namespace signmark::video
