// SPDX-License-Identifier: Apache-2.0
// A picture of a source from the GPU to memory and back, so that the library can mark it.
#ifndef SIGNMARK_PLUGINS_OBS_GPU_ROUND_TRIP_HPP_
#define SIGNMARK_PLUGINS_OBS_GPU_ROUND_TRIP_HPP_

#include <obs-module.h>

#include <cstdint>
#include <vector>

namespace signmark_obs {

// All calls are made in the graphics context, the destructor enters it.
class GpuRoundTrip {
 public:
  GpuRoundTrip() = default;
  ~GpuRoundTrip();
  GpuRoundTrip(const GpuRoundTrip&) = delete;
  GpuRoundTrip& operator=(const GpuRoundTrip&) = delete;

  // Renders `target` and waits until its picture is in samples(): BGRA, premultiplied. False: the
  // GPU could not.
  bool fetch(obs_source_t* target, obs_source_t* parent, uint32_t width, uint32_t height);
  [[nodiscard]] uint8_t* samples() { return samples_.data(); }
  [[nodiscard]] uint32_t stride() const { return width_ * 4; }
  // Makes the samples what draw() shows.
  void put();
  void draw() const;
  // Draws an opaque red picture without memory or texture.
  static void draw_red(uint32_t width, uint32_t height);

 private:
  bool prepare(uint32_t width, uint32_t height);
  void release();
  bool read_back();

  uint32_t width_ = 0, height_ = 0;
  gs_texrender_t* render_ = nullptr;
  gs_stagesurf_t* stage_ = nullptr;
  gs_texture_t* shown_ = nullptr;
  std::vector<uint8_t> samples_;
};

}  // namespace signmark_obs

#endif  // SIGNMARK_PLUGINS_OBS_GPU_ROUND_TRIP_HPP_
