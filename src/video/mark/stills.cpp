// SPDX-License-Identifier: Apache-2.0
#include "video/mark/stills.hpp"

#include <algorithm>
#include <cmath>

#include "image/mark/content.hpp"

namespace signmark::video {
namespace {

constexpr std::size_t kMost = 48, kMostWanted = 96;
constexpr double kNear = 0.7;          // seconds from a wanted time
constexpr std::size_t kCompared = 6;   // pictures a section
constexpr double kSurelyFirst = 0.35;  // seconds within which the section's first picture must lie

image::LatticeMap map_of(const image::Pose& p) { return {p.a, p.b, p.c, p.d, p.tx, p.ty}; }

}  // namespace

void Stills::keep(const Canonical& picture, double seconds, const std::vector<double>& wanted) {
  const bool asked = std::any_of(wanted.begin(), wanted.end(),
                                 [&](double time) { return std::abs(time - seconds) < kNear; });
  if (stills_.size() >= (asked ? kMostWanted : kMost)) return;
  Still still{seconds, {}};
  picture.luma.convertTo(still.luma, CV_8U);
  stills_.push_back(std::move(still));
}

Stills::Comparison Stills::compare(const Track& track) const {
  using Content = image::RobustMark::Content;
  const Span start = track.section_start();
  std::vector<const Still*> near;
  for (const Still& still : stills_) near.push_back(&still);
  const auto distance = [&](const Still* still) {
    return std::max({start.from_seconds - still->seconds, still->seconds - start.to_seconds, 0.0}) +
           0.01 * std::abs(start.to_seconds - still->seconds);
  };
  std::sort(near.begin(), near.end(),
            [&](const Still* a, const Still* b) { return distance(a) < distance(b); });
  near.resize(std::min(near.size(), kCompared));
  Comparison best;
  // While only one hold was seen nobody knows which it is.
  const std::size_t phases = track.phases_known() ? 1 : kHoldsInSection;
  for (const Still* still : near) {
    cv::Mat luma;
    still->luma.convertTo(luma, CV_32F);
    for (std::size_t p = 0; p < phases; ++p) {
      image::Pose pose = track.pose();
      pose.tx -= track.tools().shifts()[p].x;
      pose.ty -= track.tools().shifts()[p].y;
      const auto check =
          image::check_content({luma, {}}, map_of(pose), track.signed_frame()->frame.fingerprint,
                               track.tools().lattice().fingerprint_key);
      if (check.content == Content::fits) return {Content::fits, check.compared, check.wrong};
      const bool surely = phases == 1 &&
                          std::abs(still->seconds - start.to_seconds) < kSurelyFirst &&
                          start.to_seconds - start.from_seconds < kSurelyFirst;
      if (check.content == Content::differs && surely)
        best = {Content::differs, check.compared, check.wrong};
    }
  }
  return best;
}

}  // namespace signmark::video
