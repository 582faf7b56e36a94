// SPDX-License-Identifier: Apache-2.0
// Colours of a visible label, chosen so that it can be read on whatever lies beneath.
#pragma once

#include "signmark/label.hpp"

namespace signmark::label {

/// WCAG 2.1 asks a contrast of 4.5 : 1 for text; we keep it against anything beneath the label.
inline constexpr double kMinContrast = 4.5;

/// Relative luminance (WCAG 2.1) of a neutral sRGB grey, 0..255.
double luminance(double grey);
/// Contrast ratio of two neutral greys, 1..21.
double contrast(double a, double b);

enum class Backing {
  outline,  ///< a ring around the letters: for calm backgrounds
  plate     ///< a rounded translucent rectangle: for busy or middle-grey ones
};

/// Neutral greys 0..255 and the opacity of what lies behind the letters.
struct Style {
  Backing backing = Backing::plate;
  Byte text = 255;
  Byte behind = 16;
  double behind_alpha = 0.66;
  bool border = false;  ///< thin light edge around a plate
};

Style choose_style(const LumaStats& beneath, Wording rule);

}  // namespace signmark::label
