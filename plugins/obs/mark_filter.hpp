// SPDX-License-Identifier: Apache-2.0
// The filter that marks what a source or a scene shows.
#ifndef SIGNMARK_PLUGINS_OBS_MARK_FILTER_HPP_
#define SIGNMARK_PLUGINS_OBS_MARK_FILTER_HPP_

#include <obs-module.h>

#include <mutex>
#include <string>

#include "common/picture_marker.hpp"
#include "gpu_round_trip.hpp"

namespace signmark_obs {

// One filter on one source. Made and changed in the interface's thread; obs renders in one other.
class MarkFilter {
 public:
  MarkFilter(obs_data_t* settings, obs_source_t* source);

  // What the settings say; never throws, needs no key.
  void update(obs_data_t* settings) noexcept;
  void tick() { fresh_ = false; }
  void render() noexcept;

 private:
  struct Settings {
    signmark_host::Wish wish;
    bool passes = false;  // on an error the picture is shown unmarked
    unsigned number = 0;  // counted up by each change
  };

  // False: nothing can be shown.
  bool refresh(obs_source_t* target, uint32_t width, uint32_t height);
  // False: the picture is unmarked and must not be shown.
  bool mark(const smk_film& film, const smk_frame& frame);
  void take_settings();
  void say(const std::string& failure);

  obs_source_t* source_;
  std::mutex mutex_;  // of next_
  Settings next_, now_;
  signmark_host::PictureMarker marker_;
  GpuRoundTrip round_trip_;
  bool fresh_ = false;  // this tick's picture was marked: preview and program show one
  std::string said_;
  uint64_t begin_ = 0;  // ns, of the first picture
};

}  // namespace signmark_obs

#endif  // SIGNMARK_PLUGINS_OBS_MARK_FILTER_HPP_
