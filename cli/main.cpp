// SPDX-License-Identifier: Apache-2.0
// signmark: parses flags, runs one verb, turns its result into an exit code.
#include <fmt/format.h>

#include <csignal>

#include "base/result.hpp"
#include "commands.hpp"
#include "session.hpp"
#include "signmark/keys.hpp"
#include "signmark/version.hpp"

namespace signmark::cli {
namespace {

constexpr int kUsageExit = 2;  // architecture.md section 5

void declare_globals(CLI::App& app, GlobalFlags& flags) {
  app.set_version_flag("-V,--version", "signmark " + std::string(version()));
  app.add_flag("--json", flags.json, "Print JSON lines instead of text");
  app.add_flag("-q,--quiet", flags.quiet, "No advice, only results and errors");
  app.add_flag("-v,--verbose", flags.verbose, "Say more (repeat)");
  app.add_flag("--no-color", flags.no_color, "No colours (NO_COLOR is honoured too)");
  app.add_flag("--no-input", flags.no_input, "Never ask for anything");
  app.add_option("--progress", flags.progress, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  app.add_option("--config", flags.config, "Settings file")->type_name("FILE");
  app.add_option("--profile", flags.profile, "Table [profile.NAME] of the settings file")
      ->type_name("NAME");
  app.add_option("--limit", flags.limits, "Raise a limit; `signmark doctor` lists them")
      ->type_name("NAME=VALUE");
}

/// The parser's words in the form of our messages; a wrong verb by its name.
std::string usage_message(const CLI::App& app, const CLI::ParseError& error) {
  const bool no_verb = app.get_subcommands().empty();
  for (const std::string& word : app.remaining())
    if (no_verb && !word.starts_with('-')) return fmt::format("there is no verb \"{}\"", word);
  for (const std::string& word : app.remaining(true))
    if (word.size() > 1 && word.starts_with('-')) return fmt::format("there is no flag {}", word);
  if (no_verb && dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) return "no verb given";
  std::string message = error.what();
  if (!message.empty() && message[0] >= 'A' && message[0] <= 'Z' &&
      (message.size() < 2 || message[1] < 'A' || message[1] > 'Z'))
    message[0] = static_cast<char>(message[0] + ('a' - 'A'));
  return message;
}

int usage_error(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) return app.exit(error);
  fmt::print(
      stderr,
      "signmark: error: {}\nhint: signmark --help, or signmark VERB --help\ncode: cli.usage\n",
      usage_message(app, error));
  return kUsageExit;
}

int run(int argc, char** argv) {
  keys::harden_process();  // secrets must not end up in core files or be read by other processes
  std::signal(SIGPIPE, SIG_DFL);  // NOLINT(cert-err33-c): a closed pipe ends the program quietly
  Session session;
  CLI::App app(
      "signmark marks AI-generated media so that anyone can tell, later and offline, that it\n"
      "was generated, by whom, and whether it was altered.",
      "signmark");
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(
      "First use:\n"
      "  signmark key new                        an issuer, a signing key, a carrier key (once)\n"
      "  signmark mark photo.png -o marked.png   visible label, AIGC record, C2PA manifest\n"
      "  signmark verify marked.png              every layer, one verdict\n"
      "Exit codes: 0 done or verified, 1 failed, 2 wrong usage, 10 none, 11 untrusted, 12 "
      "tampered,\n"
      "13 marked, 14 inconclusive, 15 key or unlock problem, 20 refused.");
  declare_globals(app, session.flags);
  const auto commands = commands_for(argc > 1 ? argv[1] : "");
  std::vector<CLI::App*> verbs;
  verbs.reserve(commands.size());
  for (const auto& command : commands) verbs.push_back(command->declare(app));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return usage_error(app, error);
  }
  if (const Status ready = session.prepare(); !ready) {
    session.out().error(ready.error());
    return exit_code_of(ready.error());
  }
  for (std::size_t i = 0; i < verbs.size(); ++i) {
    if (!verbs[i]->parsed()) continue;
    const Result<int> code = commands[i]->run(session);
    if (code) return *code;
    session.out().error(code.error());
    return exit_code_of(code.error());
  }
  return kUsageExit;
}

}  // namespace
}  // namespace signmark::cli

int main(int argc, char** argv) {
  try {
    return signmark::cli::run(argc, argv);
  } catch (const std::exception& error) {
    // Only the program's own parts can throw (memory, the flag parser); the library does not.
    fmt::print(stderr, "signmark: error: {}\ncode: cli.internal\n", error.what());
    return 1;
  }
}
