// SPDX-License-Identifier: Apache-2.0
// signmarkaudiodetect: listens for marks in sound that goes through untouched.
#include <memory>
#include <utility>

#include "gst_elements.hpp"
#include "lookout.hpp"
#include "sound_form.hpp"
#include "work_thread.hpp"

namespace signmark_gst {
namespace {

using signmark_host::HostMarker;
using signmark_host::SoundDetector;
using signmark_host::VerifyReport;

// Searching an unmarked sound takes three hundredths of its duration, so it is cut into pieces: the
// end of a stream waits for the last one only.
constexpr double kPeriod = 120, kLivePeriod = 60;  // seconds

// Lives in the work thread.
class SoundSearch {
 public:
  SoundSearch(GstElement* element, std::string carrier)
      : element_(element), carrier_(std::move(carrier)) {}

  void begin(const GstAudioInfo& info) {
    info_ = info;
    restart();
  }
  void restart() {
    problem_ = "no sound was heard";
    detector_ = host_.sound_detector(form_of(info_, false, -1), carrier_);
    if (detector_ == nullptr) problem_ = host_.failure();
  }
  void take(const Planes& planes) {
    if (detector_ == nullptr) return;
    smk_error* error = nullptr;
    const smk_status status =
        smk_sound_detector_push(detector_.get(), planes.channels(), planes.samples(), &error);
    problem_ = host_.good(status, error) ? "" : host_.failure();
  }
  // Ends what was heard so far.
  void tell_all(const Stretch& stretch, bool last) {
    tell(element_, answer(), stretch, last);
    detector_.reset();
  }

 private:
  signmark_host::Answer answer() {
    if (detector_ == nullptr || !problem_.empty()) return unknown(problem_);
    smk_verify_report* raw = nullptr;
    smk_error* error = nullptr;
    const smk_status status = smk_sound_detector_finish(detector_.get(), &raw, &error);
    const VerifyReport report(raw);
    if (!host_.good(status, error)) return unknown(host_.failure());
    return signmark_host::answer_of(report.get());
  }

  GstElement* element_;
  std::string carrier_;
  HostMarker host_;
  SoundDetector detector_;
  GstAudioInfo info_{};
  std::string problem_ = "no sound was heard";
};

struct FreeConverter {
  void operator()(GstAudioConverter* converter) const { gst_audio_converter_free(converter); }
};

// Lives in the streaming thread.
class SoundWatch final : public Watch {
 public:
  SoundWatch(GstElement* element, const std::string& carrier) : search_(element, carrier) {}

  void set_caps(GstBaseTransform* transform, const GstCaps* caps) override {
    GstAudioInfo info;
    if (gst_audio_info_from_caps(&info, caps) == FALSE) return;
    if (begun_ < now()) finish(false);
    base_ = now();
    samples_ = 0;
    begun_ = base_;
    info_ = info;
    live_ = is_live(GST_BASE_TRANSFORM_SINK_PAD(transform));
    gst_audio_info_set_format(&floats_, GST_AUDIO_FORMAT_F32, info.rate, info.channels,
                              info.position);
    floats_.layout = GST_AUDIO_LAYOUT_NON_INTERLEAVED;
    converter_.reset(
        gst_audio_converter_new(GST_AUDIO_CONVERTER_FLAG_NONE, &info_, &floats_, nullptr));
    worker_.add([this, to = floats_] { search_.begin(to); }, WorkThread::Full::wait);
  }
  void take(GstBaseTransform* /*transform*/, GstBuffer* buffer) override {
    if (now() >= begun_ + (live_ ? kLivePeriod : kPeriod)) renew();
    auto planes = std::make_shared<Planes>();
    if (converter_ == nullptr || !convert(buffer, *planes)) return;
    samples_ += planes->samples();
    worker_.add([this, planes] { search_.take(*planes); },
                live_ ? WorkThread::Full::drop : WorkThread::Full::wait);
  }
  void end() override {
    finish(true);
    worker_.drain();
  }

 private:
  [[nodiscard]] double now() const {
    return base_ + (samples_ == 0 ? 0 : double(samples_) / info_.rate);
  }
  bool convert(GstBuffer* buffer, Planes& planes) {
    GstAudioBuffer mapped;
    if (gst_audio_buffer_map(&mapped, &info_, buffer, GST_MAP_READ) == FALSE) return false;
    planes.resize(floats_, mapped.n_samples);
    std::vector<gpointer> outputs(planes.channels(), planes.channels() + floats_.channels);
    const bool good =
        gst_audio_converter_samples(converter_.get(), GST_AUDIO_CONVERTER_FLAG_NONE, mapped.planes,
                                    mapped.n_samples, outputs.data(), mapped.n_samples) != FALSE;
    gst_audio_buffer_unmap(&mapped);
    return good;
  }
  void finish(bool last) {
    worker_.add([this, last, all = Stretch{begun_, now()}] { search_.tell_all(all, last); },
                WorkThread::Full::wait);
  }
  void renew() {
    const Stretch all{begun_, now()};
    const bool added = worker_.add(
        [this, all] {
          search_.tell_all(all, false);
          search_.restart();
        },
        live_ ? WorkThread::Full::drop : WorkThread::Full::wait);
    if (added) begun_ = now();
  }

  SoundSearch search_;
  GstAudioInfo info_{}, floats_{};
  std::unique_ptr<GstAudioConverter, FreeConverter> converter_;
  bool live_ = false;
  guint64 samples_ = 0;  // since `base_`
  double base_ = 0, begun_ = 0;
  WorkThread worker_{1024};  // buffers of 10 ms, say; the last member: its jobs use the others
};

constexpr Detection kDetection = {
    "SignmarkAudioDetect",
    "Detector of AI-generated sound",
    "Filter/Analyzer/Audio",
    "Listens for robust marks of AI-generated media in sound, which stays as it is",
    "audio/x-raw",
    [](GstElement* element, const std::string& carrier) -> std::unique_ptr<Watch> {
      return std::make_unique<SoundWatch>(element, carrier);
    }};

}  // namespace

GType audio_detect_type() {
  static const GType type = register_detection(kDetection);
  return type;
}

}  // namespace signmark_gst
