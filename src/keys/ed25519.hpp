// SPDX-License-Identifier: Apache-2.0
// Pure Ed25519 over exact bytes. Only for bytes that begin with a mark of their own kind: typed
// objects, X.509 DER, COSE (keys.md section 6).
#pragma once

#include "signmark/keys.hpp"

namespace signmark::keys {

/// Strict (libsodium): refuses S not below the group's order, small-order points and non-canonical
/// keys.
bool verify_exact(const PublicKey& key, ByteView message, const Signature& signature);

}  // namespace signmark::keys
