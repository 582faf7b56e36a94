// SPDX-License-Identifier: Apache-2.0
// When a picture is shown, from what frei0r hosts say.
#ifndef SIGNMARK_PLUGINS_FREI0R_HOST_CLOCK_HPP_
#define SIGNMARK_PLUGINS_FREI0R_HOST_CLOCK_HPP_

namespace signmark_frei0r {

// frei0r.h wants seconds. MLT and GStreamer give them; ffmpeg gives milliseconds, and ffmpeg 5.1
// noise for widths whose rows it copies first. The unit shows in the shortest step; where there is
// no time at all, pictures are counted.
class HostClock {
 public:
  // Of the picture that the host hands over now. Finite, and small enough for any integer.
  double seconds(double time);

 private:
  double counted();

  bool lost_ = false;  // this host's times are noise
  bool moved_ = false;
  double last_ = 0, shortest_ = 0;  // in the host's unit
  unsigned long pictures_ = 0;
  double now_ = 0;
};

}  // namespace signmark_frei0r

#endif  // SIGNMARK_PLUGINS_FREI0R_HOST_CLOCK_HPP_
