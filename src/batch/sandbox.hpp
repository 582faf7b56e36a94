// SPDX-License-Identifier: Apache-2.0
// Sealing of a worker (reliability.md section 7): after this a process that a hostile file has
// taken over can compute, use the descriptors that it is given, and work in its scratch folder.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "signmark/batch.hpp"

namespace signmark::batch {

/// What is left to a sealed process.
struct SealPlan {
  Sandbox wanted = Sandbox::automatic;
  std::filesystem::path scratch;                ///< read and write
  std::vector<std::filesystem::path> readable;  ///< single files
};

/// What was achieved.
struct Seal {
  int landlock_abi = 0;  ///< 0: none
  bool seccomp = false;
  /// As JSON: {"landlock_abi":7,"seccomp":true,"truncate_covered":true}.
  [[nodiscard]] std::string json() const;
};

/// Seals this process for good. With Sandbox::automatic it does what the kernel offers. Errors:
/// `batch.sandbox`.
Result<Seal> seal_process(const SealPlan& plan);

/// What the kernel would offer, for `doctor`.
Seal sandbox_offered();

}  // namespace signmark::batch
