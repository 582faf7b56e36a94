// SPDX-License-Identifier: Apache-2.0
// Opens a marker when it is needed, and not too often when that fails.
#include "common/picture_marker.hpp"

#include <exception>
#include <utility>

namespace signmark_host {
namespace {

constexpr auto kPause = std::chrono::seconds(1);  // between attempts

}  // namespace

void PictureMarker::set_wish(const Wish& wish) {
  wish_ = wish;
  marker_.reset();
  refusal_.clear();
}

std::string PictureMarker::take_drawn_id() {
  return marker_ == nullptr ? std::string() : std::exchange(drawn_id_, std::string());
}

bool PictureMarker::refuse() noexcept {
  next_attempt_ = std::chrono::steady_clock::now() + kPause;
  return false;
}

bool PictureMarker::open(const smk_film& film) {
  Wish now = wish_;
  bool drawn = false;
  if (now.content_id.empty()) now.content_id = shared_content_id(now.key, &drawn);
  if (drawn) drawn_id_ = now.content_id;
  marker_ = host_.film(film, now);
  width_ = film.width;
  height_ = film.height;
  return marker_ != nullptr;
}

bool PictureMarker::try_to_mark(const smk_film& film, const smk_frame& frame, double seconds) {
  if (film.width != width_ || film.height != height_) marker_.reset();
  if (marker_ != nullptr || open(film)) {
    smk_error* error = nullptr;
    const smk_status status = smk_film_marker_mark(marker_.get(), &frame, seconds, &error);
    if (host_.good(status, error)) return true;
  }
  refusal_ = host_.failure();
  return refuse();
}

bool PictureMarker::mark(const smk_film& film, const smk_frame& frame, double seconds) noexcept {
  if (!refusal_.empty() && std::chrono::steady_clock::now() < next_attempt_) return false;
  refusal_.clear();
  try {
    return try_to_mark(film, frame, seconds);
  } catch (const std::exception&) {  // ours alone: the library throws nothing
    refusal_ = "out of memory";
    return refuse();
  }
}

}  // namespace signmark_host
