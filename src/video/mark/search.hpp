// SPDX-License-Identifier: Apache-2.0
// Looking for a key's lattice in one or several views of a film at once.
#pragma once

#include <memory>
#include <optional>

#include "image/mark/acquire.hpp"
#include "image/mark/decode.hpp"
#include "image/mark/lattice_mark.hpp"
#include "image/mark/pilots.hpp"
#include "video/mark/holds.hpp"

namespace signmark::video {

/// A frame, or the mean of frames that follow each other closely, ready to be searched.
struct View {
  double from = 0, to = 0;          ///< times of its first and last frame
  double scale_x = 1, scale_y = 1;  ///< canonical pixels per pixel of the film
  image::Spectrum spectrum;
};
using Views = std::vector<std::shared_ptr<const View>>;

/// Views that are searched together, and what the searches for all keys have in common.
class Sight {
 public:
  explicit Sight(Views views) : views_(std::move(views)) {}
  [[nodiscard]] const Views& views() const { return views_; }
  /// Of the sum of their log-polar maps; made when first asked for. Not thread-safe.
  const image::Constellation::View& turned();
  /// The same under each stretch, of some of the views.
  const std::vector<image::Constellation::View>& stretched();

 private:
  [[nodiscard]] image::Constellation::View sum(const image::LogPolar& kind,
                                               const cv::Matx22d& stretch, std::size_t most) const;
  Views views_;
  std::optional<image::Constellation::View> turned_;
  std::vector<image::Constellation::View> stretched_;
};

/// What follows from a key, made once.
class KeyTools {
 public:
  explicit KeyTools(const image::MarkKey& key);
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const image::CarrierSet& lattice() const { return lattice_; }
  [[nodiscard]] const ShiftTable& shifts() const { return shifts_; }
  [[nodiscard]] const image::PilotSums& pilot_sums() const { return pilot_sums_; }
  /// For turned and for stretched pictures; made when first asked for. Not thread-safe.
  const image::Constellation& fine();
  const image::Constellation& coarse();

 private:
  std::string name_;
  image::CarrierSet lattice_;
  ShiftTable shifts_;
  image::PilotSums pilot_sums_;
  std::optional<image::Constellation> fine_, coarse_;
};

/// A lattice in several views. The pose's shift is that of hold 0 of a section, or of all views
/// when they show one and the same hold.
struct Placed {
  image::Pose pose;
  double z = 0;                     ///< joint pilot statistic, in deviations of noise
  std::vector<std::size_t> phases;  ///< by view
  std::vector<float> strengths;     ///< by view: pilot statistic of its own
  bool phases_known = false;        ///< two different holds were seen
};

/// The pose of a view that shows the hold `phase`.
image::Pose pose_of(const image::Pose& origin, const ShiftTable& shifts, std::size_t phase);

/// How far a search goes.
enum class Effort {
  upright,   ///< the picture as it was marked, at any size
  scaled,    ///< cropped, or put into a larger picture, and brought to any size
  turned,    ///< any scale, rotation, mirror state, found by what stands out in the spectrum
  stretched  ///< changed aspects as well
};

/// Poses worth decoding, best first. The list is fixed before anything is decoded, and only pilots
/// decide, as the proof of image-mark.md section 9 needs it.
std::vector<Placed> search(Sight& sight, KeyTools& tools, cv::Size canonical, Effort effort);

/// Moves a pose to where the pilots of all views agree best.
void refine_by_pilots(const Views& views, const KeyTools& tools, Placed& placed);

}  // namespace signmark::video
