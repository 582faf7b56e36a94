// SPDX-License-Identifier: Apache-2.0
// Loads libsignmark-media.so on first need, so that verbs without pixels start without its
// libraries.
#include <dlfcn.h>

#include <filesystem>
#include <mutex>

#include "base/result.hpp"
#include "signmark/image.hpp"

namespace signmark::image {
namespace {

namespace fs = std::filesystem;

constexpr const char* kModule = "libsignmark-media.so";
constexpr const char* kEntry = "signmark_image_room_v2";

/// Where the code that runs now lies: the shared library or program that holds this function. Never
/// a relative name, which the working directory could redirect.
fs::path own_folder() {
  std::error_code error;
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&load), &info) != 0 && info.dli_fname != nullptr) {
    const fs::path named(info.dli_fname);
    if (named.is_absolute()) return fs::canonical(named, error).parent_path();
  }
  return fs::read_symlink("/proc/self/exe", error).parent_path();
}

/// In order: a build tree, an installed library, an installed program, the configured place.
std::vector<fs::path> candidates() {
  std::vector<fs::path> paths;
  if (const fs::path own = own_folder(); !own.empty()) {
    paths.push_back(own / kModule);
    paths.push_back(own / "signmark" / kModule);
    paths.push_back(own / ".." / "lib" / "signmark" / kModule);
  }
  paths.push_back(fs::path(SIGNMARK_MODULE_DIR) / kModule);
  return paths;
}

Result<const ImageRoom*> open_module(const fs::path& path) {
  // Never closed: its code serves until the process ends.
  void* module = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  const char* const problem = module == nullptr ? dlerror() : nullptr;
  if (module == nullptr)
    return fail("image.load",
                std::string("cannot load the media library: ") +
                    (problem != nullptr ? problem : "unknown cause"),
                path.string(), "install the libraries that it names, or reinstall signmark");
  using Entry = const ImageRoom* (*)();
  const auto entry = reinterpret_cast<Entry>(dlsym(module, kEntry));
  if (entry == nullptr)
    return fail("image.load", "the media library belongs to another version of signmark",
                path.string(), "reinstall signmark");
  return entry();
}

Result<const ImageRoom*> find_and_open() {
  std::error_code error;
  const std::vector<fs::path> paths = candidates();
  for (const fs::path& path : paths)
    if (fs::exists(path, error)) return open_module(path);
  return fail("image.load", std::string(kModule) + " is missing, so pixels are out of reach",
              paths.front().string(), "reinstall signmark, or build the target signmark_media");
}

}  // namespace

Result<const ImageRoom*> load() {
  // A failure is not kept: the module may be installed while a long-lived host runs.
  static std::mutex mutex;
  static const ImageRoom* room = nullptr;
  const std::lock_guard lock(mutex);
  if (room == nullptr) {
    SIGNMARK_ASSIGN(room, find_and_open());  // the only state: set once
  }
  return room;
}

}  // namespace signmark::image
