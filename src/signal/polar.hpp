// SPDX-License-Identifier: Apache-2.0
// Check-aided polar codes (Arikan 2009; list decoding Tal & Vardy 2015; reliabilities by the
// polarisation weight of 3GPP's study, R1-1708833). The check is the frame's own 32 bits.
#pragma once

#include <functional>
#include <optional>
#include <span>

#include "signal/frames.hpp"

namespace signmark::signal {

/// One code: `length` (a power of two) coded bits carry `bits` info bits. Immutable, thread-safe.
class PolarCode {
 public:
  /// Errors: none; sizes are constants of the callers (asserted).
  PolarCode(int length, int bits);

  [[nodiscard]] int length() const;
  [[nodiscard]] int bits() const;
  /// Systematic form is not used. Of the most reliable places the first bits get the least
  /// reliable ones: a signed frame begins with what its id frame says, and knowing the weakest
  /// places helps most (0.5 dB for 88 of 736 bits; 0.1 dB in order of index).
  [[nodiscard]] Bits encode(const Bits& info) const;

  struct Decoded {
    Bits info;
    Bits coded;    ///< re-encoded word
    int rank = 0;  ///< place in the list, 0 best
  };
  /// Soft list decoding (min-sum, so the scale of `llr` does not matter). `llr`: length values,
  /// positive means 0, 0 is an erasure. `known[i]`: 0 or 1 where an info bit is known, 2 where not;
  /// empty when none is. Words are offered to `accept` best first; the first accepted one is
  /// returned. `list`: 1..64.
  [[nodiscard]] std::optional<Decoded> decode(std::span<const float> llr, int list,
                                              const std::function<bool(const Bits&)>& accept,
                                              std::span<const std::uint8_t> known = {}) const;

 private:
  int length_, bits_;
  std::vector<int> places_;  // of the info bits, least reliable first
  std::vector<std::uint8_t> frozen_;
};

}  // namespace signmark::signal
