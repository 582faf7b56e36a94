// SPDX-License-Identifier: Apache-2.0
// Retrieval prints of passages that may be long.
#pragma once

#include <span>

#include "signmark/text.hpp"

namespace signmark::text {

/// As text::prints of passages that are in a list already; reports while it reads. Errors:
/// `base.cancelled`.
Result<std::vector<Print>> prints(const Context& context, std::span<const Passage> passages,
                                  PrintUse use);

}  // namespace signmark::text
