// SPDX-License-Identifier: Apache-2.0
// Threads, accomplices, and the course of one picture.
#include "runner.hpp"

#include <fmt/format.h>

#include <atomic>
#include <exception>
#include <mutex>
#include <opencv2/imgcodecs.hpp>
#include <set>
#include <thread>

#include "meter.hpp"

namespace signmark::bench {
namespace {

namespace fs = std::filesystem;

/// Marked pictures that colluders bring along, made when first asked for. Thread-safe.
class Gang {
 public:
  Gang(const Options& options, const Codec& codec, const std::vector<fs::path>& files)
      : options_(options), codec_(codec), files_(files) {}

  /// Up to eight, without the one at `self`.
  std::vector<cv::Mat> without(const fs::path& self) {
    constexpr std::size_t kMembers = 8;
    const std::lock_guard lock(mutex_);
    std::vector<cv::Mat> out;
    for (const fs::path& file : files_) {
      if (file == self || out.size() == kMembers) continue;
      auto [entry, is_new] = marked_.try_emplace(file);
      if (is_new)
        if (const auto picture = load_chosen(file, options_))
          entry->second = codec_.embed(*picture, 0).bgr;
      if (!entry->second.empty()) out.push_back(entry->second);
    }
    return out;
  }

 private:
  const Options& options_;
  const Codec& codec_;
  const std::vector<fs::path>& files_;
  std::mutex mutex_;
  std::map<fs::path, cv::Mat> marked_;
};

void write_pictures(const fs::path& folder, const std::string& codec, const Picture& original,
                    const cv::Mat& marked) {
  fs::create_directories(folder);
  const std::string name = original.name + "." + codec;
  cv::imwrite((folder / (name + ".marked.png")).string(), marked);
  cv::imwrite((folder / (name + ".diff10.png")).string(), difference_picture(original.bgr, marked));
}

class Course {
 public:
  Course(const Options& options, const Codec& codec, const std::vector<fs::path>& files,
         const std::vector<Attack>& attacks)
      : options_(options), attacks_(attacks), codec_(codec), gang_(options, codec, files) {}

  PictureResult run(const fs::path& file) {
    PictureResult result;
    const auto picture = load_chosen(file, options_);
    if (!picture) throw std::runtime_error("cannot load again: " + file.string());
    result.codec = codec_.name();
    result.name = picture->name;
    result.size = picture->bgr.size();
    try {
      const cv::Mat marked = mark(*picture, result);
      attack_all(file, *picture, marked, result);
    } catch (const std::exception& error) {
      result.error = error.what();
    }
    return result;
  }

 private:
  cv::Mat mark(const Picture& picture, PictureResult& result) {
    const MemoryMeter embed_meter;
    const Marked marked = codec_.embed(picture, 0);
    if (options_.threads == 1) result.embed_peak = embed_meter.peak_growth();
    result.signed_frame = marked.signed_frame;
    result.embed_ms = marked.cpu_ms;
    result.embed_again_ms = marked.again_ms;
    result.quality = compare(picture.bgr, marked.bgr);
    const MemoryMeter detect_meter;
    result.unmarked = codec_.read(picture.bgr, picture, false);
    if (options_.threads == 1) result.detect_peak = detect_meter.peak_growth();
    if (!options_.diff_folder.empty())
      write_pictures(options_.diff_folder, codec_.name(), picture, marked.bgr);
    return marked.bgr;
  }

  void attack_all(const fs::path& file, const Picture& picture, const cv::Mat& marked,
                  PictureResult& result) {
    const Accomplices accomplices{[&](int payload) { return codec_.embed(picture, payload).bgr; },
                                  [&] { return gang_.without(file); }};
    for (const Attack& attack : attacks_) {
      const cv::Mat bad = attacked(attack, marked, picture.name, options_.seed, accomplices);
      result.samples[attack.step.name] = {bad.size(),
                                          codec_.read(bad, picture, result.signed_frame)};
    }
  }

  const Options& options_;
  const std::vector<Attack>& attacks_;
  const Codec& codec_;
  Gang gang_;
};

}  // namespace

std::vector<Attack> distinct_attacks(const std::vector<Suite>& suites) {
  std::vector<Attack> out;
  std::set<std::string> seen;
  for (const Suite& suite : suites)
    for (const Attack& attack : suite.attacks) {
      if (!seen.insert(attack.step.name).second) continue;
      if (attack.missing.empty())
        out.push_back(attack);
      else
        fmt::print(stderr, "SKIPPED {}: {}\n", attack.step.name, attack.missing);
    }
  return out;
}

void for_each_index(std::size_t count, int threads, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex mutex;
  const auto loop = [&] {
    try {
      for (std::size_t i = next++; i < count; i = next++) work(i);
    } catch (...) {
      const std::lock_guard lock(mutex);
      next = count;
      if (!failure) failure = std::current_exception();
    }
  };
  std::vector<std::jthread> others;
  for (int i = 1; i < threads; ++i) others.emplace_back(loop);
  loop();
  others.clear();
  if (failure) std::rethrow_exception(failure);
}

std::vector<PictureResult> run_pictures(const Options& options, const Codec& codec,
                                        const std::vector<fs::path>& files,
                                        const std::vector<Attack>& attacks,
                                        const std::function<void(const PictureResult&)>& done) {
  Course course(options, codec, files, attacks);
  std::vector<PictureResult> results(files.size());
  std::mutex mutex;
  for_each_index(files.size(), options.threads, [&](std::size_t i) {
    results[i] = course.run(files[i]);
    const std::lock_guard lock(mutex);
    done(results[i]);
  });
  return results;
}

}  // namespace signmark::bench
