// SPDX-License-Identifier: Apache-2.0
// `signmark key`: the keyring. Its verbs live in key_*.cpp.
#include "commands/key_command.hpp"

#include "commands/key_verbs.hpp"

namespace signmark::cli {
namespace {

class KeyCommand final : public Command {
 public:
  CLI::App* declare(CLI::App& app) override {
    CLI::App* verb =
        app.add_subcommand("key", "The keyring: make, list, rotate, revoke, back up keys");
    verb->require_subcommand(1);
    verbs_ = make_key_verbs();
    for (const auto& command : verbs_) parsed_.push_back(command->declare(*verb));
    return verb;
  }

  Result<int> run(Session& session) override {
    for (std::size_t i = 0; i < verbs_.size(); ++i)
      if (parsed_[i]->parsed()) return verbs_[i]->run(session);
    return 2;  // wrong usage; the flag parser asks for a verb before
  }

 private:
  std::vector<std::unique_ptr<Command>> verbs_;
  std::vector<CLI::App*> parsed_;
};

}  // namespace

std::unique_ptr<Command> make_key_command() { return std::make_unique<KeyCommand>(); }

std::vector<std::unique_ptr<Command>> make_key_verbs() {
  std::vector<std::unique_ptr<Command>> verbs;
  verbs.push_back(make_key_new());
  verbs.push_back(make_key_list());
  verbs.push_back(make_key_show());
  verbs.push_back(make_key_rotate());
  verbs.push_back(make_key_revoke());
  verbs.push_back(make_key_passwd());
  verbs.push_back(make_key_export());
  verbs.push_back(make_key_import());
  verbs.push_back(make_key_agent());
  return verbs;
}

}  // namespace signmark::cli
