// SPDX-License-Identifier: Apache-2.0
// `signmark batch plan` and `run`: a new job, or the same one again, which goes on with it.
#include <fmt/format.h>

#include <csignal>
#include <map>

#include "base/result.hpp"
#include "commands/batch_progress.hpp"
#include "commands/batch_verbs.hpp"

namespace signmark::cli {
namespace {

constexpr std::size_t kShown = 10;  // failed files that are named on a terminal

class BatchRun final : public Command {
 public:
  explicit BatchRun(bool plan_only) : plan_only_(plan_only) {}

  CLI::App* declare(CLI::App& app) override {
    CLI::App* verb = plan_only_
                         ? app.add_subcommand("plan", "Say what `run` would do; writes nothing")
                         : app.add_subcommand("run",
                                              "Mark (or --verify) all files; go on where a "
                                              "run of the same job ended");
    job_.declare(*verb, true);
    running_.declare(*verb);
    powers_.declare(*verb);
    if (!plan_only_) verb->add_flag("--dry-run", dry_run_, "As `signmark batch plan`");
    verb->footer(
        fmt::format("Example: signmark batch {} photos -o marked", plan_only_ ? "plan" : "run"));
    return verb;
  }

  Result<int> run(Session& session) override {
    SIGNMARK_ASSIGN(const batch::BatchRoom* room, batch::load());
    SIGNMARK_ASSIGN(const batch::Running running, running_.running());
    if (!job_.names_sources() && !running.queue.empty()) return serve(session, *room, running);
    SIGNMARK_ASSIGN(const batch::Job job, job_.job(session.settings));
    const bool dry = plan_only_ || dry_run_;
    std::unique_ptr<OpenPowers> opened = std::make_unique<OpenPowers>();
    if (!dry || job.task == batch::Task::verify) {
      SIGNMARK_ASSIGN(opened, powers_.open(session, job, job_.bundles()));
    }
    return run_batch(session, [&](const batch::Observer& observer) {
      return room->run(session.context, job, opened->powers, running, observer, dry);
    });
  }

 private:
  /// A queue without paths: helps with every job that has something left, the oldest first.
  Result<int> serve(Session& session, const batch::BatchRoom& room, const batch::Running& running) {
    SIGNMARK_ASSIGN(const auto jobs, room.status(session.context, {}, running));
    int code = 0;
    for (auto job = jobs.rbegin(); job != jobs.rend(); ++job) {
      const auto left = [&](batch::ItemState state) {
        return job->items.contains(state) && job->items.at(state) > 0;
      };
      if (!left(batch::ItemState::planned) && !left(batch::ItemState::leased)) continue;
      SIGNMARK_ASSIGN(const batch::Job stored, room.job(session.context, job->job, running));
      SIGNMARK_ASSIGN(const auto opened, powers_.open(session, stored, job_.bundles()));
      SIGNMARK_ASSIGN(const int one, run_batch(session, [&](const batch::Observer& observer) {
                        return room.resume(session.context, job->job, false, opened->powers,
                                           running, observer);
                      }));
      if (one > 128) return one;
      code = std::max(code, one);
    }
    return code;
  }

  bool plan_only_, dry_run_ = false;
  JobFlags job_;
  RunningFlags running_;
  PowerFlags powers_;
};

/// What people want to read of the report's lines while they are written.
class FailureList {
 public:
  void take(const std::string& line) {
    const auto value = JsonLine::parse(line, nullptr, false);
    if (!value.is_object() || value.value("type", "") != "item") return;
    for (const JsonLine& error : value.value("errors", JsonLine::array())) {
      const std::string code = error.value("code", "");
      if (hints_[code].empty()) hints_[code] = error.value("hint", "");
      if (shown_.size() < kShown)
        shown_.push_back(
            fmt::format("  failed    {}: {}", value.value("path", ""), error.value("message", "")));
    }
  }
  void print(const Output& out, const batch::JobStatus& status) const {
    for (const std::string& line : shown_) out.line(line);
    std::uint64_t all = 0;
    for (const auto& [code, count] : status.errors) all += count;
    if (all > shown_.size()) out.line(fmt::format("  failed    … {} more", all - shown_.size()));
    for (const auto& [code, count] : status.errors) {
      const auto hint = hints_.find(code);
      const bool known = hint != hints_.end() && !hint->second.empty();
      out.line(fmt::format("  {:<9} {}{}", count, code, known ? ": " + hint->second : ""));
    }
  }

