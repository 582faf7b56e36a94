// SPDX-License-Identifier: Apache-2.0
// Samples through the audible label and the mark, in this order: the mark covers the notice too.
#pragma once

#include <optional>

#include "audio/sound_mark.hpp"
#include "signmark/video.hpp"

namespace signmark::video {

class SoundPath {
 public:
  /// `seconds`: the sound's length, negative when unknown. Errors: those of make_notice_writer and
  /// make_sound_marker.
  static Result<SoundPath> make(const Context& context, const audio::Shape& shape,
                                const Changes& changes, double seconds);
  Status push(const audio::Block& block, const audio::Sink& sink);
  Status finish(const audio::Sink& sink);
  /// Samples that are inside at most, of a live sound without a notice.
  [[nodiscard]] std::size_t latency() const { return marker_ == nullptr ? 0 : marker_->latency(); }
  [[nodiscard]] audio::SoundReport report(double seconds) const;

 private:
  std::unique_ptr<audio::NoticeWriter> notice_;
  std::unique_ptr<audio::SoundMarker> marker_;
};

}  // namespace signmark::video
