// SPDX-License-Identifier: Apache-2.0
// The one rule for our own small signed objects: Ed25519("signmark/<type>/v1" || 0x00 || body).
#pragma once

#include <optional>

#include "base/result.hpp"
#include "signmark/keys.hpp"

namespace signmark::keys {

/// What may be signed at all (table of keys.md section 6).
struct ObjectType {
  std::string_view name;  ///< e.g. "image-frame"
  Role signer;            ///< the only role that may sign it
  std::size_t max_body;   ///< largest body, bytes
};

/// The row of the table, or null for a type that does not exist.
const ObjectType* find_object_type(std::string_view name);

/// The exact bytes that are signed. `type` must be of the table; the body is copied.
Bytes typed_message(std::string_view type, ByteView body);

/// Checks the table before anything is signed.
/// Errors: `keys.sign.type` (unknown type, or another role's), `keys.sign.size`.
Status check_signable(Role role, std::string_view type, ByteView body);

}  // namespace signmark::keys
