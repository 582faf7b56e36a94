// SPDX-License-Identifier: Apache-2.0
// Loads libsignmark-batch.so on first need: libarchive and libseccomp cost a plain `mark` nothing.
#include <array>
#include <mutex>

#include "image_loader/module.hpp"
#include "signmark/batch.hpp"

namespace signmark::batch {

std::string_view listed_name(Listed listed) {
  constexpr std::array<std::string_view, 6> kNames = {"matched", "moved",   "new",
                                                      "missing", "changed", "unreadable"};
  return kNames[static_cast<std::size_t>(listed)];
}

bool JobListAudit::complete() const {
  return files.count(Listed::missing) == 0 && files.count(Listed::moved) == 0;
}

bool JobListAudit::valid() const {
  return complete() && files.count(Listed::changed) == 0 && files.count(Listed::unreadable) == 0;
}

std::string_view item_state_name(ItemState state) {
  constexpr std::array<std::string_view, 5> kNames = {"planned", "leased", "done", "failed",
                                                      "skipped"};
  return kNames[static_cast<std::size_t>(state)];
}

Result<const BatchRoom*> load() {
  static constexpr ModuleName kModule{
      "libsignmark-batch.so", "signmark_batch_room_v2",      "batch.load",
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
