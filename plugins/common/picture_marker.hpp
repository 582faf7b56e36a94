// SPDX-License-Identifier: Apache-2.0
// The marker of a host that hands over pictures and cannot refuse one: opened late, and tried again
// after a failure.
#ifndef SIGNMARK_PLUGINS_COMMON_PICTURE_MARKER_HPP_
#define SIGNMARK_PLUGINS_COMMON_PICTURE_MARKER_HPP_

#include <chrono>
#include <string>

#include "common/host_marker.hpp"

namespace signmark_host {

// Used by one thread at a time.
class PictureMarker {
 public:
  // What is marked from the next picture on. With no content id one is drawn, as
  // shared_content_id does.
  void set_wish(const Wish& wish);

  // False: the picture is unchanged, and refusal() says why. After a failure the keys are asked
  // again when a second has passed: someone may have started the agent.
  bool mark(const smk_film& film, const smk_frame& frame, double seconds) noexcept;
  [[nodiscard]] const std::string& refusal() const { return refusal_; }

  // The content id that was drawn for this wish, once a process, when a marker uses it; else empty.
  // For the log.
  [[nodiscard]] std::string take_drawn_id();

 private:
  bool refuse() noexcept;
  bool open(const smk_film& film);
  bool try_to_mark(const smk_film& film, const smk_frame& frame, double seconds);

  Wish wish_;
  HostMarker host_;
  FilmMarker marker_;
  int width_ = 0, height_ = 0;  // of the film that the marker was made for
  std::string refusal_, drawn_id_;
  std::chrono::steady_clock::time_point next_attempt_;
};

}  // namespace signmark_host

#endif  // SIGNMARK_PLUGINS_COMMON_PICTURE_MARKER_HPP_
