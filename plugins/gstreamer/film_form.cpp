// SPDX-License-Identifier: Apache-2.0
#include "film_form.hpp"

namespace signmark_gst {
namespace {

constexpr double kSecond = static_cast<double>(GST_SECOND);

struct Layout {
  smk_layout layout;
  int bits;
};

std::optional<Layout> layout_of(GstVideoFormat format) {
  switch (format) {
    case GST_VIDEO_FORMAT_I420:
      return Layout{SMK_LAYOUT_I420, 8};
    case GST_VIDEO_FORMAT_NV12:
      return Layout{SMK_LAYOUT_NV12, 8};
    case GST_VIDEO_FORMAT_Y42B:
      return Layout{SMK_LAYOUT_I422, 8};
    case GST_VIDEO_FORMAT_Y444:
      return Layout{SMK_LAYOUT_I444, 8};
    case GST_VIDEO_FORMAT_GRAY8:
      return Layout{SMK_LAYOUT_GREY, 8};
    case GST_VIDEO_FORMAT_I420_10LE:
      return Layout{SMK_LAYOUT_I420, 10};
    case GST_VIDEO_FORMAT_P010_10LE:  // samples in the high bits
      return Layout{SMK_LAYOUT_NV12, 16};
    case GST_VIDEO_FORMAT_RGBA:
    case GST_VIDEO_FORMAT_RGBx:
      return Layout{SMK_LAYOUT_RGBA, 8};
    case GST_VIDEO_FORMAT_BGRA:
    case GST_VIDEO_FORMAT_BGRx:
      return Layout{SMK_LAYOUT_BGRA, 8};
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<smk_film> form_of(const GstVideoInfo& info, double seconds) {
  const std::optional<Layout> layout = layout_of(GST_VIDEO_INFO_FORMAT(&info));
  if (!layout) return std::nullopt;
  const GstVideoColorimetry& colours = info.colorimetry;
  smk_film film{};
  film.struct_size = sizeof film;
  film.layout = layout->layout;
  film.width = info.width;
  film.height = info.height;
  film.bits = layout->bits;
  film.full_range = colours.range == GST_VIDEO_COLOR_RANGE_0_255 ? 1 : 0;
  film.interlaced = GST_VIDEO_INFO_IS_INTERLACED(&info) ? 1 : 0;
  film.high_dynamic_range = colours.transfer == GST_VIDEO_TRANSFER_SMPTE2084 ||
                                    colours.transfer == GST_VIDEO_TRANSFER_ARIB_STD_B67
                                ? 1
                                : 0;
  film.pixel_aspect = info.par_n > 0 && info.par_d > 0 ? double(info.par_n) / info.par_d : 1;
  film.seconds = seconds;
  return film;
}

smk_frame planes_of(const GstVideoFrame& frame) {
  smk_frame planes{};
  const guint count = GST_VIDEO_FRAME_N_PLANES(&frame);
  for (guint i = 0; i < count && i < 3; ++i) {
    planes.planes[i] = GST_VIDEO_FRAME_PLANE_DATA(&frame, i);
    planes.strides[i] = GST_VIDEO_FRAME_PLANE_STRIDE(&frame, i);
  }
  return planes;
}

double duration_of(GstPad* pad) {
  gint64 length = -1;
  const gboolean known = gst_pad_peer_query_duration(pad, GST_FORMAT_TIME, &length);
  return known != FALSE && length > 0 ? static_cast<double>(length) / kSecond : -1;
}

double FilmClock::next(std::optional<double> running, double length) {
  double now = due_;
  if (running) {
    if (!origin_) origin_ = *running;
    now = *running - *origin_;
    constexpr double kReordered = 1;  // pictures may come a little out of order
    if (now < due_ - kReordered) {
      origin_ = *running - due_;
      now = due_;
    }
  }
  due_ = now + length;
  return now < 0 ? 0 : now;
}

std::optional<double> running_time(GstBaseTransform* transform, GstBuffer* buffer) {
  if (!GST_BUFFER_PTS_IS_VALID(buffer) || transform->segment.format != GST_FORMAT_TIME) return {};
  const guint64 time =
      gst_segment_to_running_time(&transform->segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
  if (!GST_CLOCK_TIME_IS_VALID(time)) return {};
  return static_cast<double>(time) / kSecond;
}

double frame_length(const GstVideoInfo& info) {
  constexpr double kUnknown = 0.04;
  return info.fps_n > 0 && info.fps_d > 0 ? double(info.fps_d) / info.fps_n : kUnknown;
}

}  // namespace signmark_gst
