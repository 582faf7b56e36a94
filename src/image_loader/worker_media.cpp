// SPDX-License-Identifier: Apache-2.0
// The second door of libsignmark-media.so.
#include "image_loader/worker_media.hpp"

#include <mutex>

#include "image_loader/module.hpp"

namespace signmark::image {

Result<const WorkerMedia*> load_worker_media() {
  static constexpr ModuleName kModule{
      "libsignmark-media.so", "signmark_worker_media_v1", "image.load",
      "media library",        "pixels are out of reach",  "signmark_media"};
  static std::mutex mutex;
  static const WorkerMedia* media = nullptr;  // kept: a sealed worker finds no file any more
  const std::lock_guard lock(mutex);
  if (media == nullptr) {
    SIGNMARK_ASSIGN(void* entry, open_module(kModule));
    media = reinterpret_cast<const WorkerMedia* (*)()>(entry)();
  }
  return media;
}

}  // namespace signmark::image
