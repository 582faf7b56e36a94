// SPDX-License-Identifier: Apache-2.0
// Pictures of GStreamer as the library takes them.
#ifndef SIGNMARK_PLUGINS_GSTREAMER_FILM_FORM_HPP_
#define SIGNMARK_PLUGINS_GSTREAMER_FILM_FORM_HPP_

#include <gst/base/gstbasetransform.h>
#include <gst/video/video.h>
#include <signmark/signmark.h>

#include <optional>

namespace signmark_gst {

// The formats of form_of, for pad templates.
#define SIGNMARK_GST_FORMATS \
  "{ I420, NV12, Y42B, Y444, GRAY8, I420_10LE, P010_10LE, RGBA, BGRA, RGBx, BGRx }"

// Nothing when the library does not take such pictures. `seconds` as in smk_film.
std::optional<smk_film> form_of(const GstVideoInfo& info, double seconds);

smk_frame planes_of(const GstVideoFrame& frame);

// What is upstream of `pad` lasts so long; -1 when nobody knows.
double duration_of(GstPad* pad);

// Seconds since the first picture, from running times: after a seek they go on where they were, as
// a mark lies in what is shown and not in a position.
class FilmClock {
 public:
  // Of the next picture. Without a time stamp it follows the last one by `length` seconds.
  double next(std::optional<double> running, double length);

 private:
  std::optional<double> origin_;
  double due_ = 0;  // when the next picture is expected
};

// Seconds of `buffer` on the running time of `transform`.
std::optional<double> running_time(GstBaseTransform* transform, GstBuffer* buffer);
// How long one picture lasts.
double frame_length(const GstVideoInfo& info);

}  // namespace signmark_gst

#endif  // SIGNMARK_PLUGINS_GSTREAMER_FILM_FORM_HPP_
