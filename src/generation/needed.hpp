// SPDX-License-Identifier: Apache-2.0
// How many tokens it takes.
#pragma once

#include "generation/rule.hpp"

namespace signmark::generation {

/// Scored tokens at which a text with this mean score reaches log10 p; 0 when the mean is no
/// evidence, or a million tokens would not do.
std::size_t tokens_needed(const Rule& rule, double mean_score, double log10_p);

}  // namespace signmark::generation
