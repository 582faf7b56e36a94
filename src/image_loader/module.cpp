// SPDX-License-Identifier: Apache-2.0
// Modules lie beside the library, in its folder `signmark`, or at the configured place.
#include "image_loader/module.hpp"

#include <dlfcn.h>

#include <filesystem>

namespace signmark {
namespace {

namespace fs = std::filesystem;

/// Where the code that runs now lies: the shared library or program that holds this function. Never
/// a relative name, which the working directory could redirect.
fs::path own_folder() {
  std::error_code error;
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&open_module), &info) != 0 &&
      info.dli_fname != nullptr) {
    const fs::path named(info.dli_fname);
    if (named.is_absolute()) return fs::canonical(named, error).parent_path();
  }
  return fs::read_symlink("/proc/self/exe", error).parent_path();
}

/// In order: a build tree, an installed library, an installed program, the configured place.
std::vector<fs::path> candidates(const char* file) {
  std::vector<fs::path> paths;
  if (const fs::path own = own_folder(); !own.empty()) {
    paths.push_back(own / file);
    paths.push_back(own / "signmark" / file);
    paths.push_back(own / ".." / "lib" / "signmark" / file);
  }
  paths.push_back(fs::path(SIGNMARK_MODULE_DIR) / file);
  return paths;
}

Result<void*> open_at(const ModuleName& name, const fs::path& path) {
  // RTLD_LOCAL: what it links stays apart from other copies in the process.
  void* module = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  const char* const problem = module == nullptr ? dlerror() : nullptr;
  if (module == nullptr)
    return fail(name.code,
                std::string("cannot load the ") + name.library + ": " +
                    (problem != nullptr ? problem : "unknown cause"),
                path.string(), "install the libraries that it names, or reinstall signmark");
  void* entry = dlsym(module, name.entry);
  if (entry == nullptr)
    return fail(name.code,
                std::string("the ") + name.library + " belongs to another version of signmark",
                path.string(), "reinstall signmark");
  return entry;
}

}  // namespace

Result<void*> open_module(const ModuleName& name) {
  std::error_code error;
  const std::vector<fs::path> paths = candidates(name.file);
  for (const fs::path& path : paths)
    if (fs::exists(path, error)) return open_at(name, path);
  return fail(name.code, std::string(name.file) + " is missing, so " + name.lost,
              paths.front().string(),
              std::string("reinstall signmark, or build the target ") + name.target);
}

}  // namespace signmark
