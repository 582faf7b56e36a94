// SPDX-License-Identifier: Apache-2.0
// Small pictures of a film, kept to compare a signed frame's fingerprint with what is seen.
#pragma once

#include <opencv2/core.hpp>

#include "video/mark/picture.hpp"
#include "video/mark/track.hpp"

namespace signmark::video {

class Stills {
 public:
  /// Keeps a picture, as far as there is room; times near `wanted` always have some.
  void keep(const Canonical& picture, double seconds, const std::vector<double>& wanted);

  struct Comparison {
    image::RobustMark::Content content = image::RobustMark::Content::not_compared;
    int compared = 0, wrong = 0;
  };
  /// Compares the pictures near the start of the track's section.
  [[nodiscard]] Comparison compare(const Track& track) const;

 private:
  struct Still {
    double seconds;
    cv::Mat luma;  // CV_8UC1
  };
  std::vector<Still> stills_;
};

}  // namespace signmark::video
