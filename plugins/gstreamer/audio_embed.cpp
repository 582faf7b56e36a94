// SPDX-License-Identifier: Apache-2.0
// signmarkaudioembed: lays the mark, and the audible label if wanted, into sound. An element of its
// own, as the library holds samples back: as many come out as went in, with their time stamps.
#include <algorithm>
#include <atomic>
#include <utility>

#include "embed_settings.hpp"
#include "film_form.hpp"
#include "gst_elements.hpp"
#include "lookout.hpp"
#include "sound_form.hpp"
#include "sound_times.hpp"

namespace signmark_gst {
namespace {

using signmark_host::HostMarker;
using signmark_host::SoundMarker;

constexpr guint64 kLargestOutput = 8192;  // samples of one buffer

class AudioEmbedder {
 public:
  AudioEmbedder(GstElement* element, GstPad* sink, GstPad* source)
      : element_(element), sink_(sink), source_(source) {}

  EmbedSettings settings;

  bool start();
  void stop();
  GstFlowReturn take(GstBuffer* buffer);
  gboolean event(GstEvent* event);
  // Samples are held back so long, of a live sound.
  [[nodiscard]] GstClockTime latency() const { return latency_; }

 private:
  bool has_caps() const { return GST_AUDIO_INFO_IS_VALID(&info_) != FALSE; }
  bool open();
  bool set_caps(const GstCaps* caps);
  bool set_segment(const GstEvent* event);
  GstFlowReturn push(GstBuffer* buffer);
  GstFlowReturn drain();
  GstFlowReturn hand_on(guint64 samples);
  GstFlowReturn replace(GstBuffer* buffer);
  GstFlowReturn fail(const std::string& why);
  GstFlowReturn finish();
  void discard();

