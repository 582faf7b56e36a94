// SPDX-License-Identifier: Apache-2.0
// From the room's public types to the lattice's and back.
#include <fmt/format.h>

#include "image/mark/lattice_mark.hpp"

namespace signmark::image {

Result<std::vector<MarkKey>> mark_keys(const std::vector<RobustKey>& keys) {
  constexpr std::size_t kKeyBytes = 32;
  std::vector<MarkKey> result;
  for (const RobustKey& key : keys) {
    if (key.key.size() != kKeyBytes)
      return fail("image.mark.key", fmt::format("the carrier key \"{}\" has {} bytes instead of {}",
                                                key.name, key.key.size(), kKeyBytes));
    result.push_back({key.name, key.key.first<kKeyBytes>()});
  }
  if (result.empty()) return fail("image.mark.key", "no carrier key is given");
  return result;
}

RobustMark to_mark(const FoundMark& found) {
  RobustMark mark;
  mark.key = found.key;
  mark.scale = found.scale;
  mark.rotation_degrees = found.rotation_degrees;
  mark.mirrored = found.mirrored;
  mark.pilot_z = found.pilot_z;
  mark.id_z = found.id_z;
  mark.id_margin_db = found.id_margin_db;
  mark.id_bits_corrected = found.id_bits_corrected;
  mark.signed_z = found.signed_z;
  mark.signed_margin_db = found.signed_margin_db;
  mark.signed_bits_corrected = found.signed_bits_corrected;
  mark.false_positive_log10 = found.false_positive_log10;
  mark.where = {found.where.x, found.where.y, found.where.width, found.where.height};
  if (found.id) {
    mark.has_id = true;
    mark.content_id = found.id->content_id;
    mark.issuer_hint = found.id->issuer_hint;
    mark.promises_signed_frame = found.id->with_signed;
  }
  if (found.signed_frame) {
    mark.has_signed = true;
    mark.signed_fields = signal::packed_fields(*found.signed_frame);
    mark.signature = found.signed_frame->signature;
  }
  return mark;
}

}  // namespace signmark::image
