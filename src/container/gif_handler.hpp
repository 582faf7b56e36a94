// SPDX-License-Identifier: Apache-2.0
// The parts of the GIF handler.
#pragma once

#include "container/handler.hpp"

namespace signmark::container {

/// As Handler::plan.
Result<Plan> plan_gif(const Context& context, ByteView file, const Inventory& inventory,
                      const Edits& edits);
/// As Handler::transplant.
Result<Rope> transplant_gif(const Context& context, ByteView original, ByteView encoded);

}  // namespace signmark::container
