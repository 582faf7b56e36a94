// SPDX-License-Identifier: Apache-2.0
// `signmark key`: the keyring. Its verbs live in key_*.cpp.
#include "commands/key_command.hpp"

#include "commands/key_verbs.hpp"
#include "verb_group.hpp"

namespace signmark::cli {
namespace {

class KeyCommand final : public VerbGroup {
 public:
  CLI::App* declare(CLI::App& app) override {
    return declare_group(app, "key", "The keyring: make, list, rotate, revoke, back up keys",
                         make_key_verbs());
  }
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