 private:
  std::vector<std::string> shown_;
  std::map<std::string, std::string> hints_;
};

void print_summary(const Output& out, const batch::Summary& summary, const FailureList& failures) {
  const batch::JobStatus& status = summary.status;
  const char* what = status.task == batch::Task::mark ? "mark" : "verify";
  out.line(fmt::format("job {} ({}{}): {}", status.job, what, summary.dry_run ? ", dry run" : "",
                       counts_text(status)));
  for (const auto& [verdict, count] : status.verdicts)
    out.line(fmt::format("  verdict   {} {}", count, verdict));
  failures.print(out, status);
  if (summary.workers_crashed > 0)
    out.line(fmt::format("  crashes   {} worker processes died and were replaced",
                         summary.workers_crashed));
  if (summary.outputs_gone > 0)
    out.line(fmt::format("  gone      {} of the outputs", summary.outputs_gone));
  const std::pair<const char*, const std::filesystem::path*> files[] = {
      {"report", &summary.report}, {"job list", &summary.job_list}, {"page", &summary.html}};
  for (const auto& [name, path] : files)
    if (!path->empty()) out.line(fmt::format("  {:<9} {}", name, path_text(*path)));
  if (out.verbose() > 0 && !summary.sandbox.empty())
    out.line(fmt::format("  sandbox   {}", summary.sandbox));
}

void print_advice(const Output& out, const batch::Summary& summary) {
  const batch::JobStatus& status = summary.status;
  const auto count = [&](batch::ItemState state) {
    const auto found = status.items.find(state);
    return found == status.items.end() ? 0 : found->second;
  };
  if (summary.dry_run) return out.note("next: the same with `signmark batch run`");
  if (summary.stopped)
    return out.note(fmt::format(
        "stopped: too many files fail. next: signmark batch resume {} --max-failures 100%",
        status.job));
  if (count(batch::ItemState::planned) + count(batch::ItemState::leased) > 0)
    return out.note(fmt::format("next: signmark batch resume {}", status.job));
  if (summary.outputs_gone > 0)
    out.note(
        "if they were not moved on purpose: the same with --recheck, then signmark batch retry");
  if (count(batch::ItemState::failed) > 0)
    out.note(fmt::format("next: signmark batch retry {}", status.job));
}

int exit_code(const batch::Summary& summary, int signal) {
  constexpr int kSomeFailed = 3, kBySignal = 128;
  if (summary.interrupted && signal != 0) return kBySignal + signal;
  const auto failed = summary.status.items.find(batch::ItemState::failed);
  const bool any = failed != summary.status.items.end() && failed->second > 0;
  return summary.stopped || any ? kSomeFailed : 0;
}

}  // namespace

Result<int> run_batch(const Session& session,
                      const std::function<Result<batch::Summary>(const batch::Observer&)>& run) {
  const Output& out = session.out();
  Signals signals;
  BatchProgress progress(session);
  FailureList failures;
  int wish = 0, signal = 0;
  bool line_wanted = false;
  batch::Observer observer;
  observer.stop = [&] {
    for (int number = signals.next(); number != 0; number = signals.next()) {
      if (number == SIGUSR1) {
        line_wanted = true;
        continue;
      }
      signal = number;
      if (++wish > 1) continue;
      progress.clear();
      out.warning("no new files; those at work may end within 10 s (press again to stop now)");
    }
    return wish;
  };
  observer.progress = [&](const batch::JobStatus& status) {
    if (std::exchange(line_wanted, false)) progress.line(status);
    progress.show(status);
  };
  observer.record = [&](const std::string& line) {
    if (out.json()) fmt::print("{}\n", line);
    failures.take(line);
  };
  const auto summary = run(observer);
  progress.clear();
  if (!summary) return tl::unexpected<Error>(summary.error());
  print_summary(out, *summary, failures);
  print_advice(out, *summary);
  return exit_code(*summary, signal);
}

std::string counts_text(const batch::JobStatus& status) {
  std::string text;
  for (const auto& [state, count] : status.items)
    if (count != 0)
      text +=
          fmt::format("{}{} {}", text.empty() ? "" : ", ", count, batch::item_state_name(state));
  return text.empty() ? "no files" : text;
}

std::unique_ptr<Command> make_batch_plan() { return std::make_unique<BatchRun>(true); }
std::unique_ptr<Command> make_batch_run() { return std::make_unique<BatchRun>(false); }

}  // namespace signmark::cli
