// SPDX-License-Identifier: Apache-2.0
// What a manifest claims, for people: generator, actions, source types, soft bindings, disclosure.
#pragma once

#include "c2pa/validate_store.hpp"

namespace signmark::c2pa {

/// Fills the view from claim and listed assertions; what cannot be read is left out. The signer is
/// filled by check_signature().
void fill_view(const Limits& limits, const Manifest& manifest, ManifestView& view);

}  // namespace signmark::c2pa
