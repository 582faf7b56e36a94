// SPDX-License-Identifier: Apache-2.0
// Composes letters and what lies behind them into one RGBA picture.
#pragma once

#include "label/visible_style.hpp"
#include "label/visible_text.hpp"

namespace signmark::label {

/// Space between the ink and the overlay's edge, pixels.
struct Padding {
  int x = 0, y = 0;
};

/// How far the ring of an outlined text reaches, pixels.
double outline_radius(int text_height);

/// Straight 8-bit RGBA of mask plus padding; colours are neutral greys (r = g = b).
Bytes compose(const Mask& text, Padding padding, int text_height, const Style& style);

}  // namespace signmark::label
