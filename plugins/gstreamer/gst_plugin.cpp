// SPDX-License-Identifier: Apache-2.0
// The entry point of libgstsignmark.so.
#include "gst_elements.hpp"

#define PACKAGE "signmark"

static gboolean plugin_init(GstPlugin* plugin) {
  const auto add = [plugin](const char* name, GType type) {
    return gst_element_register(plugin, name, GST_RANK_NONE, type) != FALSE;
  };
  const bool good = add("signmarkembed", signmark_gst::video_embed_type()) &&
                    add("signmarkdetect", signmark_gst::video_detect_type()) &&
                    add("signmarkaudioembed", signmark_gst::audio_embed_type()) &&
                    add("signmarkaudiodetect", signmark_gst::audio_detect_type());
  return good ? TRUE : FALSE;
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, signmark,
                  "Marks AI-generated pictures and sound, and finds such marks", plugin_init,
                  SIGNMARK_VERSION, GST_LICENSE_UNKNOWN, "signmark", "signmark")
