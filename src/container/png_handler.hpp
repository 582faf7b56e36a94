// SPDX-License-Identifier: Apache-2.0
// The parts of the PNG handler.
#pragma once

#include "container/handler.hpp"

namespace signmark::container {

/// As Handler::inspect.
Status inspect_png(const Context& context, ByteView file, Inventory& inventory);
/// As Handler::plan.
Result<Plan> plan_png(const Context& context, ByteView file, const Inventory& inventory,
                      const Edits& edits);
/// As Handler::transplant.
Result<Rope> transplant_png(const Context& context, ByteView original, ByteView encoded);

}  // namespace signmark::container
