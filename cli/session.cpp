// SPDX-License-Identifier: Apache-2.0
// Global flags become a context, settings and an output style.
#include "session.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "base/result.hpp"

namespace signmark::cli {
namespace {

bool environment_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

bool wants_color(const GlobalFlags& flags) {
  const char* term = std::getenv("TERM");
  const bool dumb = term == nullptr || std::string_view(term) == "dumb";
  return !flags.no_color && !environment_set("NO_COLOR") && !dumb && ::isatty(STDOUT_FILENO) == 1;
}

/// A line on stderr that rewrites itself; only on a terminal (architecture.md section 6).
bool show_progress(const Progress& progress) {
  if (progress.total == 0 || progress.done >= progress.total)
    fmt::print(stderr, "\r\x1b[K");
  else
    fmt::print(stderr, "\r\x1b[K{} {:3}%", progress.phase, progress.done * 100 / progress.total);
  return true;
}

}  // namespace

Status Session::prepare() {
  out_ = std::make_unique<Output>(
      OutputStyle{flags.json, flags.quiet, wants_color(flags), flags.verbose});
  for (const std::string& limit : flags.limits) SIGNMARK_TRY(set_limit(context.limits, limit));
  const bool named = !flags.config.empty();
  SIGNMARK_ASSIGN(settings,
                  load_settings(named ? std::filesystem::path(flags.config) : default_config_file(),
                                named, flags.profile));
  if (flags.progress == "always" || (flags.progress == "auto" && ::isatty(STDERR_FILENO) == 1))
    context.progress = show_progress;
  return {};
}

}  // namespace signmark::cli
