// SPDX-License-Identifier: Apache-2.0
// The robust mark on luma planes of film: laid frame by frame, read from as few frames as it takes.
// No libav here. Design: video-audio-mark.md section 6; the carriers are those of room image.
//
// Time is cut into holds of 2 s, in which the pattern stands still; each begins with a picture that
// the encoder must make a keyframe. Eight holds are a section, which has one signed frame, bound to
// the section's first picture. From hold to hold the lattice moves by a keyed shift (hold index mod
// 8), so that a still scene does not disturb the same way twice, and a reader knows the place of a
// hold in its section.
#pragma once

#include <memory>
#include <vector>

#include "base/result.hpp"
#include "signmark/video.hpp"

namespace signmark::video {

inline constexpr double kHoldSeconds = 2;
inline constexpr int kHoldsInSection = 8;

/// One luma plane as decoders hold it: 8 bits in bytes, 9 to 16 bits in little-endian words.
struct Luma {
  const void* data = nullptr;
  std::ptrdiff_t stride = 0;  ///< bytes
  int width = 0, height = 0;
  int bits = 8;
  bool full_range = false;
};
struct MutableLuma {
  void* data = nullptr;
  std::ptrdiff_t stride = 0;
};

/// What is known of a film before its first frame.
struct FilmShape {
  int width = 0, height = 0, bits = 8;
  bool full_range = false;
  bool interlaced = false;
  bool high_dynamic_range = false;  ///< PQ or HLG
  double seconds = -1;              ///< duration; negative when unknown
};

/// Lays the mark. Frames come in display order. One object a stream; not thread-safe.
class FrameMarker {
 public:
  virtual ~FrameMarker() = default;
  /// Whether a hold begins with the frame at this time (seconds since the first frame): the encoder
  /// must make it a keyframe. Called once a frame, before `mark`.
  virtual bool begins_hold(double seconds) = 0;
  /// Reads one frame and writes its marked luma; `out` has the same size and depth, and is the same
  /// memory or does not overlap. Errors: those of `sign`.
  virtual Status mark(const Luma& frame, MutableLuma out) = 0;
  /// Without margins, which the reader measures.
  [[nodiscard]] virtual PictureReport report() const = 0;
};
/// Errors: `video.mark.size` (under 96 px a side).
Result<std::unique_ptr<FrameMarker>> make_frame_marker(const FilmShape& shape,
                                                       const image::RobustRequest& request);

/// Reads marks. Frames come in any order of time; keyframes spread over the film come first.
class FrameReader {
 public:
  virtual ~FrameReader() = default;
  /// Takes one frame in.
  virtual Status take(const Luma& frame, double seconds) = 0;
  /// Whether a mark was seen already. Weak ones are only found by `look`, which adds frames up.
  [[nodiscard]] virtual bool sees_any() const = 0;
  /// What is known now; may be asked again after more frames.
  virtual Result<Finding> look(const Context& context) = 0;
  /// Whether more frames cannot make the answer better: every stretch has its mark and the signed
  /// frame that the id frames promise is read.
  [[nodiscard]] virtual bool satisfied() const = 0;
  /// Times near which frames should be read to compare a signed frame with its content (the first
  /// picture of its section); empty when none. After `look`.
  [[nodiscard]] virtual std::vector<double> wanted() const = 0;
};
Result<std::unique_ptr<FrameReader>> make_frame_reader(const std::vector<image::RobustKey>& keys,
                                                       bool deep);

}  // namespace signmark::video
