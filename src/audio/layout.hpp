// SPDX-License-Identifier: Apache-2.0
// What each cell of a super-frame carries under one carrier key.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "audio/grid.hpp"
#include "signal/frames.hpp"
#include "signal/polar.hpp"

namespace signmark::audio {

inline constexpr int kIdChips = 1024, kSignedChips = 4096;

/// Cells of each band and super-frame by what they carry. The flag cells are turned in the first
/// super-frame of a sound, which the fingerprint covers. Without a signed frame its cells carry the
/// id frame as well.
inline constexpr int kPilotsPerBand = 19, kFlagsPerBand = 6, kIdPerBand = 84;
/// Of the cells of both frames.
inline constexpr double kSignedShare =
    1 - static_cast<double>(kIdPerBand) / (kSlots - kPilotsPerBand - kFlagsPerBand);

enum class Role : std::uint8_t { pilot, flag, id, signed_frame };

struct Cell {
  Role role = Role::pilot;
  std::int8_t sign = 1;
  std::uint16_t id_chip = 0;      ///< roles id and signed_frame
  std::uint16_t signed_chip = 0;  ///< role signed_frame
};

struct Layout {
  std::vector<Cell> cells;  ///< by cell_of
  std::array<Byte, 32> check_key{};
};

Layout build_layout(std::span<const Byte, 32> key);

/// The codes of the two frames.
struct Codes {
  signal::PolarCode id{kIdChips, signal::IdFrame::kBits};
  signal::PolarCode signed_frame{kSignedChips, signal::SignedFrame::kBits};
};

/// +1 or -1 for each cell. `signed_word` empty: the id frame alone.
std::vector<std::int8_t> pattern_of(const Layout& layout, const signal::Bits& id_word,
                                    const signal::Bits& signed_word);

}  // namespace signmark::audio
