// SPDX-License-Identifier: Apache-2.0
// Pictures in the memory of a caller, changed in their place: the mark into the luma, the label
// over it. No libav here.
#pragma once

#include <limits>
#include <opencv2/core.hpp>
#include <span>

#include "video/blend.hpp"

namespace signmark::video {

/// How the pictures of one film lie in memory.
struct PlaneForm {
  FilmShape shape;
  std::vector<Component> components;  ///< for the label
  /// The first plane is R, G, B and a fourth byte (or B, G, R) instead of luma.
  bool packed = false, blue_first = false;
  double pixel_aspect = 1;
  double white = 1;  ///< LightScale::white
};

/// Errors: `video.form`.
Result<PlaneForm> plane_form(const FilmForm& form);

/// Luma of the pictures of a form: the plane itself, or made from R, G and B.
class LumaSource {
 public:
  explicit LumaSource(const PlaneForm& form);
  /// Valid until the next call, and while the plane is.
  Luma luma(const MutableLuma& first_plane);
  /// The luma of a packed picture, which `marked` replaces: R, G and B change by the difference.
  void replace(const cv::Mat& marked, const MutableLuma& first_plane) const;

 private:
  const PlaneForm* form_;
  cv::Mat grey_;
};

class PlanePainter {
 public:
  /// Errors: those of make_frame_marker.
  static Result<PlanePainter> make(const PlaneForm& form, const Changes& changes);

  bool begins_hold(double seconds);
  /// `planes`: all that the components name, at least the first. Errors: those of `sign` and of
  /// label::draw_label; nothing has changed then.
  Status change(std::span<const MutableLuma> planes, double seconds);
  [[nodiscard]] Report report() const;

 private:
  explicit PlanePainter(PlaneForm form)
      : form_(std::make_unique<PlaneForm>(std::move(form))), source_(*form_) {}
  Status draw(const Luma& luma);
  Status mark(const Luma& luma, const MutableLuma& first_plane);

  std::unique_ptr<PlaneForm> form_;
  LumaSource source_;
  std::unique_ptr<FrameMarker> marker_;
  cv::Mat marked_;
  std::optional<label::VisibleLabel> label_;
  double label_until_ = std::numeric_limits<double>::max();
  bool drawn_ = false;
  LabelBlender blender_;
  label::Overlay overlay_;
  double last_ = 0;
};

}  // namespace signmark::video
