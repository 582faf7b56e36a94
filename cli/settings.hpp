// SPDX-License-Identifier: Apache-2.0
// Settings: flags > environment (SIGNMARK_*) > profile in config.toml > default (architecture.md
// 7).
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "signmark/base.hpp"

namespace signmark::cli {

/// What a profile may set; empty or unset means the default.
struct Settings {
  std::string producer;    ///< ContentProducer
  std::string propagator;  ///< ContentPropagator
  std::string signer;      ///< key name or URI
  std::string layers;
  std::string text;  ///< wording of the visible label
  std::string corner;
  std::string font;
  std::string source_type;
  std::string agent_name, agent_version;
  std::string model_name;
  std::optional<double> height;
};

/// Reads `[profile.NAME]` (default profile: the table `[mark]`) of a TOML file. A missing default
/// file is fine; a missing named file is not. Unknown keys are errors, so that a misspelt one is
/// seen. Errors: `cli.config` with line and column.
Result<Settings> load_settings(const std::filesystem::path& file, bool required,
                               const std::string& profile);

/// $XDG_CONFIG_HOME/signmark/config.toml, or $SIGNMARK_HOME/config/config.toml.
std::filesystem::path default_config_file();

}  // namespace signmark::cli
