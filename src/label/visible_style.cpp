// SPDX-License-Identifier: Apache-2.0
// Contrast arithmetic and the choice between outline and plate.
#include "label/visible_style.hpp"

#include <algorithm>
#include <cmath>

namespace signmark::label {
namespace {

constexpr Byte kWhite = 255, kInk = 20;
// Deviation of luma up to which a background counts as calm: film grain and soft gradients stay
// below.
constexpr double kCalm = 18;

// Light letters before a dark backing over pure white: 0.66 leaves grey 97, contrast 6.2.
constexpr Style kPlate{Backing::plate, kWhite, 16, 0.66, false};
constexpr Style kLightOutline{Backing::outline, kWhite, 16, 0.66, false};
// Dark letters in a light ring over pure black: 0.75 leaves grey 191, contrast 9.
constexpr Style kDarkOutline{Backing::outline, kInk, kWhite, 0.75, false};
// The EU mark is to be seen at once and keeps its look everywhere, hence nearly opaque with an
// edge.
constexpr Style kEuMark{Backing::plate, kWhite, 16, 0.86, true};

/// The busier the background, the less of it may shine through between the letters.
Style plate_over(const LumaStats& beneath) {
  constexpr double kBusy = 40, kBusiest = 100, kMoreAlpha = 0.16;  // deviations of luma; opacity
  Style style = kPlate;
  style.behind_alpha +=
      kMoreAlpha * std::clamp((beneath.deviation - kBusy) / (kBusiest - kBusy), 0.0, 1.0);
  return style;
}

}  // namespace

double luminance(double grey) {
  const double v = std::clamp(grey, 0.0, 255.0) / 255;
  return v <= 0.03928 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
}

double contrast(double a, double b) {
  const double la = luminance(a), lb = luminance(b);
  return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

Style choose_style(const LumaStats& beneath, Wording rule) {
  if (rule == Wording::eu_ai) return kEuMark;
  if (beneath.deviation > kCalm) return plate_over(beneath);
  const double spread = 2 * beneath.deviation;  // where nearly all pixels lie
  if (contrast(kInk, beneath.mean - spread) >= 1.5 * kMinContrast) return kDarkOutline;
  if (contrast(kWhite, beneath.mean + spread) >= 1.5 * kMinContrast) return kLightOutline;
  return plate_over(beneath);
}

}  // namespace signmark::label
