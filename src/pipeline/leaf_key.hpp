// SPDX-License-Identifier: Apache-2.0
// The public key of a leaf certificate, for checking what the same signer wrote elsewhere in a
// file.
#pragma once

#include "signmark/keys.hpp"

namespace signmark {

/// The raw Ed25519 key of a DER certificate; nothing for other algorithms or broken bytes.
std::optional<keys::PublicKey> ed25519_key_of(ByteView certificate_der);

}  // namespace signmark
