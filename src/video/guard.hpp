// SPDX-License-Identifier: Apache-2.0
// Keeps every exception inside the room.
#pragma once

#include <fmt/format.h>

#include <exception>
#include <new>

#include "base/result.hpp"

namespace signmark::video {

/// Runs `work` and turns what may be thrown below (memory) into an Error.
template <class Work>
auto without_exceptions(Work&& work) -> decltype(work()) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return fail("video.memory", "not enough memory for the film", {},
                "use a smaller film or a machine with more memory");
  } catch (const std::exception& problem) {
    return fail("video.internal", fmt::format("internal error: {}", problem.what()));
  }
}

}  // namespace signmark::video
