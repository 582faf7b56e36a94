// SPDX-License-Identifier: Apache-2.0
// From the label as a person sees it to the place and turn that the stored pixels need.
#pragma once

#include <functional>
#include <opencv2/core.hpp>

#include "image/codec.hpp"

namespace signmark::image {

/// A rectangle of the displayed picture in stored coordinates. `stored`: size before orientation.
cv::Rect to_stored(const cv::Rect& shown, cv::Size stored, int orientation);
/// Turns a displayed picture the way its stored pixels lie.
cv::Mat turn_to_stored(const cv::Mat& shown, int orientation);

/// A label ready to be laid over stored pixels.
struct Placement {
  label::Overlay shown;
  cv::Rect where;   ///< in stored pixels
  cv::Mat overlay;  ///< CV_8UC2 grey and alpha, turned, as large as `where`
};

/// The overlay of a label as a person sees it; an empty one without a label.
label::Overlay shown_overlay(std::optional<Placement> label);

using StoredProbe = std::function<label::LumaStats(const cv::Rect& stored)>;

/// Lays out the job's label for a picture of this stored size; nothing when the job has none.
/// Errors: those of label::draw_label, `image.orientation`.
Result<std::optional<Placement>> place_label(const Job& job, cv::Size stored, int orientation,
                                             const StoredProbe& probe);

}  // namespace signmark::image
