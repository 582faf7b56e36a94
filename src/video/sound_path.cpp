// SPDX-License-Identifier: Apache-2.0
// Samples through the audible label and the mark.
#include "video/sound_path.hpp"

namespace signmark::video {

Result<SoundPath> SoundPath::make(const Context& context, const audio::Shape& shape,
                                  const Changes& changes, double seconds) {
  SoundPath path;
  if (changes.notice != nullptr) {
    SIGNMARK_ASSIGN(path.notice_,
                    audio::make_notice_writer(context, shape, *changes.notice, seconds));
  }
  if (changes.sound != nullptr) {
    SIGNMARK_ASSIGN(path.marker_,
                    audio::make_sound_marker(context, shape, *changes.sound, seconds));
  }
  return path;
}

Status SoundPath::push(const audio::Block& block, const audio::Sink& sink) {
  const auto mark = [&](const audio::Block& some) {
    return marker_ == nullptr ? sink(some) : marker_->push(some, sink);
  };
  return notice_ == nullptr ? mark(block) : notice_->push(block, mark);
}

Status SoundPath::finish(const audio::Sink& sink) {
  const auto mark = [&](const audio::Block& some) {
    return marker_ == nullptr ? sink(some) : marker_->push(some, sink);
  };
  if (notice_ != nullptr) SIGNMARK_TRY(notice_->finish(mark));
  return marker_ == nullptr ? Status() : marker_->finish(sink);
}

audio::SoundReport SoundPath::report(double seconds) const {
  audio::SoundReport report;
  if (marker_ != nullptr) report = marker_->report();
  report.seconds = seconds;
  report.notice = notice_ != nullptr;
  return report;
}

}  // namespace signmark::video
