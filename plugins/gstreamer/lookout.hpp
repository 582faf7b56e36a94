// SPDX-License-Identifier: Apache-2.0
// What both detecting elements share: media go through untouched, and messages tell what was found.
#ifndef SIGNMARK_PLUGINS_GSTREAMER_LOOKOUT_HPP_
#define SIGNMARK_PLUGINS_GSTREAMER_LOOKOUT_HPP_

#include <gst/base/gstbasetransform.h>

#include <memory>
#include <string>

#include "common/host_marker.hpp"

namespace signmark_gst {

// From when to when something was looked at, seconds since the stream began.
struct Stretch {
  double from = 0, to = 0;
};

// Posts `signmark-detected`. `last`: nothing more follows from this stream.
void tell(GstElement* element, const signmark_host::Answer& answer, const Stretch& stretch,
          bool last);
// The answer when nobody could look.
signmark_host::Answer unknown(const std::string& why);

// Whether what comes into `pad` is made now and cannot be held up.
bool is_live(GstPad* pad);

// What looks at one stream, from start() to stop(), in the streaming thread. Nothing that goes
// wrong in it may stop the stream.
class Watch {
 public:
  virtual ~Watch() = default;
  virtual void set_caps(GstBaseTransform* transform, const GstCaps* caps) = 0;
  virtual void take(GstBaseTransform* transform, GstBuffer* buffer) = 0;
  virtual void end() = 0;
};

// One kind of detecting element. Static storage.
struct Detection {
  const char* type_name;
  const char* title;
  const char* category;
  const char* description;
  const char* caps;
  std::unique_ptr<Watch> (*make)(GstElement* element, const std::string& carrier);
};

GType register_detection(const Detection& detection);

}  // namespace signmark_gst

#endif  // SIGNMARK_PLUGINS_GSTREAMER_LOOKOUT_HPP_
