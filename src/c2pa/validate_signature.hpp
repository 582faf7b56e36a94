// SPDX-License-Identifier: Apache-2.0
// The claim signature: COSE, credential, time stamp, trust, validity, revocation (2.5: 14.7
// to 14.9).
#pragma once

#include "c2pa/validate_store.hpp"
#include "c2pa/x509.hpp"

namespace signmark::c2pa {

/// What a signature is judged by; the same for all manifests of a store.
struct TrustContext {
  const Limits& limits;
  const AnchorStore& anchors;
  UnixTime now = 0;  ///< used when no time stamp counts
  keys::MediaKind media = keys::MediaKind::image;
  const ValidationOptions& options;
};

/// Checks the signature of a manifest that has a claim; adds codes and says who signed.
void check_signature(const TrustContext& trust, const Manifest& manifest, Codes& codes,
                     SignerView& signer);

}  // namespace signmark::c2pa
