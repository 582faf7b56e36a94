// SPDX-License-Identifier: Apache-2.0
// `signmark help` and `signmark completion`.
#include "commands/help_command.hpp"

#include <fmt/format.h>

#include "base/result.hpp"

namespace signmark::cli {
namespace {

/// All verbs right below an app, parsed or not.
std::vector<const CLI::App*> verbs_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

const CLI::App* find_verb(const CLI::App& app, const std::string& name) {
  for (const CLI::App* verb : verbs_of(app))
    if (verb->get_name() == name) return verb;
  return nullptr;
}

class HelpCommand final : public Command {
 public:
  CLI::App* declare(CLI::App& app) override {
    app_ = &app;
    CLI::App* verb = app.add_subcommand("help", "Help on a verb");
    verb->add_option("VERB", path_, "A verb, for instance: key new");
    return verb;
  }

  Result<int> run(Session& session) override {
    const CLI::App* at = app_;
    for (const std::string& name : path_) {
      const CLI::App* next = find_verb(*at, name);
      if (next == nullptr)
        return fail("cli.usage", fmt::format("there is no verb \"{}\"", name), {},
                    "signmark --help lists them");
      at = next;
    }
    // Not help(): that of the program would be the help of the verb that runs, this one.
    std::string text =
        at->get_formatter()->make_help(at, at->get_display_name(), CLI::AppFormatMode::Normal);
    while (text.ends_with('\n')) text.pop_back();
    session.out().line(text);
    session.out().object({{"help", text}}, "item");
    return 0;
  }

 private:
  const CLI::App* app_ = nullptr;
  std::vector<std::string> path_;
};

/// What may follow a verb: its own flags and the verbs below it.
std::string words_after(const CLI::App& app) {
  std::string words;
  const auto add = [&](const std::string& word) { words += (words.empty() ? "" : " ") + word; };
  for (const CLI::App* verb : verbs_of(app)) add(verb->get_name());
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) add("--" + name);
  return words;
}

/// One case arm a verb, the deeper ones first, since the first arm that fits decides.
void add_arms(const CLI::App& app, const std::string& path, std::string& script) {
  for (const CLI::App* verb : verbs_of(app)) add_arms(*verb, path + " " + verb->get_name(), script);
  script += fmt::format("    \"{} \"*) words=\"{}\" ;;\n", path, words_after(app));
}

class CompletionCommand final : public Command {
 public:
  CLI::App* declare(CLI::App& app) override {
    app_ = &app;
    CLI::App* verb = app.add_subcommand("completion", "Completion script for a shell");
    verb->add_option("SHELL", shell_, "bash")->required()->check(CLI::IsMember({"bash"}));
    verb->footer("Example: source <(signmark completion bash)");
    return verb;
  }

  Result<int> run(Session& session) override {
    std::string script =
        "_signmark() {\n"
        "  local words cur=${COMP_WORDS[COMP_CWORD]}\n"
        "  case \"${COMP_WORDS[*]:0:COMP_CWORD} \" in\n";
    add_arms(*app_, "signmark", script);
    script +=
        "  esac\n"
        "  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
        "}\n"
        "complete -o default -F _signmark signmark";
    session.out().line(script);
    session.out().object({{"script", script}}, "item");
    return 0;
  }

 private:
  const CLI::App* app_ = nullptr;
  std::string shell_;
};

}  // namespace

std::unique_ptr<Command> make_help_command() { return std::make_unique<HelpCommand>(); }
std::unique_ptr<Command> make_completion_command() { return std::make_unique<CompletionCommand>(); }

}  // namespace signmark::cli
