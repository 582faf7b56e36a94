// SPDX-License-Identifier: Apache-2.0
// Texture, staging surface, texture.
#include "gpu_round_trip.hpp"

#include <cstring>

namespace signmark_obs {
namespace {

void render_source(obs_source_t* target, obs_source_t* parent) {
  const uint32_t flags = obs_source_get_output_flags(target);
  const bool plain = (flags & (OBS_SOURCE_CUSTOM_DRAW | OBS_SOURCE_ASYNC)) == 0;
  if (target == parent && plain) {
    obs_source_default_render(target);
  } else {
    obs_source_video_render(target);
  }
}

}  // namespace

GpuRoundTrip::~GpuRoundTrip() {
  obs_enter_graphics();
  release();
  obs_leave_graphics();
}

void GpuRoundTrip::release() {
  gs_texrender_destroy(render_);
  gs_stagesurface_destroy(stage_);
  gs_texture_destroy(shown_);
  render_ = nullptr;
  stage_ = nullptr;
  shown_ = nullptr;
}

bool GpuRoundTrip::prepare(uint32_t width, uint32_t height) {
  if (width != width_ || height != height_ || render_ == nullptr) {
    release();
    width_ = width;
    height_ = height;
    render_ = gs_texrender_create(GS_BGRA, GS_ZS_NONE);
    stage_ = gs_stagesurface_create(width, height, GS_BGRA);
    shown_ = gs_texture_create(width, height, GS_BGRA, 1, nullptr, GS_DYNAMIC);
    samples_.resize(std::size_t{width} * height * 4);
  }
  return render_ != nullptr && stage_ != nullptr && shown_ != nullptr;
}

bool GpuRoundTrip::read_back() {
  gs_stage_texture(stage_, gs_texrender_get_texture(render_));
  uint8_t* rows = nullptr;
  uint32_t pitch = 0;
  if (!gs_stagesurface_map(stage_, &rows, &pitch)) return false;
  for (uint32_t y = 0; y < height_; ++y)
    std::memcpy(&samples_[std::size_t{y} * stride()], rows + std::size_t{y} * pitch, stride());
  gs_stagesurface_unmap(stage_);
  return true;
}

bool GpuRoundTrip::fetch(obs_source_t* target, obs_source_t* parent, uint32_t width,
                         uint32_t height) {
  if (!prepare(width, height)) return false;
  gs_texrender_reset(render_);
  if (!gs_texrender_begin_with_color_space(render_, width, height, GS_CS_SRGB)) return false;
  vec4 clear;
  vec4_zero(&clear);
  gs_clear(GS_CLEAR_COLOR, &clear, 0.0F, 0);
  gs_ortho(0.0F, static_cast<float>(width), 0.0F, static_cast<float>(height), -100.0F, 100.0F);
  gs_blend_state_push();
  gs_blend_function(GS_BLEND_ONE, GS_BLEND_ZERO);
  render_source(target, parent);
  gs_blend_state_pop();
  gs_texrender_end(render_);
  return read_back();
}

void GpuRoundTrip::put() { gs_texture_set_image(shown_, samples_.data(), stride(), false); }

void GpuRoundTrip::draw() const {
  gs_effect_t* effect = obs_get_base_effect(OBS_EFFECT_DEFAULT);
  const bool previous = gs_framebuffer_srgb_enabled();
  gs_enable_framebuffer_srgb(true);
  gs_effect_set_texture_srgb(gs_effect_get_param_by_name(effect, "image"), shown_);
  gs_blend_state_push();
  gs_blend_function(GS_BLEND_ONE, GS_BLEND_INVSRCALPHA);  // the samples are premultiplied
  while (gs_effect_loop(effect, "Draw")) gs_draw_sprite(shown_, 0, width_, height_);
  gs_blend_state_pop();
  gs_enable_framebuffer_srgb(previous);
}

void GpuRoundTrip::draw_red(uint32_t width, uint32_t height) {
  gs_effect_t* effect = obs_get_base_effect(OBS_EFFECT_SOLID);
  vec4 red;
  vec4_set(&red, 1.0F, 0.0F, 0.0F, 1.0F);
  gs_effect_set_vec4(gs_effect_get_param_by_name(effect, "color"), &red);
  while (gs_effect_loop(effect, "Solid")) gs_draw_sprite(nullptr, 0, width, height);
}

}  // namespace signmark_obs
