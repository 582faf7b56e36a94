// SPDX-License-Identifier: Apache-2.0
// Rules about actions assertions (2.5: 16.4, 14.10.5).
#pragma once

#include <map>

#include "c2pa/ingredient.hpp"

namespace signmark::c2pa {

/// Ingredients of one manifest by assertion label.
using Ingredients = std::map<std::string, Ingredient>;

/// Checks the actions of a manifest with a claim. Claims of version 1 may hold at most one actions
/// assertion and are free otherwise, as c2pa-rs judges them.
void check_actions(const Limits& limits, const Manifest& manifest, const Ingredients& ingredients,
                   Codes& codes);

}  // namespace signmark::c2pa
