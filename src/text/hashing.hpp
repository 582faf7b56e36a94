// SPDX-License-Identifier: Apache-2.0
// What the fingerprint and the prints of text share.
#pragma once

#include <cstdint>

#include "text/characters.hpp"

namespace signmark::text {

/// SplitMix64's finaliser: every bit of the input moves half of the output's.
inline std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
  return x ^ (x >> 31);
}

/// Punctuation of canonical text, which says nothing about its content.
inline bool is_silent(char32_t c) {
  return is_ascii_punctuation(c) || c == kEllipsis || c == 0xB7 || c == 0x30FB ||
         (c >= 0x3001 && c <= 0x301F);
}

}  // namespace signmark::text
