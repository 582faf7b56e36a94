// SPDX-License-Identifier: Apache-2.0
// `signmark batch`: many files, archives and machines. Its verbs live in batch_*.cpp.
#include "commands/batch_command.hpp"

#include "base/result.hpp"
#include "commands/batch_verbs.hpp"
#include "verb_group.hpp"

namespace signmark::cli {
namespace {

class BatchCommand final : public VerbGroup {
 public:
  CLI::App* declare(CLI::App& app) override {
    std::vector<std::unique_ptr<Command>> verbs;
    verbs.push_back(make_batch_plan());
    verbs.push_back(make_batch_run());
    verbs.push_back(make_batch_resume());
    verbs.push_back(make_batch_status());
    verbs.push_back(make_batch_retry());
    verbs.push_back(make_batch_check());
    CLI::App* group = declare_group(
        app, "batch", "Mark or verify folders, lists and archives; goes on after any interruption",
        std::move(verbs));
    group->footer(
        "Exit codes: 0 all done, 3 some files failed, 1 the job itself failed, 130 interrupted.\n"
        "Example: signmark batch run photos -o marked");
    return group;
  }
};

/// What `batch run` starts for each of its workers. Not in the list of verbs: people have no use
/// for it.
class BatchWorkerCommand final : public Command {
 public:
  CLI::App* declare(CLI::App& app) override {
    CLI::App* verb = app.add_subcommand("batch-worker")->group("");
    verb->add_option("--control", control_, "Descriptor of the supervisor's socket")->required();
    return verb;
  }

  Result<int> run(Session& session) override {
    SIGNMARK_ASSIGN(const batch::BatchRoom* room, batch::load());
    return room->serve(session.context, control_);
  }

 private:
  int control_ = -1;
};

}  // namespace

std::unique_ptr<Command> make_batch_command() { return std::make_unique<BatchCommand>(); }

std::unique_ptr<Command> make_batch_worker_command() {
  return std::make_unique<BatchWorkerCommand>();
}

}  // namespace signmark::cli
