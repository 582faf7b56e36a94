// SPDX-License-Identifier: Apache-2.0
// Memory that the process keeps although nothing stands in it.
#pragma once

namespace signmark {

/// Returns free heap to the system. The lists of a long text are a million small pieces, which the
/// allocator would keep.
void release_heap();

}  // namespace signmark
