// SPDX-License-Identifier: Apache-2.0
// Writing COSE_Sign1 over a claim (RFC 9052 4.2, C2PA 2.5: 12.3): EdDSA, chain in the protected
// header.
#pragma once

#include "base/result.hpp"
#include "signmark/keys.hpp"

namespace signmark::c2pa {

/// The tagged COSE_Sign1 with detached payload. Its size depends on the signer's chain and on the
/// number of zero bytes in its unprotected `pad` alone. Errors: those of the signer.
Result<Bytes> sign_claim(const keys::Signer& signer, ByteView claim, std::size_t pad);

/// The same with 64 zero bytes as signature: has the size of the real one, for planning a layout.
Bytes unsigned_claim(const keys::Signer& signer, std::size_t pad);

}  // namespace signmark::c2pa
