// SPDX-License-Identifier: Apache-2.0
// Retrieval prints: short codes of what a picture, film, sound or text looks, sounds or reads like,
// so that a copy without any mark is found in the ledger. They prove nothing: a hit is a candidate.
//
// Not to be mixed up with the 64-bit content fingerprint of a signed frame (architecture.md 10.1),
// which binds a signature to content; prints are longer and made for search.
#ifndef SIGNMARK_PRINTS_HPP_
#define SIGNMARK_PRINTS_HPP_

#include <array>
#include <vector>

#include "signmark/base.hpp"

namespace signmark {

/// What a print was taken of. The numbers stand in ledgers.
enum class PrintKind : std::uint8_t { picture = 1, film = 2, sound = 3, text = 4 };

/// "picture", "film", "sound", "text".
std::string_view print_kind_name(PrintKind kind);
/// The kind of such a name; nothing for any other text.
std::optional<PrintKind> print_kind_from_name(std::string_view name);

/// 256 bits that are compared by Hamming distance with others of the same kind.
using PrintBits = std::array<Byte, 32>;

/// One print of a part of a work.
struct Print {
  PrintKind kind = PrintKind::picture;
  /// Which part: window number of a picture (0: the whole), milliseconds from the start of a film
  /// or sound, number of the passage of a text.
  std::uint32_t part = 0;
  PrintBits bits{};
  friend bool operator==(const Print&, const Print&) = default;
};

/// What prints are taken for. Looking takes more of them: mirrored, other windows, other offsets.
enum class PrintUse { store, look };

/// Bits in which two prints differ, 0 to 256.
int print_distance(const PrintBits& one, const PrintBits& other);

}  // namespace signmark

#endif  // SIGNMARK_PRINTS_HPP_
