// SPDX-License-Identifier: Apache-2.0
// The order of sealing: limits, no new privileges, Landlock, seccomp.
#include "batch/sandbox.hpp"

#include <fmt/format.h>

namespace signmark::batch {

std::string Seal::json() const {
  return fmt::format(R"({{"landlock_abi":{},"seccomp":{},"truncate_covered":{}}})", landlock_abi,
                     seccomp, seccomp);
}

Result<Seal> seal_process(const SealPlan& plan) {
  if (plan.wanted == Sandbox::require)
    return fail("batch.sandbox", "workers cannot be sealed on this system");
  return Seal{};
}

}  // namespace signmark::batch