  GstElement* element_;
  GstPad* sink_;
  GstPad* source_;
  EmbedSettings now_;
  HostMarker host_;
  SoundMarker marker_;  // null: not open yet, or `refusal_` says why
  std::string refusal_, report_;
  GstAudioInfo info_{};
  GstSegment segment_{};
  Planes in_, out_;
  SoundTimes times_;
  Tally tally_;
  std::atomic<GstClockTime> latency_{0};
};

// Proves keys and options on the smallest sound, and draws the content id.
bool AudioEmbedder::start() {
  now_ = settings_of(element_, settings);
  tally_ = Tally();
  refusal_.clear();
  report_.clear();
  latency_ = 0;
  gst_segment_init(&segment_, GST_FORMAT_UNDEFINED);
  gst_audio_info_init(&info_);
  times_.restart(1);
  smk_sound sound{};
  sound.struct_size = sizeof sound;
  sound.rate = 48000;
  sound.channels = 1;
  sound.live = now_.live ? 1 : 0;
  const SoundMarker marker = host_.sound(sound, now_.wish);
  if (marker == nullptr) {
    refusal_ = host_.failure();
    return may_go_on(element_, now_.on_error, refusal_, tally_);
  }
  now_.wish.content_id = smk_sound_marker_content_id(marker.get());
  set_laid(element_, settings, now_.wish.content_id);
  return true;
}

void AudioEmbedder::stop() {
  if (marker_ != nullptr) report_ = report_json(smk_sound_marker_report, marker_.get());
  announce(element_, now_.wish.content_id, report_, tally_);
  discard();
  set_laid(element_, settings, {});
}

bool AudioEmbedder::open() {
  const double seconds = now_.live ? -1 : duration_of(sink_);
  marker_ = host_.sound(form_of(info_, now_.live, seconds), now_.wish);
  if (marker_ == nullptr) return false;
  if (!now_.live && is_live(sink_)) {
    GST_ELEMENT_WARNING(element_, STREAM, FAILED,
                        ("this source is live, and sound is held back: set live=true"), (nullptr));
  }
  if (now_.live) {
    latency_ =
        gst_util_uint64_scale_int(smk_sound_marker_latency(marker_.get()), GST_SECOND, info_.rate);
    gst_element_post_message(element_, gst_message_new_latency(GST_OBJECT(element_)));
  }
  return true;
}

GstFlowReturn AudioEmbedder::take(GstBuffer* buffer) {
  if (!has_caps()) {
    gst_buffer_unref(buffer);
    return GST_FLOW_NOT_NEGOTIATED;
  }
  tally_.announced = false;
  if (marker_ == nullptr && refusal_.empty() && !open()) {
    const GstFlowReturn flow = fail(host_.failure());
    if (flow != GST_FLOW_OK) gst_buffer_unref(buffer);
    if (flow != GST_FLOW_OK) return flow;
  }
  if (marker_ == nullptr) return replace(buffer);
  const GstFlowReturn flow = push(buffer);
  gst_buffer_unref(buffer);
  return flow;
}

GstFlowReturn AudioEmbedder::push(GstBuffer* buffer) {
  if (!in_.read(info_, buffer)) return fail("a buffer does not hold what its caps say");
  times_.add(buffer, in_.samples());
  smk_error* error = nullptr;
  const smk_status status =
      smk_sound_marker_push(marker_.get(), std::as_const(in_).channels(), in_.samples(), &error);
  return host_.good(status, error) ? drain() : fail(host_.failure());
}

// Hands on all that is ready.
GstFlowReturn AudioEmbedder::drain() {
  GstFlowReturn flow = GST_FLOW_OK;
  while (flow == GST_FLOW_OK) {
    const guint64 samples = std::min(
        {kLargestOutput, times_.together(), guint64{smk_sound_marker_ready(marker_.get())}});
    if (samples == 0) break;
    out_.resize(info_, samples);
    smk_sound_marker_pull(marker_.get(), out_.channels(), samples);
    tally_.marked += samples;
    flow = hand_on(samples);
  }
  return flow;
}

GstFlowReturn AudioEmbedder::hand_on(guint64 samples) {
  GstBuffer* buffer = out_.write(info_);
  if (buffer == nullptr) return GST_FLOW_ERROR;
  times_.stamp(buffer, samples);
  return gst_pad_push(source_, buffer);
}

// Sound that cannot be marked: silence, or as it is.
GstFlowReturn AudioEmbedder::replace(GstBuffer* buffer) {
  tally_.unmarked += gst_buffer_get_size(buffer) / static_cast<gsize>(info_.bpf);
  if (now_.on_error == OnError::slate) {
    buffer = gst_buffer_make_writable(buffer);
    gst_buffer_memset(buffer, 0, 0, gst_buffer_get_size(buffer));
  }
  return gst_pad_push(source_, buffer);
}

// From now on nothing can be marked; what is still inside becomes silence.
GstFlowReturn AudioEmbedder::fail(const std::string& why) {
  refusal_ = why;
  marker_.reset();
  if (!may_go_on(element_, now_.on_error, why, tally_)) return GST_FLOW_ERROR;
  GstFlowReturn flow = GST_FLOW_OK;
  while (flow == GST_FLOW_OK && times_.inside() > 0) {
    const guint64 samples = std::min(kLargestOutput, times_.together());
    out_.resize(info_, samples);
    for (int c = 0; c < info_.channels; ++c) std::fill_n(out_.channels()[c], samples, 0.0F);
    tally_.unmarked += samples;
    flow = hand_on(samples);
  }
  return flow;
}

// The end of one sound: everything inside comes out.
GstFlowReturn AudioEmbedder::finish() {
  if (marker_ == nullptr) return GST_FLOW_OK;
  smk_error* error = nullptr;
  const smk_status status = smk_sound_marker_finish(marker_.get(), &error);
  if (!host_.good(status, error)) return fail(host_.failure());
  const GstFlowReturn flow = drain();
  report_ = report_json(smk_sound_marker_report, marker_.get());
  discard();
  return flow;
}

void AudioEmbedder::discard() {
  marker_.reset();
  times_.restart(has_caps() ? info_.rate : 1);
}

bool AudioEmbedder::set_caps(const GstCaps* caps) {
  GstAudioInfo info;
  if (gst_audio_info_from_caps(&info, caps) == FALSE) return false;
  if (has_caps() && gst_audio_info_is_equal(&info, &info_) != FALSE) return true;
  finish();
  info_ = info;
  times_.restart(info_.rate);
  return true;
}

bool AudioEmbedder::set_segment(const GstEvent* event) {
  const GstSegment* segment = nullptr;
  gst_event_parse_segment(const_cast<GstEvent*>(event), &segment);
  if (gst_segment_is_equal(segment, &segment_) == FALSE) finish();
  gst_segment_copy_into(segment, &segment_);
  return true;
}

gboolean AudioEmbedder::event(GstEvent* event) {
  GstCaps* caps = nullptr;
  switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_CAPS:
      gst_event_parse_caps(event, &caps);
      if (set_caps(caps)) break;
      gst_event_unref(event);
      return FALSE;
    case GST_EVENT_SEGMENT:
      set_segment(event);
      break;
    case GST_EVENT_EOS:
      finish();
      announce(element_, now_.wish.content_id, report_, tally_);
      break;
    case GST_EVENT_STREAM_START:
    case GST_EVENT_SEGMENT_DONE:
      finish();
      break;
    case GST_EVENT_FLUSH_STOP:
      discard();
      gst_segment_init(&segment_, GST_FORMAT_UNDEFINED);
      break;
    case GST_EVENT_GAP:  // would overtake what is held back
      if (times_.inside() == 0) break;
      gst_event_unref(event);
      return TRUE;
    default:
      break;
  }
  return gst_pad_push_event(source_, event);
}

struct SignmarkAudioEmbed {
  GstElement parent;
  AudioEmbedder* own;
};
using SignmarkAudioEmbedClass = GstElementClass;

G_DEFINE_TYPE(SignmarkAudioEmbed, signmark_audio_embed, GST_TYPE_ELEMENT)

AudioEmbedder& own(gpointer object) { return *reinterpret_cast<SignmarkAudioEmbed*>(object)->own; }

GstFlowReturn chain(GstPad* /*pad*/, GstObject* parent, GstBuffer* buffer) {
  return guarded(parent, GST_FLOW_ERROR, [&] { return own(parent).take(buffer); });
}

gboolean sink_event(GstPad* /*pad*/, GstObject* parent, GstEvent* event) {
  return guarded(parent, FALSE, [&] { return own(parent).event(event); });
}

gboolean source_query(GstPad* pad, GstObject* parent, GstQuery* query) {
  const gboolean good = gst_pad_query_default(pad, parent, query);
  if (good == FALSE || GST_QUERY_TYPE(query) != GST_QUERY_LATENCY) return good;
  gboolean live = FALSE;
  GstClockTime least = 0;
  GstClockTime most = 0;
  gst_query_parse_latency(query, &live, &least, &most);
  const GstClockTime ours = own(parent).latency();
  if (GST_CLOCK_TIME_IS_VALID(most)) most += ours;
  gst_query_set_latency(query, live, least + ours, most);
  return TRUE;
}

GstStateChangeReturn change_state(GstElement* element, GstStateChange change) {
  return guarded(element, GST_STATE_CHANGE_FAILURE, [&] {
    AudioEmbedder& self = own(element);
    if (change == GST_STATE_CHANGE_READY_TO_PAUSED && !self.start()) {
      return GST_STATE_CHANGE_FAILURE;
    }
    const GstStateChangeReturn done =
        GST_ELEMENT_CLASS(signmark_audio_embed_parent_class)->change_state(element, change);
    if (change == GST_STATE_CHANGE_PAUSED_TO_READY) self.stop();
    return done;
  });
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
  G_OBJECT_CLASS(signmark_audio_embed_parent_class)->finalize(object);
}

GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
                                                             GST_STATIC_CAPS(SIGNMARK_GST_SOUND));
