// SPDX-License-Identifier: Apache-2.0
// The elements of this plugin, by their types.
#ifndef SIGNMARK_PLUGINS_GSTREAMER_GST_ELEMENTS_HPP_
#define SIGNMARK_PLUGINS_GSTREAMER_GST_ELEMENTS_HPP_

#include <gst/gst.h>

namespace signmark_gst {

GType video_embed_type();
GType video_detect_type();
GType audio_embed_type();
GType audio_detect_type();

// What GStreamer calls must not throw, and only allocations of ours can: `work()`, or `otherwise`
// and an error on the bus.
template <typename Result, typename Work>
Result guarded(void* element, Result otherwise, const Work& work) noexcept {
  try {
    return work();
  } catch (...) {
    GST_ELEMENT_ERROR(element, RESOURCE, NO_SPACE_LEFT, ("out of memory"), (nullptr));
    return otherwise;
  }
}

}  // namespace signmark_gst

#endif  // SIGNMARK_PLUGINS_GSTREAMER_GST_ELEMENTS_HPP_
