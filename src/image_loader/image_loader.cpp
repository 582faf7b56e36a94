// SPDX-License-Identifier: Apache-2.0
// Loads libsignmark-media.so on first need, so that verbs without pixels start without its
// libraries.
#include <mutex>

#include "image_loader/module.hpp"
#include "signmark/image.hpp"

namespace signmark::image {

Result<const ImageRoom*> load() {
  static constexpr ModuleName kModule{
      "libsignmark-media.so", "signmark_image_room_v3",  "image.load",
      "media library",        "pixels are out of reach", "signmark_media"};
  // A failure is not kept: the module may be installed while a long-lived host runs.
  static std::mutex mutex;
  static const ImageRoom* room = nullptr;
  const std::lock_guard lock(mutex);
  if (room == nullptr) {
    SIGNMARK_ASSIGN(void* entry, open_module(kModule));
    room = reinterpret_cast<const ImageRoom* (*)()>(entry)();  // the only state: set once
  }
  return room;
}

}  // namespace signmark::image