GstStaticPadTemplate source_template = GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS,
                                                               GST_STATIC_CAPS(SIGNMARK_GST_SOUND));

void signmark_audio_embed_init(SignmarkAudioEmbed* object) {
  auto* element = GST_ELEMENT(object);
  GstPad* sink = gst_pad_new_from_static_template(&sink_template, "sink");
  gst_pad_set_chain_function(sink, chain);
  gst_pad_set_event_function(sink, sink_event);
  GST_PAD_SET_PROXY_CAPS(sink);
  gst_element_add_pad(element, sink);
  GstPad* source = gst_pad_new_from_static_template(&source_template, "src");
  gst_pad_set_query_function(source, source_query);
  GST_PAD_SET_PROXY_CAPS(source);
  gst_element_add_pad(element, source);
  object->own = new AudioEmbedder(element, sink, source);
}

void signmark_audio_embed_class_init(SignmarkAudioEmbedClass* type) {
  auto* object = G_OBJECT_CLASS(type);
  object->set_property = set_one;
  object->get_property = get_one;
  object->finalize = finalize;
  install_properties(object, Medium::sound);
  auto* element = GST_ELEMENT_CLASS(type);
  element->change_state = change_state;
  gst_element_class_set_static_metadata(
      element, "Mark of AI-generated sound", "Filter/Effect/Audio",
      "Lays the robust mark of AI-generated media, and an audible label if wanted, into sound",
      "signmark");
  gst_element_class_add_static_pad_template(element, &sink_template);
  gst_element_class_add_static_pad_template(element, &source_template);
}

}  // namespace

GType audio_embed_type() { return signmark_audio_embed_get_type(); }

}  // namespace signmark_gst
