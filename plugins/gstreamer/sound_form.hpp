// SPDX-License-Identifier: Apache-2.0
// Sound of GStreamer as the library takes it.
#ifndef SIGNMARK_PLUGINS_GSTREAMER_SOUND_FORM_HPP_
#define SIGNMARK_PLUGINS_GSTREAMER_SOUND_FORM_HPP_

#include <gst/audio/audio.h>
#include <signmark/signmark.h>

#include <vector>

namespace signmark_gst {

#define SIGNMARK_GST_SOUND \
  "audio/x-raw, format = " GST_AUDIO_NE(F32) ", rate = [ 8000, MAX ], channels = [ 1, " \
                                             "64 ], layout = { interleaved, non-interleaved }"

// `seconds` as in smk_sound. Low-frequency channels stay untouched.
smk_sound form_of(const GstAudioInfo& info, bool live, double seconds);

// Samples of one buffer by channel.
class Planes {
 public:
  // Copies them out; false when the buffer does not hold what its caps say.
  bool read(const GstAudioInfo& info, GstBuffer* buffer);
  // Room for so many.
  void resize(const GstAudioInfo& info, size_t samples);
  // A buffer of these samples in the layout of `info`; the caller's.
  [[nodiscard]] GstBuffer* write(const GstAudioInfo& info) const;

  [[nodiscard]] size_t samples() const { return samples_; }
  [[nodiscard]] const float* const* channels() const { return pointers_.data(); }
  [[nodiscard]] float* const* channels() { return pointers_.data(); }

 private:
  std::vector<float> memory_;
  std::vector<float*> pointers_;
  size_t samples_ = 0;
};

}  // namespace signmark_gst

#endif  // SIGNMARK_PLUGINS_GSTREAMER_SOUND_FORM_HPP_
