// SPDX-License-Identifier: Apache-2.0
// A sound that comes block by block and leaves at once, with the ports of an audio plugin host.
#ifndef SIGNMARK_PLUGINS_COMMON_LIVE_SOUND_HPP_
#define SIGNMARK_PLUGINS_COMMON_LIVE_SOUND_HPP_

#include <array>

#include "common/host_marker.hpp"

namespace signmark_host {

// Key, carrier and content id by the variables SIGNMARK_KEY, SIGNMARK_CARRIER and
// SIGNMARK_CONTENT_ID, for hosts whose parameters are numbers; names, never a secret.
Wish wish_from_environment();

// One or two channels under one mark: as many samples out as in, later by a constant latency. When
// that fails they become silence, or what SIGNMARK_ON_ERROR says. Used by one thread at a time.
class LiveSound {
 public:
  static constexpr int kMostChannels = 2;

  // `who` as for Complaint.
  LiveSound(const char* who, int rate, int channels);

  // Opens keys and marker. False: nothing that run() gives will be the sound.
  bool open() noexcept;
  // The inputs come first, then the outputs, then strength (in) and latency in samples (out).
  // Inputs and outputs may be the same memory.
  void connect(unsigned long port, float* data) noexcept;
  // Forgets everything that is inside; a failure is tried again.
  void restart() noexcept;
  // Not hard real-time safe: the library allocates.
  void run(std::size_t samples) noexcept;

 private:
  bool follow(double strength) noexcept;
  bool push(std::size_t samples) noexcept;
  void pull(std::size_t samples) noexcept;
  void replace(std::size_t samples) noexcept;
  [[nodiscard]] float* const* inputs() const { return ports_.data(); }
  [[nodiscard]] float* const* outputs() const { return ports_.data() + sound_.channels; }
  [[nodiscard]] float* control(int index) const {
    return ports_[static_cast<std::size_t>(2 * sound_.channels + index)];
  }

  HostMarker host_;
  Complaint complaint_;
  smk_sound sound_{};
  Wish wish_;
  SoundMarker marker_, previous_;  // the second has ended, and still holds samples
  std::size_t silence_ = 0;        // samples that go out before the first ones that came in
  bool failed_ = false, begun_ = false;
  std::array<float*, 2 * kMostChannels + 2> ports_{};
};

}  // namespace signmark_host

#endif  // SIGNMARK_PLUGINS_COMMON_LIVE_SOUND_HPP_
