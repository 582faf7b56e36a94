// SPDX-License-Identifier: Apache-2.0
// Settings, and a marked picture for each tick.
#include "mark_filter.hpp"

#include <exception>

#include "properties.hpp"

namespace signmark_obs {
namespace {

constexpr double kNanoseconds = 1e-9;

smk_film film_of(uint32_t width, uint32_t height) {
  smk_film film{};
  film.struct_size = sizeof film;
  film.layout = SMK_LAYOUT_BGRA;
  film.width = static_cast<int32_t>(width);
  film.height = static_cast<int32_t>(height);
  film.bits = 8;
  film.full_range = 1;
  return film;
}

// Where nothing is shown the mark must not glow: colours are premultiplied.
void keep_clear(uint8_t* samples, std::size_t pixels) {
  for (std::size_t i = 0; i < pixels; ++i) {
    uint8_t* pixel = samples + 4 * i;
    const uint8_t alpha = pixel[3];
    if (alpha == 255) continue;  // nearly all of them
    for (int c = 0; c < 3; ++c) pixel[c] = pixel[c] < alpha ? pixel[c] : alpha;
  }
}

}  // namespace

MarkFilter::MarkFilter(obs_data_t* settings, obs_source_t* source) : source_(source) {
  update(settings);
}

void MarkFilter::update(obs_data_t* settings) noexcept {
  const std::lock_guard lock(mutex_);
  try {
    next_.wish = wish_of(settings);
    next_.passes = passes_of(settings);
    ++next_.number;
  } catch (const std::exception&) {  // no memory for the names: the old ones stay
  }
}

void MarkFilter::take_settings() {
  const std::lock_guard lock(mutex_);
  if (next_.number == now_.number) return;
  now_ = next_;
  marker_.set_wish(now_.wish);
}

void MarkFilter::say(const std::string& failure) {
  if (failure == said_) return;
  said_ = failure;
  if (failure.empty()) return;
  blog(LOG_ERROR, "[signmark] '%s': %s%s", obs_source_get_name(source_),
       now_.passes ? "UNMARKED: " : "", failure.c_str());
}

bool MarkFilter::mark(const smk_film& film, const smk_frame& frame) {
  const uint64_t now = obs_get_video_frame_time();
  if (begin_ == 0) begin_ = now;
  const bool marked = marker_.mark(film, frame, static_cast<double>(now - begin_) * kNanoseconds);
  const std::string drawn = marker_.take_drawn_id();
  if (!drawn.empty())
    blog(LOG_INFO, "[signmark] '%s': content id %s", obs_source_get_name(source_), drawn.c_str());
  say(marked ? std::string() : marker_.refusal());
  return marked || now_.passes ||
         smk_paint_slate(&film, &frame, marker_.refusal().c_str(), nullptr) == SMK_OK;
}

bool MarkFilter::refresh(obs_source_t* target, uint32_t width, uint32_t height) {
  if (fresh_) return true;
  take_settings();
  if (!round_trip_.fetch(target, obs_filter_get_parent(source_), width, height)) {
    say("the graphics card gave no picture (obs.graphics)");
    return false;
  }
  const smk_film film = film_of(width, height);
  if (!mark(film, {{round_trip_.samples(), nullptr, nullptr}, {round_trip_.stride(), 0, 0}}))
    return false;
  keep_clear(round_trip_.samples(), std::size_t{width} * height);
  round_trip_.put();
  fresh_ = true;
  return true;
}

void MarkFilter::render() noexcept {
  obs_source_t* target = obs_filter_get_target(source_);
  const uint32_t width = obs_source_get_base_width(target);
  const uint32_t height = obs_source_get_base_height(target);
  if (target == nullptr || width == 0 || height == 0) {
    obs_source_skip_video_filter(source_);  // there is no picture
    return;
  }
  try {
    if (refresh(target, width, height)) return round_trip_.draw();
  } catch (const std::exception&) {  // ours alone: the library throws nothing
  }
  GpuRoundTrip::draw_red(width, height);
}

}  // namespace signmark_obs
