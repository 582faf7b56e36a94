// SPDX-License-Identifier: Apache-2.0
#include "base/memory.hpp"

#include <cstdlib>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace signmark {

void release_heap() {
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
}

}  // namespace signmark
