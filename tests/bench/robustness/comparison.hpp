// SPDX-License-Identifier: Apache-2.0
// Tables with a column for each codec.
#pragma once

#include <vector>

#include "runner.hpp"

namespace signmark::bench {

/// `results`: those of one codec each, for the same pictures.
void print_comparison(const std::vector<Suite>& suites,
                      const std::vector<std::vector<PictureResult>>& results);

}  // namespace signmark::bench
