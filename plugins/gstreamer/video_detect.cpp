// SPDX-License-Identifier: Apache-2.0
// signmarkdetect: looks for marks in pictures that go through untouched.
#include <atomic>
#include <memory>
#include <optional>
#include <utility>

#include "film_form.hpp"
#include "gst_elements.hpp"
#include "lookout.hpp"
#include "work_thread.hpp"

namespace signmark_gst {
namespace {

using signmark_host::FilmDetector;
using signmark_host::HostMarker;
using signmark_host::VerifyReport;

constexpr double kStep = 1.0 / 6;   // between two pictures that are looked at
constexpr double kFirstLook = 8;    // then after 24 and 60 s, and each time twice as many
constexpr double kLivePeriod = 60;  // then all begins anew
constexpr double kNever = 1e300;

double look_after(double last) { return last < 24 ? 24 : last < 60 ? 60 : last * 2; }

struct Unref {
  void operator()(GstBuffer* buffer) const { gst_buffer_unref(buffer); }
};

// Lives in the work thread.
class FilmSearch {
 public:
  FilmSearch(GstElement* element, std::string carrier)
      : element_(element), carrier_(std::move(carrier)) {}

  // Other pictures follow; `film` is empty when the library does not take such.
  void begin(const std::optional<smk_film>& film, const GstVideoInfo& info) {
    film_ = film;
    info_ = info;
    restart();
  }
  // Forgets what was seen.
  void restart() {
    detector_.reset();
    satisfied_ = false;
    problem_ = film_ ? "no picture was seen" : "pictures of this format cannot be judged";
    if (!film_) return;
    detector_ = host_.film_detector(*film_, carrier_);
    if (detector_ == nullptr) problem_ = host_.failure();
  }
  void take(GstBuffer* buffer, double seconds) {
    if (detector_ == nullptr) return;
    GstVideoFrame frame;
    if (gst_video_frame_map(&frame, &info_, buffer, GST_MAP_READ) == FALSE) {
      problem_ = "the pictures cannot be read";
      return;
    }
    const smk_frame planes = planes_of(frame);
    smk_error* error = nullptr;
    const smk_status status = smk_film_detector_take(detector_.get(), &planes, seconds, &error);
    if (host_.good(status, error)) {
      problem_.clear();
    } else {
      problem_ = host_.failure();
    }
    gst_video_frame_unmap(&frame);
  }
  void look(const Stretch& stretch, bool last) { tell(element_, answer(), stretch, last); }
  // More pictures cannot make the answer better. From any thread.
  [[nodiscard]] bool satisfied() const { return satisfied_; }

 private:
  signmark_host::Answer answer() {
    if (detector_ == nullptr || !problem_.empty()) return unknown(problem_);
    smk_verify_report* raw = nullptr;
    smk_error* error = nullptr;
    const smk_status status = smk_film_detector_look(detector_.get(), &raw, &error);
    const VerifyReport report(raw);
    if (!host_.good(status, error)) return unknown(host_.failure());
    satisfied_ = smk_film_detector_satisfied(detector_.get()) != 0;
    return signmark_host::answer_of(report.get());
  }

  GstElement* element_;
  std::string carrier_;
  HostMarker host_;
  FilmDetector detector_;
  std::optional<smk_film> film_;
  GstVideoInfo info_{};
  std::string problem_ = "no picture was seen";
  std::atomic<bool> satisfied_{false};
};

// Lives in the streaming thread; decides what is looked at, and when.
class FilmWatch final : public Watch {
 public:
  FilmWatch(GstElement* element, const std::string& carrier) : search_(element, carrier) {}

  void set_caps(GstBaseTransform* transform, const GstCaps* caps) override {
    if (gst_video_info_from_caps(&info_, caps) == FALSE) gst_video_info_init(&info_);
    GstPad* pad = GST_BASE_TRANSFORM_SINK_PAD(transform);
    live_ = is_live(pad);
    const std::optional<smk_film> film = form_of(info_, duration_of(pad));
    worker_.add([this, film, info = info_] { search_.begin(film, info); }, WorkThread::Full::wait);
    next_look_ = now_ + kFirstLook;
    begun_ = now_;
  }
  void take(GstBaseTransform* transform, GstBuffer* buffer) override {
    now_ = clock_.next(running_time(transform, buffer), frame_length(info_));
    if (live_ && now_ >= begun_ + kLivePeriod) renew();
    if (now_ < next_take_) return;
    next_take_ = now_ + kStep;
    if (!search_.satisfied()) keep(buffer);
    if (now_ >= next_look_) look();
  }
  // The stream ends: the last answer.
  void end() override {
    worker_.add([this, all = Stretch{begun_, now_}] { search_.look(all, true); },
                WorkThread::Full::wait);
    worker_.drain();
  }

 private:
  void keep(GstBuffer* buffer) {
    // A copy, as the stream's own buffers may be few, and writable only while nobody else has them.
    const std::shared_ptr<GstBuffer> copy(gst_buffer_copy_deep(buffer), Unref());
    if (copy == nullptr) return;
    worker_.add([this, copy, at = now_] { search_.take(copy.get(), at); },
                live_ ? WorkThread::Full::drop : WorkThread::Full::wait);
  }
  void look() {
    const Stretch all{begun_, now_};
    const auto when_full = live_ ? WorkThread::Full::drop : WorkThread::Full::wait;
    if (!worker_.add([this, all] { search_.look(all, false); }, when_full)) return;  // soon again
    next_look_ = begun_ + look_after(next_look_ - begun_);
    if (search_.satisfied()) next_look_ = kNever;
  }
  void renew() {
    const Stretch all{begun_, now_};
    const bool added = worker_.add(
        [this, all] {
          search_.look(all, false);
          search_.restart();
        },
        WorkThread::Full::drop);
    if (!added) return;
    begun_ = now_;
    next_look_ = begun_ + kFirstLook;
  }

  FilmSearch search_;
  GstVideoInfo info_{};
  FilmClock clock_;
  bool live_ = false;
  double now_ = 0, begun_ = 0, next_take_ = 0, next_look_ = kFirstLook;
  WorkThread worker_{6};  // holds few pictures; the last member: its jobs use the others
};

constexpr Detection kDetection = {
    "SignmarkVideoDetect",
    "Detector of AI-generated film",
    "Filter/Analyzer/Video",
    "Looks for robust marks of AI-generated media in pictures, which stay as they are",
    "video/x-raw(ANY)",
    [](GstElement* element, const std::string& carrier) -> std::unique_ptr<Watch> {
      return std::make_unique<FilmWatch>(element, carrier);
    }};

}  // namespace

GType video_detect_type() {
  static const GType type = register_detection(kDetection);
  return type;
}

}  // namespace signmark_gst
