// SPDX-License-Identifier: Apache-2.0
// Where output goes: -o, -f, --in-place, --backup-suffix, shared by the verbs that write a file.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "signmark/pipeline.hpp"

namespace signmark::cli {

struct OutputFlags {
  std::string file, backup_suffix;
  bool force = false, in_place = false;

  void declare(CLI::App& command);
  /// Errors: `cli.usage` when neither or both of -o and --in-place are given.
  Result<OutputOptions> resolve(const std::string& input) const;
};

}  // namespace signmark::cli
