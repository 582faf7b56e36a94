// SPDX-License-Identifier: Apache-2.0
// Waiting for a server that is restarted, as long as a queue does (link.hpp), for calls that do not
// go through a job store.
#pragma once

#include <chrono>
#include <thread>

#include "base/result.hpp"

namespace signmark::batch {

/// A server that is restarted, or whose lock a machine that hangs holds, comes back within this.
inline constexpr std::chrono::seconds kServerPatience{60};

inline bool may_come_back(const Error& error) {
  return error.code == "database.lost" || error.code == "database.open" ||
         error.code == "database.busy";
}

/// Calls `work(again)` until it succeeds, fails for another reason, or patience is over. `again`
/// says that an earlier call may have been carried out although its answer was lost. With `wait`
/// false it is called once.
template <class Work>
auto patiently(bool wait, const Work& work) {
  constexpr std::chrono::milliseconds kPause{200};
  const auto end = std::chrono::steady_clock::now() + kServerPatience;
  auto outcome = work(false);
  while (wait && !outcome && may_come_back(outcome.error()) &&
         std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(kPause);
    outcome = work(true);
  }
  return outcome;
}

}  // namespace signmark::batch
