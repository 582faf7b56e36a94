// SPDX-License-Identifier: Apache-2.0
// The list of verbs, in the order of --help.
#include "commands.hpp"

#include "commands/batch_command.hpp"
#include "commands/doctor_command.hpp"
#include "commands/help_command.hpp"
#include "commands/inspect_command.hpp"
#include "commands/key_command.hpp"
#include "commands/ledger_command.hpp"
#include "commands/mark_command.hpp"
#include "commands/pipe_command.hpp"
#include "commands/propagate_command.hpp"
#include "commands/trust_command.hpp"
#include "commands/verify_command.hpp"

namespace signmark::cli {

namespace {

struct Verb {
  std::string_view name;
  std::unique_ptr<Command> (*make)();
  bool alone = true;  // needs no other verb to be declared
};
constexpr Verb kVerbs[] = {
    {"mark", make_mark_command},
    {"verify", make_verify_command},
    {"inspect", make_inspect_command},
    {"propagate", make_propagate_command},
    {"batch", make_batch_command},
    {"ledger", make_ledger_command},
    {"pipe", make_pipe_command},
    {"key", make_key_command},
    {"trust", make_trust_command},
    {"doctor", make_doctor_command},
    {"help", make_help_command, false},
    {"completion", make_completion_command, false},
    {"batch-worker", make_batch_worker_command},
};

}  // namespace

std::vector<std::unique_ptr<Command>> all_commands() {
  std::vector<std::unique_ptr<Command>> commands;
  for (const Verb& verb : kVerbs) commands.push_back(verb.make());
  return commands;
}

std::vector<std::unique_ptr<Command>> commands_for(std::string_view first_word) {
  for (const Verb& verb : kVerbs) {
    if (!verb.alone || verb.name != first_word) continue;
    std::vector<std::unique_ptr<Command>> one;
    one.push_back(verb.make());
    return one;
  }
  return all_commands();
}

}  // namespace signmark::cli
