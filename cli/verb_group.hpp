// SPDX-License-Identifier: Apache-2.0
// A verb that has verbs of its own, as `key`, `batch` and `ledger`: one of them is always given.
#pragma once

#include "session.hpp"

namespace signmark::cli {

class VerbGroup : public Command {
 public:
  Result<int> run(Session& session) final {
    for (std::size_t i = 0; i < verbs_.size(); ++i)
      if (parsed_[i]->parsed()) return verbs_[i]->run(session);
    return 2;  // wrong usage; the flag parser asks for a verb before
  }

 protected:
  /// Adds the group with its verbs in the order of `--help`.
  CLI::App* declare_group(CLI::App& app, const char* name, const char* help,
                          std::vector<std::unique_ptr<Command>> verbs) {
    CLI::App* group = app.add_subcommand(name, help);
    group->require_subcommand(1);
    verbs_ = std::move(verbs);
    for (const auto& verb : verbs_) parsed_.push_back(verb->declare(*group));
    return group;
  }

 private:
  std::vector<std::unique_ptr<Command>> verbs_;
  std::vector<CLI::App*> parsed_;
};

}  // namespace signmark::cli
