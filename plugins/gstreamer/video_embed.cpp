// SPDX-License-Identifier: Apache-2.0
// signmarkembed: lays mark and label into pictures, in their place.
#include <gst/video/gstvideofilter.h>

#include <utility>

#include "embed_settings.hpp"
#include "film_form.hpp"
#include "gst_elements.hpp"

namespace signmark_gst {
namespace {

using signmark_host::FilmMarker;
using signmark_host::HostMarker;

// What an element keeps; all but the settings belongs to the streaming thread.
struct Embedding {
  EmbedSettings settings;
  EmbedSettings now;  // the copy that holds from start() on
  HostMarker host;
  FilmMarker marker;  // null: `refusal` says why
  smk_film film{};
  GstVideoInfo info{};
  FilmClock clock;
  bool first = true;  // the next picture is the first of its marker
  Tally tally;
  std::string refusal;
};

struct SignmarkVideoEmbed {
  GstVideoFilter parent;
  Embedding* own;
};
using SignmarkVideoEmbedClass = GstVideoFilterClass;

G_DEFINE_TYPE(SignmarkVideoEmbed, signmark_video_embed, GST_TYPE_VIDEO_FILTER)

Embedding& own(gpointer object) { return *reinterpret_cast<SignmarkVideoEmbed*>(object)->own; }

// Proves keys and options on the smallest film, and draws the content id.
bool prove(GstElement* element, Embedding& self) {
  smk_film film{};
  film.struct_size = sizeof film;
  film.layout = SMK_LAYOUT_GREY;
  film.width = 256;
  film.height = 256;
  film.bits = 8;
  const FilmMarker marker = self.host.film(film, self.now.wish);
  if (marker == nullptr) {
    self.refusal = self.host.failure();
    return may_go_on(element, self.now.on_error, self.refusal, self.tally);
  }
  self.now.wish.content_id = smk_film_marker_content_id(marker.get());
  set_laid(element, self.settings, self.now.wish.content_id);
  return true;
}

gboolean start(GstBaseTransform* transform) {
  auto* element = GST_ELEMENT(transform);
  return guarded(transform, FALSE, [&]() -> gboolean {
    Embedding& self = own(transform);
    self.now = settings_of(element, self.settings);
    self.clock = FilmClock();
    self.tally = Tally();
    self.refusal.clear();
    return prove(element, self) ? TRUE : FALSE;
  });
}

void announce(SignmarkVideoEmbed* object) {
  Embedding& self = *object->own;
  announce(GST_ELEMENT(object), self.now.wish.content_id,
           report_json(smk_film_marker_report, self.marker.get()), self.tally);
}

gboolean stop(GstBaseTransform* transform) {
  return guarded(transform, FALSE, [&]() -> gboolean {
    Embedding& self = own(transform);
    announce(reinterpret_cast<SignmarkVideoEmbed*>(transform));
    self.marker.reset();
    set_laid(GST_ELEMENT(transform), self.settings, {});
    return TRUE;
  });
}

// New caps in the middle of a stream: a new marker with the same content id.
bool renew(SignmarkVideoEmbed* object, const GstVideoInfo& info) {
  Embedding& self = *object->own;
  if (self.marker != nullptr && gst_video_info_is_equal(&self.info, &info) != FALSE) return true;
  self.info = info;
  self.first = true;
  self.marker.reset();
  self.film = form_of(info, duration_of(GST_BASE_TRANSFORM_SINK_PAD(object))).value_or(smk_film{});
  if (!self.refusal.empty()) return true;
  self.marker = self.host.film(self.film, self.now.wish);
  return self.marker != nullptr ||
         may_go_on(GST_ELEMENT(object), self.now.on_error, self.host.failure(), self.tally);
}

gboolean set_info(GstVideoFilter* filter, GstCaps* /*in*/, GstVideoInfo* info, GstCaps* /*out*/,
                  GstVideoInfo* /*out_info*/) {
  return guarded(filter, FALSE, [&]() -> gboolean {
    return renew(reinterpret_cast<SignmarkVideoEmbed*>(filter), *info) ? TRUE : FALSE;
  });
}

// Not before the first picture, which is one anyhow: GStreamer 1.22 notes a wrong time for that one
// where an encoder moves time stamps (x264enc does), and refuses all later ones.
void ask_for_keyframe(GstBaseTransform* transform, GstBuffer* buffer) {
  const GstSegment& segment = transform->segment;
  const GstClockTime time = GST_BUFFER_PTS(buffer);
  GstEvent* event = gst_video_event_new_downstream_force_key_unit(
      time, gst_segment_to_stream_time(&segment, GST_FORMAT_TIME, time),
      gst_segment_to_running_time(&segment, GST_FORMAT_TIME, time), FALSE, 0);
  gst_pad_push_event(GST_BASE_TRANSFORM_SRC_PAD(transform), event);
}

// Marks one picture. After a failure `host.failure()` says why.
bool mark(Embedding& self, const smk_frame& planes, double seconds) {
  if (self.marker == nullptr) return false;
  smk_error* error = nullptr;
  const smk_status status = smk_film_marker_mark(self.marker.get(), &planes, seconds, &error);
  return self.host.good(status, error);
}

GstFlowReturn change(GstBaseTransform* transform, GstBuffer* buffer, const GstVideoFrame& frame) {
  Embedding& self = own(transform);
  self.tally.announced = false;
  const double seconds = self.clock.next(running_time(transform, buffer), frame_length(self.info));
  const smk_frame planes = planes_of(frame);
  const bool begins = smk_film_marker_begins_hold(self.marker.get(), seconds) != 0;
  if (begins && !std::exchange(self.first, false) && self.now.force_keyframes) {
    ask_for_keyframe(transform, buffer);
  }
  if (mark(self, planes, seconds)) {
    ++self.tally.marked;
    return GST_FLOW_OK;
  }
  ++self.tally.unmarked;
  const std::string why = self.refusal.empty() ? self.host.failure() : self.refusal;
  if (!may_go_on(GST_ELEMENT(transform), self.now.on_error, why, self.tally)) {
    return GST_FLOW_ERROR;
  }
  if (self.now.on_error == OnError::pass) return GST_FLOW_OK;
  smk_error* error = nullptr;
  const smk_status status = smk_paint_slate(&self.film, &planes, why.c_str(), &error);
  if (self.host.good(status, error)) return GST_FLOW_OK;
  may_go_on(GST_ELEMENT(transform), OnError::fail, self.host.failure(), self.tally);
  return GST_FLOW_ERROR;
}

// Not GstVideoFilter's transform_frame_ip, because that one hands a buffer on as it is when it
// cannot be mapped.
GstFlowReturn transform_ip(GstBaseTransform* transform, GstBuffer* buffer) {
  return guarded(transform, GST_FLOW_ERROR, [&]() -> GstFlowReturn {
    GstVideoFrame frame;
    Embedding& self = own(transform);
    if (gst_video_frame_map(&frame, &self.info, buffer, GST_MAP_READWRITE) == FALSE) {
      GST_ELEMENT_ERROR(transform, STREAM, FORMAT, ("a picture cannot be written to"), (nullptr));
      return GST_FLOW_ERROR;
    }
    const GstFlowReturn flow = change(transform, buffer, frame);
    gst_video_frame_unmap(&frame);
    return flow;
  });
}

gboolean sink_event(GstBaseTransform* transform, GstEvent* event) {
  if (GST_EVENT_TYPE(event) == GST_EVENT_EOS) {
    guarded(transform, FALSE, [&]() -> gboolean {
      announce(reinterpret_cast<SignmarkVideoEmbed*>(transform));
      return TRUE;
    });
  }
  return GST_BASE_TRANSFORM_CLASS(signmark_video_embed_parent_class)->sink_event(transform, event);
}

void set_one(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  guarded(object, false, [&] {
    set_property(object, id, value, spec, own(object).settings);
    return true;
  });
}
void get_one(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  get_property(object, id, value, spec, own(object).settings);
}

void finalize(GObject* object) {
  delete &own(object);
  G_OBJECT_CLASS(signmark_video_embed_parent_class)->finalize(object);
}

void signmark_video_embed_init(SignmarkVideoEmbed* object) { object->own = new Embedding; }

void signmark_video_embed_class_init(SignmarkVideoEmbedClass* type) {
  auto* object = G_OBJECT_CLASS(type);
  object->set_property = set_one;
  object->get_property = get_one;
  object->finalize = finalize;
  install_properties(object, Medium::film);
  auto* element = GST_ELEMENT_CLASS(type);
  gst_element_class_set_static_metadata(
      element, "Mark of AI-generated film", "Filter/Effect/Video",
      "Lays the robust mark of AI-generated media, and a label if wanted, into pictures",
      "signmark");
  GstCaps* caps = gst_caps_from_string(GST_VIDEO_CAPS_MAKE(SIGNMARK_GST_FORMATS));
  gst_element_class_add_pad_template(
      element, gst_pad_template_new("sink", GST_PAD_SINK, GST_PAD_ALWAYS, caps));
  gst_element_class_add_pad_template(
      element, gst_pad_template_new("src", GST_PAD_SRC, GST_PAD_ALWAYS, caps));
  gst_caps_unref(caps);
  auto* transform = GST_BASE_TRANSFORM_CLASS(type);
  transform->start = start;
  transform->stop = stop;
  transform->sink_event = sink_event;
  transform->transform_ip = transform_ip;
  GST_VIDEO_FILTER_CLASS(type)->set_info = set_info;
}

}  // namespace

GType video_embed_type() { return signmark_video_embed_get_type(); }

}  // namespace signmark_gst
