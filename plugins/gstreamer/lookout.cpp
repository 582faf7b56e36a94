// SPDX-License-Identifier: Apache-2.0
#include "lookout.hpp"

#include <utility>

#include "gst_elements.hpp"
#include "locked.hpp"

namespace signmark_gst {
namespace {

struct Lookout {
  GstBaseTransform parent;
  std::string* carrier;  // under the object lock
  Watch* watch;          // from start() to stop()
};
struct LookoutClass {
  GstBaseTransformClass parent;
  const Detection* detection;
};

gpointer parent_class = nullptr;  // of both types: set when a class is made, never changed

Lookout& own(gpointer object) { return *reinterpret_cast<Lookout*>(object); }

gboolean start(GstBaseTransform* transform) {
  return guarded(transform, FALSE, [&]() -> gboolean {
    Lookout& self = own(transform);
    const auto* type = reinterpret_cast<LookoutClass*>(G_OBJECT_GET_CLASS(transform));
    std::string carrier;
    {
      const Locked lock(transform);
      carrier = *self.carrier;
    }
    self.watch = type->detection->make(GST_ELEMENT(transform), carrier).release();
    return TRUE;
  });
}

gboolean stop(GstBaseTransform* transform) {
  delete std::exchange(own(transform).watch, nullptr);
  return TRUE;
}

gboolean set_caps(GstBaseTransform* transform, GstCaps* caps, GstCaps* /*out*/) {
  return guarded(transform, TRUE, [&]() -> gboolean {
    own(transform).watch->set_caps(transform, caps);
    return TRUE;
  });
}

GstFlowReturn transform_ip(GstBaseTransform* transform, GstBuffer* buffer) {
  return guarded(transform, GST_FLOW_OK, [&] {
    own(transform).watch->take(transform, buffer);
    return GST_FLOW_OK;
  });
}

gboolean sink_event(GstBaseTransform* transform, GstEvent* event) {
  if (GST_EVENT_TYPE(event) == GST_EVENT_EOS && own(transform).watch != nullptr) {
    guarded(transform, false, [&] {
      own(transform).watch->end();
      return true;
    });
  }
  return GST_BASE_TRANSFORM_CLASS(parent_class)->sink_event(transform, event);
}

void set_property(GObject* object, guint /*id*/, const GValue* value, GParamSpec* /*spec*/) {
  guarded(object, false, [&] {
    const Locked lock(object);
    const char* given = g_value_get_string(value);
    *own(object).carrier = given == nullptr ? "" : given;
    return true;
  });
}

void get_property(GObject* object, guint /*id*/, GValue* value, GParamSpec* /*spec*/) {
  const Locked lock(object);
  g_value_set_string(value, own(object).carrier->c_str());
}

void finalize(GObject* object) {
  delete own(object).carrier;
  G_OBJECT_CLASS(parent_class)->finalize(object);
}

void init(GTypeInstance* instance, gpointer /*type*/) {
  own(instance).carrier = new std::string;
  gst_base_transform_set_passthrough(GST_BASE_TRANSFORM(instance), TRUE);
}

void describe(GstElementClass* element, const Detection& detection) {
  gst_element_class_set_metadata(element, detection.title, detection.category,
                                 detection.description, "signmark");
  GstCaps* caps = gst_caps_from_string(detection.caps);
  gst_element_class_add_pad_template(
      element, gst_pad_template_new("sink", GST_PAD_SINK, GST_PAD_ALWAYS, caps));
  gst_element_class_add_pad_template(
      element, gst_pad_template_new("src", GST_PAD_SRC, GST_PAD_ALWAYS, caps));
  gst_caps_unref(caps);
}

void class_init(gpointer type, gpointer data) {
  const auto* detection = static_cast<const Detection*>(data);
  parent_class = g_type_class_peek_parent(type);
  reinterpret_cast<LookoutClass*>(type)->detection = detection;
  auto* object = G_OBJECT_CLASS(type);
  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  g_object_class_install_property(
      object, 1,
      g_param_spec_string("carrier", "carrier",
                          "Name of a private carrier key to try, beside the public one", nullptr,
                          static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                                   GST_PARAM_MUTABLE_READY)));
  describe(GST_ELEMENT_CLASS(type), *detection);
  auto* transform = GST_BASE_TRANSFORM_CLASS(type);
  transform->start = start;
  transform->stop = stop;
  transform->set_caps = set_caps;
  transform->sink_event = sink_event;
  transform->transform_ip = transform_ip;
}

}  // namespace

void tell(GstElement* element, const signmark_host::Answer& answer, const Stretch& stretch,
          bool last) {
  GstStructure* said = gst_structure_new(
      "signmark-detected", "verdict", G_TYPE_STRING, answer.word.c_str(), "content-id",
      G_TYPE_STRING, answer.content_id.c_str(), "sentence", G_TYPE_STRING, answer.sentence.c_str(),
      "from", G_TYPE_DOUBLE, stretch.from, "to", G_TYPE_DOUBLE, stretch.to, "final", G_TYPE_BOOLEAN,
      last ? TRUE : FALSE, "report", G_TYPE_STRING, answer.json.c_str(), nullptr);
  gst_element_post_message(element, gst_message_new_element(GST_OBJECT(element), said));
}

signmark_host::Answer unknown(const std::string& why) {
  signmark_host::Answer answer = signmark_host::answer_of(nullptr);
  answer.sentence = why;
  return answer;
}

bool is_live(GstPad* pad) {
  GstQuery* query = gst_query_new_latency();
  gboolean live = FALSE;
  if (gst_pad_peer_query(pad, query) != FALSE) {
    gst_query_parse_latency(query, &live, nullptr, nullptr);
  }
  gst_query_unref(query);
  return live != FALSE;
}

GType register_detection(const Detection& detection) {
  GTypeInfo info{};
  info.class_size = sizeof(LookoutClass);
  info.class_init = class_init;
  info.class_data = &detection;
  info.instance_size = sizeof(Lookout);
  info.instance_init = init;
  return g_type_register_static(GST_TYPE_BASE_TRANSFORM, detection.type_name, &info,
                                G_TYPE_FLAG_NONE);
}

}  // namespace signmark_gst
