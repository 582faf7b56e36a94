// SPDX-License-Identifier: Apache-2.0
// A drawn label laid over the planes of frames, in its rectangle only. Converted once. No libav
// here.
#pragma once

#include <vector>

#include "signmark/label.hpp"
#include "video/mark/frame_mark.hpp"

namespace signmark::video {

/// How stored pixels lie towards the viewer: display = matrix * stored, a multiple of 90 degrees
/// with or without a mirror; and how much wider than high a stored pixel is shown.
struct Turn {
  int xx = 1, xy = 0, yx = 0, yy = 1;
  double pixel_aspect = 1;
};

/// Stored size as the viewer sees it, in square pixels.
struct ViewSize {
  std::uint32_t width = 0, height = 0;
};
ViewSize view_size(int width, int height, const Turn& turn);

/// The overlay as it lies in stored pixels.
label::Overlay to_stored(const label::Overlay& seen, int width, int height, const Turn& turn);

/// Draws for a film whose first frame is `luma`. Errors: those of label::draw_label.
Result<label::Overlay> draw_for(const label::VisibleLabel& label, const Luma& luma,
                                const Turn& turn);

/// One component of a pixel format.
struct Component {
  enum class Kind { light, neutral, alpha } kind = Kind::light;
  int plane = 0;
  int log2_x = 0, log2_y = 0;  ///< subsampling
  int step = 1, offset = 0;    ///< bytes
  int depth = 8, shift = 0;    ///< bits
};

/// How light (0..1) is coded.
struct LightScale {
  bool full_range = false;
  double white = 1;  ///< of the label: below 1 in PQ and HLG, where full code is a glare
};

/// Ready to be laid over any number of frames.
class LabelBlender {
 public:
  LabelBlender() = default;
  /// `stored`: an overlay of `to_stored`.
  LabelBlender(const label::Overlay& stored, const std::vector<Component>& components,
               const LightScale& scale);
  /// Changes one plane; planes without a component of the label stay.
  void blend(int plane, void* data, std::ptrdiff_t stride) const;

 private:
  struct Patch {
    Component component;
    int x = 0, y = 0, width = 0, height = 0;
    std::vector<std::uint16_t> keep;  ///< of the frame's value, in 1/32768
    std::vector<std::uint32_t> add;
  };
  static Patch make_patch(const label::Overlay& stored, const Component& component,
                          const LightScale& scale);
  std::vector<Patch> patches_;
};

}  // namespace signmark::video
