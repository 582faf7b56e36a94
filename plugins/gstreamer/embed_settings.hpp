// SPDX-License-Identifier: Apache-2.0
// The properties that signmarkembed and signmarkaudioembed share, and what they say on the bus.
#ifndef SIGNMARK_PLUGINS_GSTREAMER_EMBED_SETTINGS_HPP_
#define SIGNMARK_PLUGINS_GSTREAMER_EMBED_SETTINGS_HPP_

#include <gst/gst.h>

#include "common/host_marker.hpp"

namespace signmark_gst {

// What is done with media that cannot be marked.
enum class OnError {
  fail,   // an error on the bus; the pipeline stops
  slate,  // red pictures, silence
  pass    // handed on unmarked, with a warning
};

// Guarded by the element's object lock, as properties may be asked for from any thread.
struct EmbedSettings {
  signmark_host::Wish wish;
  OnError on_error = OnError::fail;
  bool force_keyframes = true;  // of a film
  bool live = false;            // of a sound
  std::string laid;             // the content id from start() on
};

enum class Medium { film, sound };

// Installs the properties of one medium.
void install_properties(GObjectClass* type, Medium medium);
void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec,
                  EmbedSettings& settings);
void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec,
                  const EmbedSettings& settings);

// A copy of what holds now, under the object lock; the wish names the content id that is laid.
EmbedSettings settings_of(GstElement* element, const EmbedSettings& settings);
// Settles the content id for this run; empty: none yet.
void set_laid(GstElement* element, EmbedSettings& settings, const std::string& content_id);

// What the element did, and did not, mark since start().
struct Tally {
  uint64_t marked = 0, unmarked = 0;  // pictures, or samples a channel
  bool announced = false;             // the message is out
  bool warned = false;                // of what is unmarked
};

// Says on the bus that something could not be marked. True: go on with slate or unmarked.
bool may_go_on(GstElement* element, OnError policy, const std::string& failure, Tally& tally);

// Posts `signmark-marked`, once. `report` is JSON and may be empty.
void announce(GstElement* element, const std::string& content_id, const std::string& report,
              Tally& tally);

// The JSON of `report_of(marker)`; empty after a failure.
template <typename Marker>
std::string report_json(smk_status (*report_of)(const Marker*, smk_mark_report**, smk_error**),
                        const Marker* marker) {
  smk_mark_report* report = nullptr;
  if (marker == nullptr || report_of(marker, &report, nullptr) != SMK_OK) return {};
  const std::unique_ptr<smk_mark_report, signmark_host::Freer<smk_mark_report_free>> owner(report);
  return smk_mark_report_json(report);
}

}  // namespace signmark_gst

#endif  // SIGNMARK_PLUGINS_GSTREAMER_EMBED_SETTINGS_HPP_
