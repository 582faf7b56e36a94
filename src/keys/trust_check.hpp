// SPDX-License-Identifier: Apache-2.0
// The question that all the rest is for: may this leaf be believed for this use?
#pragma once

#include "keys/trust_issuer.hpp"

namespace signmark::keys {

/// Whether one of the issuer's roots issued this leaf; the root's index.
std::optional<std::size_t> issuing_root(const TrustedIssuer& issuer, const Certificate& leaf);

/// The verdict on a leaf that `issuing_root` found below this issuer. Revocation is looked at
/// first, so that no other finding hides it.
LeafVerdict judge_leaf(const TrustedIssuer& issuer, std::size_t root, const Certificate& leaf,
                       const LeafQuery& query, const TrustPolicy& policy, UnixTime now);

}  // namespace signmark::keys
