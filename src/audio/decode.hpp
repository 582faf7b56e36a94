// SPDX-License-Identifier: Apache-2.0
// From folded cells to payloads: weights from what is known, soft values, polar decoding, gates
// (image-mark.md sections 8.4 and 9, with signs in place of phases).
#pragma once

#include <optional>

#include "audio/layout.hpp"

namespace signmark::audio {

struct IdReading {
  signal::IdFrame frame;
  signal::Bits coded;
  bool whole = false;  ///< carried by the signed frame's cells as well
  double z = 0, margin_db = 0;
  int corrected = 0;
};

struct SignedReading {
  signal::SignedFrame frame;
  double z = 0, margin_db = 0;
  int corrected = 0;
};

/// One try at the id frame. `whole`: with the cells of the signed frame, if there is none.
std::optional<IdReading> read_id(const Layout& layout, const Codes& codes,
                                 std::span<const float> cells, bool whole, int list);

/// One try at the signed frame; the id frame is known.
std::optional<SignedReading> read_signed(const Layout& layout, const Codes& codes,
                                         std::span<const float> cells, const IdReading& id,
                                         int list);

/// How well cells agree with an id frame that is known, in standard deviations.
double agreement_with(const Layout& layout, std::span<const float> cells, const IdReading& id);

/// The same for the flag: far above 0 in a sound's first super-frame, far below in others.
double flag_of(const Layout& layout, std::span<const float> cells);

}  // namespace signmark::audio
