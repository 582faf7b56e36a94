// SPDX-License-Identifier: Apache-2.0
#include "video/streams.hpp"

#include <algorithm>

#include "video/find_parts.hpp"
#include "video/guard.hpp"
#include "video/plane_painter.hpp"
#include "video/sound_path.hpp"

namespace signmark::video {
namespace {

std::array<MutableLuma, 3> views_of(const FramePlanes& planes) {
  std::array<MutableLuma, 3> views;
  for (std::size_t i = 0; i < views.size(); ++i) views[i] = {planes.data[i], planes.stride[i]};
  return views;
}

class Pictures final : public PictureStream {
 public:
  explicit Pictures(PlanePainter painter) : painter_(std::move(painter)) {}
  bool begins_hold(double seconds) override { return painter_.begins_hold(seconds); }
  Status change(const FramePlanes& planes, double seconds) override {
    return without_exceptions([&] { return painter_.change(views_of(planes), seconds); });
  }
  [[nodiscard]] Report report() const override { return painter_.report(); }

 private:
  PlanePainter painter_;
};

class Watcher final : public PictureLook {
 public:
  Watcher(PlaneForm form, std::unique_ptr<FrameReader> reader)
      : form_(std::move(form)), source_(form_), reader_(std::move(reader)) {}

  Status take(const FramePlanes& planes, double seconds) override {
    first_ = std::min(first_, seconds);
    last_ = std::max(last_, seconds);
    return without_exceptions([&] {
      return reader_->take(source_.luma({planes.data[0], planes.stride[0]}), seconds);
    });
  }
  Result<Finding> look(const Context& context) override {
    return without_exceptions([&]() -> Result<Finding> {
      SIGNMARK_ASSIGN(Finding finding, reader_->look(context));
      finding.has_picture = true;
      finding.seconds = std::max(0.0, last_ - first_);
      return finding;
    });
  }
  [[nodiscard]] bool satisfied() const override { return reader_->satisfied(); }

 private:
  PlaneForm form_;
  LumaSource source_;  // views `form_`: the object does not move
  std::unique_ptr<FrameReader> reader_;
  double first_ = std::numeric_limits<double>::max(), last_ = 0;
};

class Sound final : public SoundStream {
 public:
  Sound(SoundPath path, int rate) : path_(std::move(path)), rate_(rate) {}
  Status push(const audio::Block& block, const audio::Sink& sink) override {
    samples_ += block.samples;
    return without_exceptions([&] { return path_.push(block, sink); });
  }
  Status finish(const audio::Sink& sink) override {
    return without_exceptions([&] { return path_.finish(sink); });
  }
  [[nodiscard]] std::size_t latency() const override { return path_.latency(); }
  [[nodiscard]] Report report() const override {
    Report report;
    report.seconds = static_cast<double>(samples_) / rate_;
    report.sound = path_.report(report.seconds);
    return report;
  }

 private:
  SoundPath path_;
  int rate_;
  std::uint64_t samples_ = 0;
};

class Listener final : public SoundLook {
 public:
  explicit Listener(std::unique_ptr<audio::SoundReader> reader) : reader_(std::move(reader)) {}
  Status push(const audio::Block& block) override {
    return without_exceptions([&] { return reader_->push(block); });
  }
  Result<Finding> finish(const Context& context) override {
    return without_exceptions([&]() -> Result<Finding> {
      SIGNMARK_ASSIGN(const audio::SoundFinding found, reader_->finish(context));
      Finding finding;
      finding.has_sound = true;
      finding.seconds = found.seconds;
      finding.hypotheses = found.hypotheses;
      finding.notices = found.notices;
      for (const audio::FoundSound& mark : found.marks) add_mark(mark, 0, finding.marks);
      return finding;
    });
  }

 private:
  std::unique_ptr<audio::SoundReader> reader_;
};

}  // namespace

Result<std::unique_ptr<PictureStream>> make_picture_stream(const FilmForm& form,
                                                           const Changes& changes) {
  SIGNMARK_ASSIGN(const PlaneForm planes, plane_form(form));
  SIGNMARK_ASSIGN(PlanePainter painter, PlanePainter::make(planes, changes));
  return std::make_unique<Pictures>(std::move(painter));
}

Result<std::unique_ptr<PictureLook>> make_picture_look(const FilmForm& form, const Lookup& lookup) {
  SIGNMARK_ASSIGN(PlaneForm planes, plane_form(form));
  SIGNMARK_ASSIGN(auto reader, make_frame_reader(lookup.picture_keys, lookup.deep));
  return std::make_unique<Watcher>(std::move(planes), std::move(reader));
}

Result<std::unique_ptr<SoundStream>> make_sound_stream(const Context& context,
                                                       const audio::Shape& shape,
                                                       const Changes& changes, double seconds) {
  SIGNMARK_ASSIGN(SoundPath path, SoundPath::make(context, shape, changes, seconds));
  return std::make_unique<Sound>(std::move(path), shape.rate);
}

Result<std::unique_ptr<SoundLook>> make_sound_look(const audio::Shape& shape,
                                                   const Lookup& lookup) {
  const audio::ListenOptions options{.search = true, .deep = lookup.deep, .notice = lookup.notice};
  SIGNMARK_ASSIGN(auto reader, audio::make_sound_reader(shape, lookup.sound_keys, options));
  return std::make_unique<Listener>(std::move(reader));
}

}  // namespace signmark::video
