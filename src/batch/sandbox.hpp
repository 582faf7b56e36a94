// SPDX-License-Identifier: Apache-2.0
// Sealing of a worker (reliability.md section 7). After this a process that a hostile file has
// taken over can compute, use the descriptors that it was given, and work in its scratch folder.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "signmark/batch.hpp"

namespace signmark::batch {

/// What is left to a sealed process.
struct SealPlan {
  Sandbox wanted = Sandbox::automatic;
  std::filesystem::path scratch;                ///< files may be made, read and removed there
  std::vector<std::filesystem::path> readable;  ///< single files
};

/// What was achieved.
struct Seal {
  int landlock_abi = 0;  ///< 0: none
  bool seccomp = false;
  /// {"landlock_abi":7,"seccomp":true,"truncate_covered":true}
  [[nodiscard]] std::string json() const;
};

/// Seals this process, which must have one thread, for good. With Sandbox::automatic it does what
/// the kernel offers; that it has a thread too many is an error all the same. Errors:
/// `batch.sandbox`.
Result<Seal> seal_process(const SealPlan& plan);

/// The two walls, one by one. Landlock gives the version of its interface, 0 without it; seccomp
/// gives false without it. Errors: `batch.sandbox`.
Result<int> seal_files(const SealPlan& plan);
Result<bool> seal_system_calls();

}  // namespace signmark::batch
