// SPDX-License-Identifier: Apache-2.0
// Assertions of one manifest against its claim: found, unchanged, listed, redacted (2.5: 14.10).
#pragma once

#include <set>
#include <utility>

#include "c2pa/validate_store.hpp"

namespace signmark::c2pa {

/// Redacted assertions: label of the manifest and of the assertion.
using Redactions = std::set<std::pair<std::string, std::string>>;

/// Adds what a manifest redacts in others; its faults (own assertions, actions, bindings) to
/// `codes`.
void collect_redactions(const Manifest& manifest, Redactions& redactions, Codes& codes);

/// Checks every assertion of a manifest that has a claim.
void check_assertions(const Manifest& manifest, const Redactions& redactions, Codes& codes);

}  // namespace signmark::c2pa
