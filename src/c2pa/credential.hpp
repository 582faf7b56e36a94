// SPDX-License-Identifier: Apache-2.0
// The certificate profile of C2PA (2.5: 13.5.1): which certificates may sign a claim or a time
// stamp.
#pragma once

#include <optional>
#include <string>

#include "c2pa/x509.hpp"

namespace signmark::c2pa {

enum class CredentialUse { claim_signing, time_stamping };

/// The first rule of the profile that the end-entity certificate breaks, or nothing. Says nothing
/// about its validity period, its issuer or its signature.
///
/// keyUsage need not be marked critical, as the specification wants: c2pa-rs accepts it, RFC 5280
/// only recommends it, and nothing hangs on the flag.
std::optional<std::string> profile_fault(X509& certificate, CredentialUse use);

}  // namespace signmark::c2pa
