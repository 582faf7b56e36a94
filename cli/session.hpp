// SPDX-License-Identifier: Apache-2.0
// What every command of one run shares: global flags, the library context, settings, output.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "output.hpp"
#include "settings.hpp"
#include "signmark/base.hpp"

namespace signmark::cli {

/// Flags that every verb takes, before or after it.
struct GlobalFlags {
  bool json = false;
  bool quiet = false;
  bool no_color = false;
  bool no_input = false;
  int verbose = 0;
  std::string progress = "auto";
  std::string config;
  std::string profile;
  std::vector<std::string> limits;
};

/// One run of the program.
class Session {
 public:
  GlobalFlags flags;
  Context context = Context::standard();
  Settings settings;

  /// After parsing: limits, settings, output style. Errors: `base.limit.*`, `cli.config`.
  Status prepare();
  [[nodiscard]] const Output& out() const { return *out_; }

 private:
  std::unique_ptr<Output> out_;
};

/// One verb: declares its flags, then runs. The exit code is architecture.md section 5's.
class Command {
 public:
  virtual ~Command() = default;
  /// Adds the subcommand and returns it.
  virtual CLI::App* declare(CLI::App& app) = 0;
  virtual Result<int> run(Session& session) = 0;
};

/// All verbs in the order of `--help`.
std::vector<std::unique_ptr<Command>> all_commands();

}  // namespace signmark::cli
