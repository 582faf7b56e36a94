// SPDX-License-Identifier: Apache-2.0
// What an edit asks of a film or sound file, by carrier.
#pragma once

#include "container/handler.hpp"

namespace signmark::container {

struct Changes {
  std::vector<CarrierEdit> carriers;
  const Bytes* record = nullptr;    ///< a record that has no carrier yet
  const Bytes* manifest = nullptr;  ///< a new manifest

  /// The new value of the carrier that stands here; nullptr: it stays. A carrier's range is its
  /// name: no two blocks of these formats have the same.
  [[nodiscard]] const Bytes* at(Range carrier) const;
  /// Whether a carrier within this part of the file changes.
  [[nodiscard]] bool within(Range part) const;
};

/// Errors: as carrier_edits. The pointers are into `edits`.
Result<Changes> changes_of(const Inventory& inventory, const Edits& edits, const Limits& limits);

/// Where the last of all blocks and manifests ends: whoever plans need not look further.
std::uint64_t last_carrier(const Inventory& inventory);

/// A record or a text as a block: the key says which.
Block tag_block(std::string place, std::string key, Range range, ByteView value);

}  // namespace signmark::container
