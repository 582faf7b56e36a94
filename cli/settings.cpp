// SPDX-License-Identifier: Apache-2.0
// Settings from config.toml and the environment.
#include "settings.hpp"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/result.hpp"

namespace signmark::cli {
namespace fs = std::filesystem;
namespace {

struct KnownSetting {
  std::string_view name;    ///< in the profile, and as a flag
  const char* environment;  ///< overrides the profile
};

constexpr std::array kKnown = {
    KnownSetting{"producer", "SIGNMARK_PRODUCER"},
    KnownSetting{"propagator", "SIGNMARK_PROPAGATOR"},
    KnownSetting{"signer", "SIGNMARK_SIGNER"},
    KnownSetting{"ledger", "SIGNMARK_LEDGER"},
    KnownSetting{"layers", "SIGNMARK_LAYERS"},
    KnownSetting{"carrier", "SIGNMARK_CARRIER"},
    KnownSetting{"strength", "SIGNMARK_STRENGTH"},
    KnownSetting{"wording", "SIGNMARK_WORDING"},
    KnownSetting{"text", "SIGNMARK_TEXT"},
    KnownSetting{"corner", "SIGNMARK_CORNER"},
    KnownSetting{"height", "SIGNMARK_HEIGHT"},
    KnownSetting{"font", "SIGNMARK_FONT"},
    KnownSetting{"quality", "SIGNMARK_QUALITY"},
    KnownSetting{"crf", "SIGNMARK_CRF"},
    KnownSetting{"preset", "SIGNMARK_PRESET"},
    KnownSetting{"threads", "SIGNMARK_THREADS"},
    KnownSetting{"label-seconds", "SIGNMARK_LABEL_SECONDS"},
    KnownSetting{"notice", "SIGNMARK_NOTICE"},
    KnownSetting{"notice-place", "SIGNMARK_NOTICE_PLACE"},
    KnownSetting{"notice-blend", "SIGNMARK_NOTICE_BLEND"},
    KnownSetting{"notice-language", "SIGNMARK_NOTICE_LANGUAGE"},
    KnownSetting{"notice-file", "SIGNMARK_NOTICE_FILE"},
    KnownSetting{"mark-sound", "SIGNMARK_MARK_SOUND"},
    KnownSetting{"notice-in-film", "SIGNMARK_NOTICE_IN_FILM"},
    KnownSetting{"size-like-source", "SIGNMARK_SIZE_LIKE_SOURCE"},
    KnownSetting{"sei", "SIGNMARK_SEI"},
    KnownSetting{"source-type", "SIGNMARK_SOURCE_TYPE"},
    KnownSetting{"agent", "SIGNMARK_AGENT_NAME"},
    KnownSetting{"agent-version", "SIGNMARK_AGENT_VERSION"},
    KnownSetting{"model", "SIGNMARK_MODEL"},
};

tl::unexpected<Error> config_error(const fs::path& file, const toml::source_region& place,
                                   std::string message) {
  return fail("cli.config", std::move(message),
              fmt::format("{}:{}:{}", file.string(), place.begin.line, place.begin.column),
              "see `signmark mark --help` for the names of settings");
}

/// A text, a number or a truth as text; nothing for other types.
std::optional<std::string> text_of(const toml::node& node) {
  if (auto text = node.value_exact<std::string>()) return text;
  if (const auto whole = node.value_exact<std::int64_t>()) return fmt::format("{}", *whole);
  if (const auto truth = node.value_exact<bool>()) return *truth ? "true" : "false";
  if (const auto number = node.value_exact<double>()) return fmt::format("{}", *number);
  return std::nullopt;
}

Status take(const fs::path& file, const toml::table& table, Settings& settings) {
  for (const auto& [key, node] : table) {
    const std::string_view name = key.str();
    if (std::none_of(kKnown.begin(), kKnown.end(),
                     [&](const KnownSetting& s) { return s.name == name; }))
      return config_error(file, node.source(),
                          fmt::format("\"{}\" is no setting of a profile", name));
    std::optional<std::string> value = text_of(node);
    if (!value)
      return config_error(file, node.source(),
                          fmt::format("the value of \"{}\" is neither text nor a number", name));
    settings.set(std::string(name), std::move(*value));
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

std::optional<std::string> Settings::find(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::nullopt : std::make_optional(found->second);
}

std::string Settings::prefer(const std::string& flag, std::string_view name) const {
  return flag.empty() ? find(name).value_or("") : flag;
}

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
  for (const KnownSetting& setting : kKnown)
    if (const char* value = std::getenv(setting.environment); value != nullptr && *value != '\0')
      settings.set(std::string(setting.name), value);
  return settings;
}

}  // namespace signmark::cli
