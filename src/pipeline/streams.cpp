// SPDX-License-Identifier: Apache-2.0
// Films and sounds piece by piece: the plans of `mark` and the judgement of `verify` around a
// stream of the video room.
#include "signmark/streams.hpp"

#include "base/result.hpp"
#include "pipeline/robust_layer.hpp"
#include "pipeline/timed_layer.hpp"
#include "pipeline/timed_plans.hpp"

namespace signmark {
namespace {

/// Plans, options and the stream that views both.
template <class Stream>
struct Marking {
  MarkOptions options;
  TimedPlans plans;
  std::string content_id;
  std::unique_ptr<Stream> stream;

  Status plan(const Context& context, const MarkOptions& given, bool pictures) {
    options = given;
    SIGNMARK_ASSIGN(content_id, plan_raw(context, options, pictures, plans));
    return {};
  }
  [[nodiscard]] MarkReport report() const {
    MarkReport report;
    report.content_id = content_id;
    report.timed = stream->report();
    report.overlay = report.timed->overlay;
    return report;
  }
};

template <class Look>
struct Looking {
  explicit Looking(const VerifyOptions& given, CarrierKeys some)
      : options(given), keys(std::move(some)) {}
  VerifyOptions options;
  CarrierKeys keys;
  std::unique_ptr<Look> stream;

  [[nodiscard]] VerifyReport judge(const Context& context, const video::Finding& found) const {
    Examination look;
    look.raw = true;
    look.record_unreadable = true;  // samples have no place for a record
    judge_timed(context, found, {&keys, &keys}, options, look);
    VerifyReport report;
    report.findings = look.findings;
    report.problems = look.problems;
    conclude(look, options.declared, report);
    return report;
  }
};

}  // namespace

struct FilmMarker::Parts : Marking<video::PictureStream> {};
struct SoundMarker::Parts : Marking<video::SoundStream> {};
struct FilmDetector::Parts : Looking<video::PictureLook> {
  using Looking::Looking;
};
struct SoundDetector::Parts : Looking<video::SoundLook> {
  using Looking::Looking;
};

FilmMarker::FilmMarker(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
FilmMarker::FilmMarker(FilmMarker&&) noexcept = default;
FilmMarker& FilmMarker::operator=(FilmMarker&&) noexcept = default;
FilmMarker::~FilmMarker() = default;

Result<FilmMarker> FilmMarker::open(const Context& context, const video::FilmForm& form,
                                    const MarkOptions& options) {
  auto parts = std::make_unique<Parts>();
  SIGNMARK_TRY(parts->plan(context, options, true));
  SIGNMARK_ASSIGN(const video::VideoRoom* room, video::load());
  SIGNMARK_ASSIGN(parts->stream, room->open_pictures(form, parts->plans.changes));
  return FilmMarker(std::move(parts));
}

bool FilmMarker::begins_hold(double seconds) { return parts_->stream->begins_hold(seconds); }

Status FilmMarker::mark(const video::FramePlanes& planes, double seconds) {
  return parts_->stream->change(planes, seconds);
}

MarkReport FilmMarker::report() const { return parts_->report(); }

SoundMarker::SoundMarker(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
SoundMarker::SoundMarker(SoundMarker&&) noexcept = default;
SoundMarker& SoundMarker::operator=(SoundMarker&&) noexcept = default;
SoundMarker::~SoundMarker() = default;

Result<SoundMarker> SoundMarker::open(const Context& context, const audio::Shape& shape,
                                      double seconds, const MarkOptions& options) {
  auto parts = std::make_unique<Parts>();
  SIGNMARK_TRY(parts->plan(context, options, false));
  SIGNMARK_ASSIGN(const video::VideoRoom* room, video::load());
  SIGNMARK_ASSIGN(parts->stream, room->open_sound(context, shape, parts->plans.changes, seconds));
  return SoundMarker(std::move(parts));
}

Status SoundMarker::push(const audio::Block& block, const audio::Sink& sink) {
  return parts_->stream->push(block, sink);
}
Status SoundMarker::finish(const audio::Sink& sink) { return parts_->stream->finish(sink); }
std::size_t SoundMarker::latency() const { return parts_->stream->latency(); }
MarkReport SoundMarker::report() const { return parts_->report(); }

FilmDetector::FilmDetector(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
FilmDetector::FilmDetector(FilmDetector&&) noexcept = default;
FilmDetector& FilmDetector::operator=(FilmDetector&&) noexcept = default;
FilmDetector::~FilmDetector() = default;

Result<FilmDetector> FilmDetector::open(const video::FilmForm& form, const VerifyOptions& options) {
  SIGNMARK_ASSIGN(CarrierKeys keys, CarrierKeys::to_look(options.carriers, kFilm.key));
  auto parts = std::make_unique<Parts>(options, std::move(keys));
  SIGNMARK_ASSIGN(const video::VideoRoom* room, video::load());
  video::Lookup lookup;
  lookup.picture_keys = parts->keys.keys();
  lookup.deep = options.deep;
  SIGNMARK_ASSIGN(parts->stream, room->open_picture_look(form, lookup));
  return FilmDetector(std::move(parts));
}

Status FilmDetector::take(const video::FramePlanes& planes, double seconds) {
  return parts_->stream->take(planes, seconds);
}

Result<VerifyReport> FilmDetector::look(const Context& context) {
  SIGNMARK_ASSIGN(const video::Finding found, parts_->stream->look(context));
  return parts_->judge(context, found);
}

bool FilmDetector::satisfied() const { return parts_->stream->satisfied(); }

SoundDetector::SoundDetector(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
SoundDetector::SoundDetector(SoundDetector&&) noexcept = default;
SoundDetector& SoundDetector::operator=(SoundDetector&&) noexcept = default;
SoundDetector::~SoundDetector() = default;

Result<SoundDetector> SoundDetector::open(const audio::Shape& shape, const VerifyOptions& options) {
  SIGNMARK_ASSIGN(CarrierKeys keys, CarrierKeys::to_look(options.carriers, kSound.key));
  auto parts = std::make_unique<Parts>(options, std::move(keys));
  SIGNMARK_ASSIGN(const video::VideoRoom* room, video::load());
  video::Lookup lookup;
  lookup.sound_keys = parts->keys.keys();
  lookup.deep = options.deep;
  SIGNMARK_ASSIGN(parts->stream, room->open_sound_look(shape, lookup));
  return SoundDetector(std::move(parts));
}

Status SoundDetector::push(const audio::Block& block) { return parts_->stream->push(block); }

Result<VerifyReport> SoundDetector::finish(const Context& context) {
  SIGNMARK_ASSIGN(const video::Finding found, parts_->stream->finish(context));
  return parts_->judge(context, found);
}

}  // namespace signmark
