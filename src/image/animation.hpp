// SPDX-License-Identifier: Apache-2.0
// Animations of partial frames (GIF, WebP): what a viewer shows, and what must be stored so that
// each shown picture carries the mark and the label.
#pragma once

#include <opencv2/core.hpp>

#include "image/placement.hpp"

namespace signmark::image {

/// What becomes of a frame's rectangle before the next one is drawn.
enum class Disposal { keep, clear, previous };

/// One frame as it is stored.
struct AnimationFrame {
  cv::Rect where;     ///< may reach beyond the canvas
  cv::Mat pixels;     ///< CV_8UC4, straight RGBA
  bool blend = true;  ///< false: replaces what is below, its alpha included
  Disposal disposal = Disposal::keep;
};

/// The picture that a viewer keeps while it plays. Starts clear.
class Canvas {
 public:
  explicit Canvas(cv::Size size) : picture_(cv::Mat::zeros(size, CV_8UC4)) {}

  /// Disposes of the last frame; what the next one is drawn on.
  const cv::Mat& settle();
  /// Draws a frame and returns what is shown.
  const cv::Mat& show(const AnimationFrame& frame);
  /// Shows a picture that came about by drawing within `where`.
  void show(cv::Mat picture, const cv::Rect& where, Disposal disposal);

 private:
  void remember(const cv::Rect& where, Disposal disposal);

  cv::Mat picture_, before_;  // before_: without the last frame, when it must come back
  cv::Rect last_;
  Disposal disposal_ = Disposal::keep;
};

/// A frame that must be stored another way than the source has it.
struct Patch {
  cv::Rect where;  ///< at least what the canvas shows of the frame's own rectangle
  cv::Mat change;  ///< CV_8UC1, as large as `where`: the pixels whose stored value must change
  cv::Mat wanted;  ///< CV_8UC4, as large as `where`: what is to be shown
  cv::Mat fresh;   ///< CV_8UC1, as large as `where`: the pixels that are not shown already
  Disposal disposal = Disposal::keep;

  [[nodiscard]] bool changes() const { return cv::countNonZero(change) > 0; }
};

/// What the format can store.
struct AnimationRules {
  bool hard_alpha = false;    ///< a pixel is clear or opaque, nothing between
  bool has_previous = false;  ///< Disposal::previous exists
  int grid = 1;               ///< offsets are multiples of this
};

/// Plays the source and, beside it, the changed animation. All pictures take the same change of
/// luma, found for the first one: pictures that stand still stay still.
class AnimationChanger {
 public:
  /// `change`: as add_luma takes it, or empty. Both must outlive the object.
  AnimationChanger(cv::Size canvas, const AnimationRules& rules, const cv::Mat& change,
                   const std::optional<Placement>& label)
      : source_(canvas), changed_(canvas), rules_(rules), change_(change), label_(label) {}

  /// Frames in order; the patch is what the changed file must store for this one.
  Patch next(const AnimationFrame& frame);

 private:
  [[nodiscard]] cv::Mat with_changes(const cv::Mat& shown) const;
  void draw_label(cv::Mat part) const;
  [[nodiscard]] cv::Rect extended(const cv::Rect& own, const cv::Rect& changed) const;

  Canvas source_, changed_;
  AnimationRules rules_;
  const cv::Mat& change_;
  const std::optional<Placement>& label_;
};

/// Luma under the label over all frames, so that it is legible on each of them.
class PooledStats {
 public:
  void add(const label::LumaStats& stats);
  [[nodiscard]] label::LumaStats result() const;

 private:
  double count_ = 0, mean_ = 0, square_ = 0;
};

}  // namespace signmark::image
