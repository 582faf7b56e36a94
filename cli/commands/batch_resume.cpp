// SPDX-License-Identifier: Apache-2.0
// `signmark batch resume`, `retry` and `status`: jobs that are there already.
#include <fmt/format.h>

#include <algorithm>

#include "base/result.hpp"
#include "commands/batch_verbs.hpp"

namespace signmark::cli {
namespace {

class BatchResume final : public Command {
 public:
  explicit BatchResume(bool retry) : retry_(retry) {}

  CLI::App* declare(CLI::App& app) override {
    const char* name = retry_ ? "retry" : "resume";
    CLI::App* verb = app.add_subcommand(
        name, retry_ ? "Take the failed files of a job again" : "Go on with a job");
    verb->add_option("JOB", id_, "Its id, or the beginning of it; see signmark batch status")
        ->required();
    job_.declare(*verb, false);
    running_.declare(*verb);
    powers_.declare(*verb);
    verb->footer(
        fmt::format("Example: signmark batch {} 1f6c\nOptions of marking stand in the job; "
                    "given again they must be the same.\n"
                    "A job that verifies goes on with the trust and keys that it was planned with.",
                    name));
    return verb;
  }

  Result<int> run(Session& session) override {
    SIGNMARK_ASSIGN(const batch::BatchRoom* room, batch::load());
    SIGNMARK_ASSIGN(const batch::Running running, running_.running());
    SIGNMARK_ASSIGN(const batch::Job job, room->job(session.context, id_, running));
    SIGNMARK_TRY(check_same(job));
    SIGNMARK_ASSIGN(const auto opened, powers_.open(session, job, job_.bundles()));
    return run_batch(session, [&](const batch::Observer& observer) {
      return room->resume(session.context, id_, retry_, opened->powers, running, observer);
    });
  }

 private:
  /// Other settings would make another job of it.
  Status check_same(const batch::Job& job) const {
    SIGNMARK_ASSIGN(const std::vector<batch::Setting> given, job_.options(nullptr));
    for (const batch::Setting& setting : given) {
      if (std::find(job.options.begin(), job.options.end(), setting) != job.options.end()) continue;
      const auto planned =
          std::find_if(job.options.begin(), job.options.end(),
                       [&](const batch::Setting& other) { return other.first == setting.first; });
      const std::string was = planned == job.options.end()
                                  ? fmt::format("without --{}", setting.first)
                                  : fmt::format("with --{} {}", planned->first, planned->second);
      return fail("batch.job.changed", "this job was planned " + was, id_,
                  "use `signmark batch run` for a new one");
    }
    return {};
  }

  bool retry_;
  std::string id_;
  JobFlags job_;
  RunningFlags running_;
  PowerFlags powers_;
};

class BatchStatus final : public Command {
 public:
  CLI::App* declare(CLI::App& app) override {
    CLI::App* verb = app.add_subcommand("status", "List jobs and how far they are");
    verb->add_option("JOB", id_, "This job only");
    running_.declare_place(*verb);
    return verb;
  }

  Result<int> run(Session& session) override {
    SIGNMARK_ASSIGN(const batch::BatchRoom* room, batch::load());
    SIGNMARK_ASSIGN(const batch::Running running, running_.running());
    SIGNMARK_ASSIGN(const auto jobs, room->status(session.context, id_, running));
    const Output& out = session.out();
    for (const batch::JobStatus& status : jobs) {
      out.line(fmt::format("{}  {:<6}  {}{}", status.job,
                           status.task == batch::Task::mark ? "mark" : "verify",
                           counts_text(status), status.scanning ? ", not all found yet" : ""));
      if (!id_.empty()) details(out, status);
      out.object(status_json(status), "item");
    }
    if (jobs.empty()) out.line("no jobs");
    return 0;
  }

 private:
  static void details(const Output& out, const batch::JobStatus& status) {
    for (const auto& [verdict, count] : status.verdicts)
      out.line(fmt::format("  verdict   {} {}", count, verdict));
    for (const auto& [code, count] : status.errors)
      out.line(fmt::format("  {:<9} {}", count, code));
  }

  std::string id_;
  RunningFlags running_;
};

}  // namespace

JsonLine status_json(const batch::JobStatus& status) {
  JsonLine value = {{"job", status.job},
                    {"task", status.task == batch::Task::mark ? "mark" : "verify"},
                    {"bytes_done", status.bytes_done},
                    {"bytes_total", status.bytes_total},
                    {"scanning", status.scanning},
                    {"items", JsonLine::object()},
                    {"verdicts", status.verdicts},
                    {"errors", status.errors}};
  for (const auto& [state, count] : status.items)
    value["items"][std::string(batch::item_state_name(state))] = count;
  return value;
}

std::unique_ptr<Command> make_batch_resume() { return std::make_unique<BatchResume>(false); }
std::unique_ptr<Command> make_batch_retry() { return std::make_unique<BatchResume>(true); }
std::unique_ptr<Command> make_batch_status() { return std::make_unique<BatchStatus>(); }

}  // namespace signmark::cli
