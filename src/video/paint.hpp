// SPDX-License-Identifier: Apache-2.0
// Decoded frames in, changed frames out: the mark into the luma, the label over it. Planes that
// stay the same are the decoder's own; never through RGB.
#pragma once

#include <array>

#include "video/av.hpp"
#include "video/blend.hpp"

namespace signmark::video {

/// The plane that carries marks: luma, or green. Errors: `video.unsupported`.
Result<Luma> luma_of(const AVFrame& frame);

/// How a stream's pictures lie towards the viewer.
Turn turn_of(const AVStream& stream, const AVFrame& first);

class Painter {
 public:
  /// `first`: the stream's first frame. `seconds`: the film's length, negative when unknown.
  /// Errors: those of make_frame_marker and label::draw_label; `video.unsupported`.
  static Result<Painter> make(const Changes& changes, const AVStream& stream, const AVFrame& first,
                              double seconds);

  /// Whether the frame at this time must be a keyframe. Once a frame, before `paint`.
  bool begins_hold(double seconds);
  /// The changed frame. Errors: those of `sign`; `video.unsupported` (the size changes).
  Result<Owned<AVFrame>> paint(const AVFrame& frame, double seconds);
  [[nodiscard]] const label::Overlay& overlay() const { return overlay_; }
  /// Empty without a mark.
  [[nodiscard]] std::optional<PictureReport> report() const;

 private:
  Painter() = default;
  Status set_label(const label::VisibleLabel& label, const AVStream& stream, const AVFrame& first);
  Status own_plane(const AVFrame& from, AVFrame& to, int plane, bool copy);
  Status mark(const AVFrame& from, AVFrame& to);

  std::unique_ptr<FrameMarker> marker_;
  LabelBlender blender_;
  label::Overlay overlay_;
  double label_until_ = -1;  ///< seconds; negative: no label
  double next_hold_ = 0;     ///< without a mark
  int width_ = 0, height_ = 0, format_ = -1;
  std::array<Owned<AVBufferPool>, 4> pools_;
};

}  // namespace signmark::video
