// SPDX-License-Identifier: Apache-2.0
// Holds the object lock of an element.
#ifndef SIGNMARK_PLUGINS_GSTREAMER_LOCKED_HPP_
#define SIGNMARK_PLUGINS_GSTREAMER_LOCKED_HPP_

#include <gst/gst.h>

namespace signmark_gst {

class Locked {
 public:
  explicit Locked(gpointer object) : object_(GST_OBJECT(object)) { GST_OBJECT_LOCK(object_); }
  ~Locked() { GST_OBJECT_UNLOCK(object_); }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;

 private:
  GstObject* object_;
};

}  // namespace signmark_gst

#endif  // SIGNMARK_PLUGINS_GSTREAMER_LOCKED_HPP_
