// SPDX-License-Identifier: Apache-2.0
// Loads libsignmark-batch.so on first need: libarchive and libseccomp cost a plain `mark` nothing.
#include <mutex>

#include "image_loader/module.hpp"
#include "signmark/batch.hpp"

namespace signmark::batch {

Result<const BatchRoom*> load() {
  static constexpr ModuleName kModule{
      "libsignmark-batch.so", "signmark_batch_room_v1",      "batch.load",
      "batch library",        "no batches can be worked on", "signmark_batch_module"};
  // A failure is not kept: the module may be installed while a long-lived host runs.
  static std::mutex mutex;
  static const BatchRoom* room = nullptr;
  const std::lock_guard lock(mutex);
  if (room == nullptr) {
    SIGNMARK_ASSIGN(void* entry, open_module(kModule));
    room = reinterpret_cast<const BatchRoom* (*)()>(entry)();  // the only state: set once
  }
  return room;
}

}  // namespace signmark::batch
