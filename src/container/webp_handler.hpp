// SPDX-License-Identifier: Apache-2.0
// The parts of the WebP handler.
#pragma once

#include "container/handler.hpp"

namespace signmark::container {

/// As Handler::plan.
Result<Plan> plan_webp(const Context& context, ByteView file, const Inventory& inventory,
                       const Edits& edits);
/// As Handler::transplant.
Result<Rope> transplant_webp(const Context& context, ByteView original, ByteView encoded);

}  // namespace signmark::container
