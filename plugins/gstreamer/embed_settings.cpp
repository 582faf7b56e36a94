// SPDX-License-Identifier: Apache-2.0
#include "embed_settings.hpp"

#include <array>
#include <utility>

#include "locked.hpp"

namespace signmark_gst {
namespace {

enum Property : guint {
  kKey = 1,
  kCarrier,
  kContentId,
  kStrength,
  kLabel,
  kLabelText,
  kLabelCorner,
  kNotice,
  kNoticeLanguage,
  kOnError,
  kForceKeyframes,
  kLive
};

constexpr auto kFlags =
    static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);

GType on_error_type() {
  static const std::array<GEnumValue, 4> values = {{
      {static_cast<gint>(OnError::fail), "Stop the pipeline with an error", "fail"},
      {static_cast<gint>(OnError::slate), "Red pictures or silence, with a warning", "slate"},
      {static_cast<gint>(OnError::pass), "Hand on UNMARKED, with a warning", "pass"},
      {0, nullptr, nullptr},
  }};
  static const GType type = g_enum_register_static("SignmarkOnError", values.data());
  return type;
}

void add_text(GObjectClass* type, Property id, const char* name, const char* blurb) {
  g_object_class_install_property(type, id,
                                  g_param_spec_string(name, name, blurb, nullptr, kFlags));
}

void add_flag(GObjectClass* type, Property id, const char* name, const char* blurb, bool value) {
  g_object_class_install_property(
      type, id, g_param_spec_boolean(name, name, blurb, value ? TRUE : FALSE, kFlags));
}

// The text behind a property; null when it is none.
template <typename Settings>
auto* text_of(Settings& settings, guint id) {
  switch (id) {
    case kKey:
      return &settings.wish.key;
    case kCarrier:
      return &settings.wish.carrier;
    case kContentId:
      return &settings.wish.content_id;
    case kLabelText:
      return &settings.wish.label_text;
    case kLabelCorner:
      return &settings.wish.corner;
    case kNotice:
      return &settings.wish.notice;
    case kNoticeLanguage:
      return &settings.wish.language;
    default:
      return static_cast<decltype(&settings.wish.key)>(nullptr);
  }
}

template <typename Settings>
auto* flag_of(Settings& settings, guint id) {
  switch (id) {
    case kLabel:
      return &settings.wish.label;
    case kForceKeyframes:
      return &settings.force_keyframes;
    case kLive:
      return &settings.live;
    default:
      return static_cast<decltype(&settings.live)>(nullptr);
  }
}

}  // namespace

void install_properties(GObjectClass* type, Medium medium) {
  add_text(type, kKey, "key",
           "Signing key by id or label; empty: the newest one; none: content id without signature");
  add_text(type, kCarrier, "carrier",
           "Carrier key: public (default), both, or the name of a private one");
  add_text(type, kContentId, "content-id",
           "16 hex digits; empty: random. While running, the id that is laid");
  g_object_class_install_property(
      type, kStrength,
      g_param_spec_double("strength", "strength", "0 invisible, 0.25 default, 1 strong", 0, 1, 0.25,
                          kFlags));
  g_object_class_install_property(
      type, kOnError,
      g_param_spec_enum("on-error", "on-error", "What is done with what cannot be marked",
                        on_error_type(), static_cast<gint>(OnError::fail), kFlags));
  if (medium == Medium::film) {
    add_flag(type, kLabel, "label", "Draw the visible label, too", false);
    add_text(type, kLabelText, "label-text", "Text of the visible label; empty: the standard one");
    add_text(type, kLabelCorner, "label-corner",
             "bottom-right (default), bottom-left, top-right, top-left, bottom or top");
    add_flag(type, kForceKeyframes, "force-keyframes",
             "Ask the encoder for keyframes where they help readers", true);
  } else {
    add_flag(type, kLabel, "label", "Put in the audible label, too", false);
    add_text(type, kNotice, "notice", "Audible label: rhythm (default) or spoken");
    add_text(type, kNoticeLanguage, "notice-language", "Language of the spoken label");
    add_flag(type, kLive, "live",
             "A tenth of a second of latency and no signed frame, instead of holding sound back",
             false);
  }
}

void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec,
                  EmbedSettings& settings) {
  const Locked lock(object);
  if (std::string* text = text_of(settings, id); text != nullptr) {
    const char* given = g_value_get_string(value);
    *text = given == nullptr ? "" : given;
  } else if (bool* flag = flag_of(settings, id); flag != nullptr) {
    *flag = g_value_get_boolean(value) != FALSE;
  } else if (id == kStrength) {
    settings.wish.strength = g_value_get_double(value);
  } else if (id == kOnError) {
    settings.on_error = static_cast<OnError>(g_value_get_enum(value));
  } else {
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
}

void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec,
                  const EmbedSettings& settings) {
  const Locked lock(object);
  if (id == kContentId && !settings.laid.empty()) {
    g_value_set_string(value, settings.laid.c_str());
  } else if (const std::string* text = text_of(settings, id); text != nullptr) {
    g_value_set_string(value, text->c_str());
  } else if (const bool* flag = flag_of(settings, id); flag != nullptr) {
    g_value_set_boolean(value, *flag ? TRUE : FALSE);
  } else if (id == kStrength) {
    g_value_set_double(value, settings.wish.strength);
  } else if (id == kOnError) {
    g_value_set_enum(value, static_cast<gint>(settings.on_error));
  } else {
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
}

EmbedSettings settings_of(GstElement* element, const EmbedSettings& settings) {
  const Locked lock(element);
  EmbedSettings copy = settings;
  if (!copy.laid.empty()) copy.wish.content_id = copy.laid;
  return copy;
}

void set_laid(GstElement* element, EmbedSettings& settings, const std::string& content_id) {
  const Locked lock(element);
  settings.laid = content_id;
}

bool may_go_on(GstElement* element, OnError policy, const std::string& failure, Tally& tally) {
  if (policy == OnError::fail) {
    GST_ELEMENT_ERROR(element, RESOURCE, SETTINGS, ("%s", failure.c_str()), (nullptr));
    return false;
  }
  if (!std::exchange(tally.warned, true)) {
    const char* what = policy == OnError::pass ? "UNMARKED output" : "replaced by a slate";
    GST_ELEMENT_WARNING(element, RESOURCE, SETTINGS, ("%s: %s", what, failure.c_str()), (nullptr));
  }
  return true;
}

void announce(GstElement* element, const std::string& content_id, const std::string& report,
              Tally& tally) {
  if (tally.announced || tally.marked + tally.unmarked == 0) return;
  tally.announced = true;
  GstStructure* said = gst_structure_new(
      "signmark-marked", "content-id", G_TYPE_STRING, content_id.c_str(), "marked", G_TYPE_UINT64,
      static_cast<guint64>(tally.marked), "unmarked", G_TYPE_UINT64,
      static_cast<guint64>(tally.unmarked), "report", G_TYPE_STRING, report.c_str(), nullptr);
  gst_element_post_message(element, gst_message_new_element(GST_OBJECT(element), said));
}

}  // namespace signmark_gst
