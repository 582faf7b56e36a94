// SPDX-License-Identifier: Apache-2.0
// The list of verbs, in the order of --help.
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

std::vector<std::unique_ptr<Command>> all_commands() {
  std::vector<std::unique_ptr<Command>> commands;
  commands.push_back(make_mark_command());
  commands.push_back(make_verify_command());
  commands.push_back(make_inspect_command());
  commands.push_back(make_propagate_command());
  commands.push_back(make_batch_command());
  commands.push_back(make_ledger_command());
  commands.push_back(make_pipe_command());
  commands.push_back(make_key_command());
  commands.push_back(make_trust_command());
  commands.push_back(make_doctor_command());
  commands.push_back(make_help_command());
  commands.push_back(make_completion_command());
  commands.push_back(make_batch_worker_command());
  return commands;
}

}  // namespace signmark::cli
