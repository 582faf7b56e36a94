// SPDX-License-Identifier: Apache-2.0
// The manifest that a file already has becomes the parent of the new one (C2PA 2.5: 16.5).
#pragma once

#include <string>

#include "c2pa/cbor.hpp"
#include "c2pa/jumbf.hpp"
#include "signmark/c2pa.hpp"

namespace signmark::c2pa {

/// What is taken over from the opened asset.
struct Parent {
  Bytes boxes;             ///< everything in its store, bit for bit: comes first in the new store
  cbor::Value ingredient;  ///< content of the c2pa.ingredient.v3 assertion
  bool content_good = false;  ///< its hard binding matched: nothing unknown happened in between
};

/// The parent of `file`, or nothing when there is no manifest. Validates it, which costs one more
/// hash over the parent's bytes.
/// Errors: `c2pa.parent.unreadable` (a store that cannot be parsed, or several), limits.
Result<std::optional<Parent>> read_parent(const Context& context, ByteView file,
                                          const container::Inventory& inventory,
                                          const ManifestRequest& request);

}  // namespace signmark::c2pa
