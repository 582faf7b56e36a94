// SPDX-License-Identifier: Apache-2.0
// Settings from config.toml and the environment.
#include "settings.hpp"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <array>
#include <cstdlib>

#include "base/result.hpp"

namespace signmark::cli {
namespace fs = std::filesystem;
namespace {

struct TextSetting {
  const char* key;          ///< in the profile
  const char* environment;  ///< overrides the profile
  std::string Settings::*field;
};

constexpr std::array kTexts = {
    TextSetting{"producer", "SIGNMARK_PRODUCER", &Settings::producer},
    TextSetting{"propagator", "SIGNMARK_PROPAGATOR", &Settings::propagator},
    TextSetting{"signer", "SIGNMARK_SIGNER", &Settings::signer},
    TextSetting{"layers", "SIGNMARK_LAYERS", &Settings::layers},
    TextSetting{"text", "SIGNMARK_TEXT", &Settings::text},
    TextSetting{"corner", "SIGNMARK_CORNER", &Settings::corner},
    TextSetting{"font", "SIGNMARK_FONT", &Settings::font},
    TextSetting{"source-type", "SIGNMARK_SOURCE_TYPE", &Settings::source_type},
    TextSetting{"agent", "SIGNMARK_AGENT_NAME", &Settings::agent_name},
    TextSetting{"agent-version", "SIGNMARK_AGENT_VERSION", &Settings::agent_version},
    TextSetting{"model", "SIGNMARK_MODEL", &Settings::model_name},
};

tl::unexpected<Error> config_error(const fs::path& file, const toml::source_region& place,
                                   std::string message) {
  return fail("cli.config", std::move(message),
              fmt::format("{}:{}:{}", file.string(), place.begin.line, place.begin.column),
              "see `signmark mark --help` for the names of settings");
}

Status take(const fs::path& file, const toml::table& table, Settings& settings) {
  for (const auto& [key, node] : table) {
    if (key.str() == "height" && node.is_number()) {
      settings.height = node.value<double>();
      continue;
    }
    const auto* known = std::find_if(kTexts.begin(), kTexts.end(),
                                     [&](const TextSetting& s) { return key.str() == s.key; });
    if (known == kTexts.end() || !node.is_string())
      return config_error(file, node.source(),
                          fmt::format("\"{}\" is no text setting of a profile", key.str()));
    settings.*known->field = node.value<std::string>().value_or("");
  }
  return {};
}

Status read_file_settings(const fs::path& file, const std::string& profile, Settings& settings) {
  const toml::parse_result parsed = toml::parse_file(file.string());
  if (!parsed)
    return config_error(file, parsed.error().source(), std::string(parsed.error().description()));
  const toml::table& root = parsed.table();
  if (const toml::table* table = root["mark"].as_table())
    SIGNMARK_TRY(take(file, *table, settings));
  if (profile.empty()) return {};
  const toml::table* named = root["profile"][profile].as_table();
  if (named == nullptr)
    return fail("cli.config", fmt::format("there is no profile \"{}\"", profile), file.string(),
                fmt::format("write a table [profile.{}]", profile));
  return take(file, *named, settings);
}

}  // namespace

fs::path default_config_file() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return fs::path(value == nullptr ? "" : value);
  };
  if (const fs::path home = variable("SIGNMARK_HOME"); !home.empty())
    return home / "config" / "config.toml";
  if (const fs::path config = variable("XDG_CONFIG_HOME"); !config.empty())
    return config / "signmark" / "config.toml";
  return variable("HOME") / ".config" / "signmark" / "config.toml";
}

Result<Settings> load_settings(const fs::path& file, bool required, const std::string& profile) {
  Settings settings;
  std::error_code ignored;
  if (fs::exists(file, ignored)) {
    SIGNMARK_TRY(read_file_settings(file, profile, settings));
  } else if (required || !profile.empty()) {
    return fail("cli.config", "there is no such settings file", file.string());
  }
  for (const TextSetting& setting : kTexts)
    if (const char* value = std::getenv(setting.environment); value != nullptr && *value != '\0')
      settings.*setting.field = value;
  return settings;
}

}  // namespace signmark::cli
