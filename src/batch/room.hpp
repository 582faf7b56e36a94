// SPDX-License-Identifier: Apache-2.0
// The room as the module gives it out.
#pragma once

#include "signmark/batch.hpp"

namespace signmark::batch {

/// The one object that serves all threads.
const BatchRoom* batch_room();

}  // namespace signmark::batch
