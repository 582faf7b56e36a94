// SPDX-License-Identifier: Apache-2.0
#include "audio/layout.hpp"

#include <numeric>

#include "signal/streams.hpp"

namespace signmark::audio {
namespace {

/// Deals chips out in shuffled rounds, so that cells in order of frequency give every chip its
/// share of every part of the spectrum.
class Dealer {
 public:
  Dealer(std::size_t chips, signal::KeyStream& stream) : chips_(chips), stream_(stream) {
    std::iota(chips_.begin(), chips_.end(), std::uint16_t{0});
    used_ = chips;
  }
  std::uint16_t next() {
    if (used_ == chips_.size()) {
      stream_.shuffle(std::span(chips_));
      used_ = 0;
    }
    return chips_[used_++];
  }

 private:
  std::vector<std::uint16_t> chips_;
  signal::KeyStream& stream_;
  std::size_t used_;
};

Role role_of(int place) {
  if (place < kPilotsPerBand) return Role::pilot;
  if (place < kPilotsPerBand + kFlagsPerBand) return Role::flag;
  return place < kPilotsPerBand + kFlagsPerBand + kIdPerBand ? Role::id : Role::signed_frame;
}

}  // namespace

Layout build_layout(std::span<const Byte, 32> key) {
  Layout layout{std::vector<Cell>(kCells), signal::stream_key(key, "check")};
  signal::KeyStream places(key, "cells"), signs(key, "signs"), chips(key, "chips");
  Dealer id(kIdChips, chips), more_id(kIdChips, chips), signed_frame(kSignedChips, chips);
  std::array<int, kSlots> order{};
  std::iota(order.begin(), order.end(), 0);
  for (int band = 0; band < kBands; ++band) {
    places.shuffle(std::span<int>(order));
    for (int place = 0; place < kSlots; ++place) {
      Cell& cell = layout.cells[cell_of(order[static_cast<std::size_t>(place)], band)];
      cell.role = role_of(place);
      cell.sign = signs.below(2) == 0 ? 1 : -1;
      if (cell.role == Role::id) cell.id_chip = id.next();
      if (cell.role == Role::signed_frame) {
        cell.id_chip = more_id.next();
        cell.signed_chip = signed_frame.next();
      }
    }
  }
  return layout;
}

std::vector<std::int8_t> pattern_of(const Layout& layout, const signal::Bits& id_word,
                                    const signal::Bits& signed_word) {
  std::vector<std::int8_t> pattern;
  pattern.reserve(layout.cells.size());
  for (const Cell& cell : layout.cells) {
    bool turned = false;
    if (cell.role == Role::signed_frame && !signed_word.empty())
      turned = signed_word[cell.signed_chip] != 0;
    else if (cell.role == Role::id || cell.role == Role::signed_frame)
      turned = id_word[cell.id_chip] != 0;
    pattern.push_back(static_cast<std::int8_t>(turned ? -cell.sign : cell.sign));
  }
  return pattern;
}

}  // namespace signmark::audio
