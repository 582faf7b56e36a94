// SPDX-License-Identifier: Apache-2.0
#include "sound_form.hpp"

#include <algorithm>

namespace signmark_gst {
namespace {

bool is_interleaved(const GstAudioInfo& info) {
  return GST_AUDIO_INFO_LAYOUT(&info) == GST_AUDIO_LAYOUT_INTERLEAVED;
}

}  // namespace

smk_sound form_of(const GstAudioInfo& info, bool live, double seconds) {
  smk_sound sound{};
  sound.struct_size = sizeof sound;
  sound.rate = info.rate;
  sound.channels = info.channels;
  for (int c = 0; c < info.channels && c < 64; ++c) {
    const GstAudioChannelPosition place = info.position[c];
    if (place == GST_AUDIO_CHANNEL_POSITION_LFE1 || place == GST_AUDIO_CHANNEL_POSITION_LFE2) {
      sound.untouched |= uint64_t{1} << c;
    }
  }
  sound.live = live ? 1 : 0;
  sound.seconds = seconds;
  return sound;
}

void Planes::resize(const GstAudioInfo& info, size_t samples) {
  const auto channels = static_cast<size_t>(info.channels);
  samples_ = samples;
  memory_.resize(channels * samples);
  pointers_.resize(channels);
  for (size_t c = 0; c < channels; ++c) pointers_[c] = memory_.data() + c * samples;
}

bool Planes::read(const GstAudioInfo& info, GstBuffer* buffer) {
  GstAudioBuffer mapped;
  if (gst_audio_buffer_map(&mapped, &info, buffer, GST_MAP_READ) == FALSE) return false;
  resize(info, mapped.n_samples);
  const size_t channels = pointers_.size();
  for (size_t c = 0; c < channels; ++c) {
    if (is_interleaved(info)) {
      const float* from = static_cast<const float*>(mapped.planes[0]) + c;
      for (size_t i = 0; i < samples_; ++i) pointers_[c][i] = from[i * channels];
    } else {
      std::copy_n(static_cast<const float*>(mapped.planes[c]), samples_, pointers_[c]);
    }
  }
  gst_audio_buffer_unmap(&mapped);
  return true;
}

GstBuffer* Planes::write(const GstAudioInfo& info) const {
  const size_t channels = pointers_.size();
  GstBuffer* buffer =
      gst_buffer_new_allocate(nullptr, channels * samples_ * sizeof(float), nullptr);
  GstMapInfo map;
  if (buffer == nullptr || gst_buffer_map(buffer, &map, GST_MAP_WRITE) == FALSE) return buffer;
  auto* to = reinterpret_cast<float*>(map.data);
  for (size_t c = 0; c < channels; ++c) {
    if (is_interleaved(info)) {
      for (size_t i = 0; i < samples_; ++i) to[i * channels + c] = pointers_[c][i];
    } else {
      std::copy_n(pointers_[c], samples_, to + c * samples_);
    }
  }
  gst_buffer_unmap(buffer, &map);
  if (!is_interleaved(info)) gst_buffer_add_audio_meta(buffer, &info, samples_, nullptr);
  return buffer;
}

}  // namespace signmark_gst
