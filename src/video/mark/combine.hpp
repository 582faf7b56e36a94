// SPDX-License-Identifier: Apache-2.0
// What several views of one mark say together.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "image/mark/decode.hpp"
#include "video/mark/holds.hpp"

namespace signmark::video {

/// What one view says, turned to its own hold.
struct Said {
  image::CarrierValues values;        ///< empty when no longer needed
  image::CarrierValues::Values fine;  ///< fine pilots
  std::size_t hold = 0;
  /// Statistic of the known wave, by hold. Encoders copy what stands still from picture to picture,
  /// and earlier holds with it, so that a view may show several.
  std::array<float, kHoldsInSection> strengths{};
};

/// The scene stands still or moves as a whole while the mark jumps from hold to hold, so views
/// disturb each other's marks alike: what idle carriers, which hold nothing but the scene, have in
/// common from view to view is taken away from all carriers.
enum class Scene {
  ignored,   ///< a sum by strength
  standing,  ///< what stays in place is cancelled
  moving     ///< what moves as a whole is cancelled
};

/// Unit mean power on idle carriers, as one view's values have. Views that say nothing are left
/// out; all others have the same parts.
Said combined(std::span<const Said* const> views, const image::CarrierSet& lattice,
              const ShiftTable& shifts, Scene scene);

}  // namespace signmark::video
