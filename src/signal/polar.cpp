// SPDX-License-Identifier: Apache-2.0
// Encoding, and decoding through the list decoder.
#include "signal/polar.hpp"

#include <algorithm>
#include <cassert>

#include "signal/polar_list.hpp"
#include "signal/polar_order.hpp"

namespace signmark::signal {

PolarCode::PolarCode(int length, int bits)
    : length_(length),
      bits_(bits),
      places_(reliable_places(length, bits)),
      frozen_(static_cast<std::size_t>(length), 0) {
  assert(length >= 2 && bits >= 1 && bits <= length);
  for (const int place : places_) frozen_[place] = PolarList::kFree;
}

int PolarCode::length() const { return length_; }
int PolarCode::bits() const { return bits_; }

Bits PolarCode::encode(const Bits& info) const {
  assert(info.size() == places_.size());
  Bits word(static_cast<std::size_t>(length_));
  for (std::size_t i = 0; i < places_.size(); ++i) word[places_[i]] = info[i];
  polar_transform(word);
  return word;
}

std::optional<PolarCode::Decoded> PolarCode::decode(std::span<const float> llr, int list,
                                                    const std::function<bool(const Bits&)>& accept,
                                                    std::span<const std::uint8_t> known) const {
  assert(known.empty() || known.size() == places_.size());
  Bits fixed = frozen_;
  for (std::size_t i = 0; i < known.size(); ++i) fixed[places_[i]] = known[i];
  PolarList decoder(fixed, list);
  decoder.run(llr);
  Decoded decoded;
  for (const int path : decoder.ranking()) {
    const auto coded = decoder.coded(path);
    Bits sent(coded.begin(), coded.end());
    polar_transform(sent);
    decoded.info.resize(places_.size());
    for (std::size_t i = 0; i < places_.size(); ++i) decoded.info[i] = sent[places_[i]];
    if (accept(decoded.info)) {
      decoded.coded.assign(coded.begin(), coded.end());
      return decoded;
    }
    ++decoded.rank;
  }
  return std::nullopt;
}

}  // namespace signmark::signal
