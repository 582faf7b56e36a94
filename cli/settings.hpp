// SPDX-License-Identifier: Apache-2.0
// Settings: flags > environment (SIGNMARK_*) > profile in config.toml > default (architecture.md
// 7).
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "signmark/base.hpp"

namespace signmark::cli {

/// What profile and environment set, by the name of the flag that overrides it ("producer").
class Settings {
 public:
  /// The setting of that name, or nothing.
  [[nodiscard]] std::optional<std::string> find(std::string_view name) const;
  /// A flag that was given, else the setting, else an empty text.
  [[nodiscard]] std::string prefer(const std::string& flag, std::string_view name) const;
  void set(std::string name, std::string value) { values_[std::move(name)] = std::move(value); }

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

/// Reads `[profile.NAME]` (default profile: the table `[mark]`) of a TOML file. A missing default
/// file is fine; a missing named file is not. Unknown keys are errors, so that a misspelt one is
/// seen. Errors: `cli.config` with line and column.
Result<Settings> load_settings(const std::filesystem::path& file, bool required,
                               const std::string& profile);

/// $XDG_CONFIG_HOME/signmark/config.toml, or $SIGNMARK_HOME/config/config.toml.
std::filesystem::path default_config_file();

}  // namespace signmark::cli
