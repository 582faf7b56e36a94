// SPDX-License-Identifier: Apache-2.0
// Lint that knows which fields were there at all.
#pragma once

#include <bitset>

#include "label/aigc_fields.hpp"

namespace signmark::label {

/// As `lint`; fields that are not `present` have been reported as missing and are left out.
std::vector<LintEntry> lint_present(const AigcRecord& record, Moment moment,
                                    std::bitset<kFields.size()> present);

}  // namespace signmark::label
