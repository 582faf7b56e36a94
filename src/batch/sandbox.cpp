// SPDX-License-Identifier: Apache-2.0
// The order of sealing: limits, no new privileges, Landlock, seccomp.
#include "batch/sandbox.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/file.hpp"

namespace signmark::batch {
namespace fs = std::filesystem;
namespace {

constexpr rlim_t kOpenFiles = 64;  // reliability.md section 6

tl::unexpected<Error> cannot(std::string_view verb, int number) {
  return fail("batch.sandbox",
              fmt::format("the worker cannot {}: {}", verb, system_message(number)));
}

Status limit(__rlimit_resource resource, rlim_t value) {
  const rlimit both{value, value};
  if (::setrlimit(resource, &both) != 0) return cannot("limit itself", errno);
  return {};
}

/// Landlock seals a thread, not a process.
Status check_single_thread() {
  std::error_code error;
  std::size_t threads = 0;
  for (fs::directory_iterator entry("/proc/self/task", error), end; !error && entry != end;
       entry.increment(error))
    ++threads;
  if (threads == 1) return {};
  return fail("batch.sandbox",
              fmt::format("the worker has {} threads, and only one would be sealed", threads));
}

tl::unexpected<Error> not_offered(const Seal& seal) {
  return fail("batch.sandbox",
              fmt::format("this system does not offer {} to seal workers with",
                          seal.landlock_abi == 0 ? "Landlock" : "seccomp"),
              {}, "with --sandbox auto it is done without");
}

}  // namespace

std::string Seal::json() const {
  // truncate(2) is refused by seccomp everywhere, by Landlock from version 3 on.
  constexpr int kTruncateAbi = 3;
  return fmt::format(R"({{"landlock_abi":{},"seccomp":{},"truncate_covered":{}}})", landlock_abi,
                     seccomp, seccomp || landlock_abi >= kTruncateAbi);
}

Result<Seal> seal_process(const SealPlan& plan) {
  Seal seal;
  SIGNMARK_TRY(limit(RLIMIT_CORE, 0));
  SIGNMARK_TRY(limit(RLIMIT_NOFILE, kOpenFiles));
  if (plan.wanted == Sandbox::off) return seal;
  SIGNMARK_TRY(check_single_thread());
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return cannot("give up privileges", errno);
  SIGNMARK_ASSIGN(seal.landlock_abi, seal_files(plan));
  if (plan.wanted == Sandbox::require && seal.landlock_abi == 0) return not_offered(seal);
  SIGNMARK_ASSIGN(seal.seccomp, seal_system_calls());
  if (plan.wanted == Sandbox::require && !seal.seccomp) return not_offered(seal);
  return seal;
}

}  // namespace signmark::batch
