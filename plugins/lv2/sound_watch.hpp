// SPDX-License-Identifier: Apache-2.0
// Listens to a sound without an end: an answer for each stretch of it.
#ifndef SIGNMARK_PLUGINS_LV2_SOUND_WATCH_HPP_
#define SIGNMARK_PLUGINS_LV2_SOUND_WATCH_HPP_

#include <atomic>
#include <thread>

#include "common/host_marker.hpp"

namespace signmark_lv2 {

// Stereo. What is found is said on stderr, once for each change. Failures are said, too, and leave
// the answer at "not known": detection never stops a sound. Used by one thread at a time.
class SoundWatch {
 public:
  // The public carrier key is always tried, and the private one that `carrier` names, if any.
  SoundWatch(int rate, std::string carrier);
  ~SoundWatch() { finish(); }
  SoundWatch(const SoundWatch&) = delete;
  SoundWatch& operator=(const SoundWatch&) = delete;

  void take(const float* const* channels, std::size_t samples) noexcept;
  // The end of the sound: waits for the answer of the last stretch, if it was long enough for one.
  void finish() noexcept;
  // One of smk_verdict, of the last stretch with an answer. The absence of a mark proves nothing:
  // never SMK_VERDICT_NONE, but SMK_VERDICT_INCONCLUSIVE.
  [[nodiscard]] int verdict() const { return verdict_.load(std::memory_order_relaxed); }

 private:
  void search() noexcept;
  void answer(smk_sound_detector* detector, double from, double to);
  void complain(const std::string& failure) noexcept;

  signmark_host::HostMarker host_;
  signmark_host::SoundDetector detector_;
  std::string carrier_;
  smk_sound sound_{};
  double stretch_seconds_;
  std::uint64_t came_ = 0, began_ = 0;  // samples in all, and before this stretch
  bool failed_ = false;
  std::thread searcher_;  // has `said_` for itself while it runs
  std::string said_;
  std::atomic<int> verdict_{SMK_VERDICT_INCONCLUSIVE};
};

}  // namespace signmark_lv2

#endif  // SIGNMARK_PLUGINS_LV2_SOUND_WATCH_HPP_
