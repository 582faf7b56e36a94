// SPDX-License-Identifier: Apache-2.0
#include "batch/admission.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "base/text.hpp"
#include "signmark/pipeline.hpp"

namespace signmark::batch {
namespace {

constexpr std::uint64_t kMiB = 1U << 20;
constexpr std::uint64_t kWorker = 64 * kMiB;  // an idle worker with its libraries
constexpr std::uint64_t kFilm = 768 * kMiB;   // decoder, views, encoder; hardly depends on length
constexpr std::uint64_t kWithoutDecoding = 3, kOther = 40;

/// Working memory for each byte of a file: a photo of 3 MB and 12 Mpx takes about 400 MB.
struct Picture {
  std::string_view ending;
  std::uint64_t factor;
};
constexpr std::array kPictures = {
    Picture{".jpg", 120},  Picture{".jpeg", 120}, Picture{".webp", 200}, Picture{".avif", 300},
    Picture{".heic", 300}, Picture{".heif", 300}, Picture{".png", 50},   Picture{".gif", 100},
    Picture{".tif", 30},   Picture{".tiff", 30}};
constexpr std::array<std::string_view, 7> kFilms = {".mp4",  ".mov", ".m4v", ".mkv",
                                                    ".webm", ".flv", ".avi"};

bool ends_with(const std::string& name, std::string_view ending) {
  return name.size() > ending.size() && iequals(name.substr(name.size() - ending.size()), ending);
}

std::string file_name(const PlannedItem& item) {
  return std::filesystem::path(item.source).filename().native();
}

}  // namespace

std::uint64_t predicted_memory(const PlannedItem& item, bool decodes) {
  if (!decodes && !item.archive) return kWorker + kWithoutDecoding * item.bytes;
  const std::string name = file_name(item);
  for (const std::string_view ending : kFilms)
    if (ends_with(name, ending)) return kWorker + kFilm;
  for (const Picture& picture : kPictures)
    if (ends_with(name, picture.ending)) return kWorker + picture.factor * item.bytes;
  // An archive's entries are worked on one by one; which is the largest, nobody knows yet.
  return kWorker + (item.archive ? kFilm : kOther * item.bytes);
}

bool decodes_media(const Job& job) {
  if (job.task == Task::mark) return true;  // for the ledger's prints, if for nothing else
  Layers layers;
  for (const auto& [name, value] : job.options)
    if (name == "layers") layers = Layers::parse(value).value_or(Layers());
  return layers.robust;
}

std::optional<std::uint64_t> Bucket::take(std::uint64_t bytes, const std::function<bool()>& stop) {
  const std::uint64_t wanted = std::min(bytes, capacity_);
  std::unique_lock lock(mutex_);
  while (free_ < wanted) {
    if (stop()) return std::nullopt;
    changed_.wait_for(lock, std::chrono::milliseconds(100));
  }
  free_ -= wanted;
  return wanted;
}

void Bucket::give(std::uint64_t bytes) {
  {
    const std::lock_guard lock(mutex_);
    free_ += bytes;
  }
  changed_.notify_all();
}

std::uint64_t default_memory() {
  const long pages = ::sysconf(_SC_PHYS_PAGES), size = ::sysconf(_SC_PAGESIZE);
  constexpr std::uint64_t kFallback = 2048 * kMiB;
  if (pages <= 0 || size <= 0) return kFallback;
  return static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(size) / 2;
}

void Pace::learn(std::uint64_t bytes, double seconds) {
  constexpr std::size_t kKept = 101;
  constexpr std::uint64_t kSmallest = 64U << 10;  // below, the size says nothing about the time
  const double rate = seconds / static_cast<double>(std::max(bytes, kSmallest));
  const std::lock_guard lock(mutex_);
  if (rates_.size() < kKept) {
    rates_.push_back(rate);
    return;
  }
  rates_[next_] = rate;
  next_ = (next_ + 1) % kKept;
}

ItemTime Pace::allow(std::uint64_t bytes) const {
  // reliability.md section 6: processor time 10 times what is predicted, at least a minute; wall
  // time 4 times that.
  constexpr double kFloor = 60, kCpu = 10, kWall = 4;
  constexpr double kUnknownRate = 10.0 / kMiB;  // a long film in all its layers
  constexpr std::size_t kEnough = 5;
  if (item_timeout_ > 0) return {item_timeout_, item_timeout_};
  const std::lock_guard lock(mutex_);
  double rate = kUnknownRate;
  if (rates_.size() >= kEnough) {
    std::vector<double> sorted = rates_;
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::nth_element(sorted.begin(), middle, sorted.end());
    rate = std::max(*middle, kUnknownRate / 10);
  }
  const double cpu = std::max(kFloor, kCpu * rate * static_cast<double>(bytes));
  return {cpu, kWall * cpu};
}

}  // namespace signmark::batch
