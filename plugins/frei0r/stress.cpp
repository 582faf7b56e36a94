// SPDX-License-Identifier: Apache-2.0
// stress EMBED.so DETECT.so [PICTURES]: loads both plugins twenty times, and each time marks and
// watches films in four threads, of 125 pictures (10,000 in all) or as many as are named. For
// valgrind and sanitizers (README.md).
#include <dlfcn.h>
#include <sys/resource.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "parameters.hpp"

namespace {

constexpr unsigned kWidth = 160, kHeight = 120;
constexpr int kRounds = 20, kThreads = 4, kPictures = 125;
constexpr int kWarm = 4;        // rounds after which memory should not grow
constexpr double kStep = 0.04;  // seconds

using Picture = std::vector<uint32_t>;

struct Plugin {
  void* file = nullptr;
  decltype(&f0r_init) init = nullptr;
  decltype(&f0r_deinit) deinit = nullptr;
  decltype(&f0r_construct) construct = nullptr;
  decltype(&f0r_destruct) destruct = nullptr;
  decltype(&f0r_set_param_value) set = nullptr;
  decltype(&f0r_update) update = nullptr;
};

template <typename Function>
void find(void* file, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(file, name));
  if (function != nullptr) return;
  std::fprintf(stderr, "%s is missing\n", name);
  std::exit(1);
}

Plugin load(const char* path) {
  Plugin plugin;
  plugin.file = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (plugin.file == nullptr) {
    std::fprintf(stderr, "%s\n", dlerror());
    std::exit(1);
  }
  find(plugin.file, "f0r_init", plugin.init);
  find(plugin.file, "f0r_deinit", plugin.deinit);
  find(plugin.file, "f0r_construct", plugin.construct);
  find(plugin.file, "f0r_destruct", plugin.destruct);
  find(plugin.file, "f0r_set_param_value", plugin.set);
  find(plugin.file, "f0r_update", plugin.update);
  plugin.init();
  return plugin;
}

void unload(const Plugin& plugin) {
  plugin.deinit();
  dlclose(plugin.file);
}

void fill(Picture& picture, unsigned number) {
  for (std::size_t i = 0; i < picture.size(); ++i)
    picture[i] = static_cast<uint32_t>(((i + number) * 2654435761U >> 9) & 0x3f3f3f) + 0xff606060U;
}

// One thread's film; returns the number of pictures that came out marked.
int film(const Plugin& embed, const Plugin& detect, int pictures) {
  f0r_instance_t marker = embed.construct(kWidth, kHeight);
  f0r_instance_t watcher = detect.construct(kWidth, kHeight);
  Picture in(std::size_t{kWidth} * kHeight), out(in.size()), seen(in.size());
  std::string key;
  int good = 0;
  for (unsigned i = 0; i < static_cast<unsigned>(pictures); ++i) {
    char* text = key.data();
    embed.set(marker, static_cast<f0r_param_t>(&text), 0);
    fill(in, i);
    embed.update(marker, i * kStep, in.data(), out.data());
    detect.update(watcher, i * kStep, out.data(), seen.data());
    const bool slate = (out.back() & 0xffffffU) == 0xffU;
    good += out != in && !slate && seen == out ? 1 : 0;
  }
  embed.destruct(marker);
  detect.destruct(watcher);
  return good;
}

// The most memory that this process ever had resident.
long peak_kib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) return 2;
  const int pictures = count > 3 ? std::stoi(arguments[3]) : kPictures;
  long warm = 0;
  std::atomic<int> good = 0;
  for (int round = 0; round < kRounds; ++round) {
    const Plugin embed = load(arguments[1]);
    const Plugin detect = load(arguments[2]);
    std::vector<std::thread> threads;
    threads.reserve(kThreads);
    for (int i = 0; i < kThreads; ++i)
      threads.emplace_back([&] { good += film(embed, detect, pictures); });
    for (std::thread& thread : threads) thread.join();
    unload(embed);
    unload(detect);
    if (round + 1 == kWarm) warm = peak_kib();
  }
  const int all = kRounds * kThreads * pictures;
  std::printf("%d of %d pictures were marked and passed on; peak %ld KiB after %d rounds, ",
              good.load(), all, warm, kWarm);
  std::printf("%ld KiB after %d\n", peak_kib(), kRounds);
  return good == all ? 0 : 1;
}
