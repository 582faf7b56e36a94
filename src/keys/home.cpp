// SPDX-License-Identifier: Apache-2.0
// The folders of one user (keys.md section 4.3).
#include <cstdlib>

#include "base/result.hpp"
#include "signmark/keyring.hpp"

namespace signmark::keys {
namespace fs = std::filesystem;
namespace {

constexpr const char* kName = "signmark";

std::optional<std::string> process_variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

/// The variable as a path; empty when it is unset or empty, which XDG treats alike.
fs::path variable(const Environment& environment, const char* name) {
  return environment(name).value_or("");
}

/// An XDG folder. The XDG specification wants relative values to be ignored.
fs::path xdg(const Environment& environment, const char* name, const fs::path& fallback) {
  const fs::path value = variable(environment, name);
  const fs::path base = value.is_absolute() ? value : fallback;
  return base.empty() ? base : base / kName;
}

tl::unexpected<Error> no_home(std::string message, const fs::path& value) {
  return fail("keys.home", std::move(message), value.string(),
              "set SIGNMARK_HOME to an absolute path");
}

}  // namespace

Home Home::at(const fs::path& root) {
  Home home;
  home.config = root / "config";
  home.data = root / "data";
  home.state = root / "state";
  home.runtime = root / "runtime";
  return home;
}

Result<Home> Home::from_environment(const Environment& environment) {
  const Environment& look_up = environment ? environment : Environment(process_variable);
  const fs::path root = variable(look_up, "SIGNMARK_HOME");
  if (root.is_absolute()) return at(root);
  // Not ignored: keys would go to the real home although another one was wanted.
  if (!root.empty()) return no_home("SIGNMARK_HOME is no absolute path", root);
  const fs::path user = variable(look_up, "HOME");
  if (!user.is_absolute()) return no_home("HOME is no absolute path", user);
  Home home;
  home.config = xdg(look_up, "XDG_CONFIG_HOME", user / ".config");
  home.data = xdg(look_up, "XDG_DATA_HOME", user / ".local/share");
  home.state = xdg(look_up, "XDG_STATE_HOME", user / ".local/state");
  home.runtime = xdg(look_up, "XDG_RUNTIME_DIR", {});
  home.system_config = "/etc/signmark";
  home.system_trust = "/usr/share/signmark/trust.d";
  home.system_state = "/var/lib/signmark";
  return home;
}

}  // namespace signmark::keys
