// SPDX-License-Identifier: Apache-2.0
#include "batch/run.hpp"

#include <chrono>
#include <thread>

#include "base/time.hpp"
#include "batch/digest.hpp"
#include "batch/html_summary.hpp"
#include "batch/job_list.hpp"
#include "batch/patience.hpp"
#include "batch/places.hpp"
#include "batch/report.hpp"
#include "batch/supervisor.hpp"

namespace signmark::batch {
namespace fs = std::filesystem;
namespace {

using Clock = std::chrono::steady_clock;

bool is_over(const JobStatus& status) {
  const auto count = [&status](ItemState state) {
    const auto found = status.items.find(state);
    return found == status.items.end() ? 0 : found->second;
  };
  return count(ItemState::planned) + count(ItemState::leased) == 0;
}

class Run {
 public:
  Run(const RunRequest& request, JobStore& store, Places places)
      : request_(request), store_(store), places_(std::move(places)) {}

  Result<Summary> carry_out(bool scan) {
    SIGNMARK_TRY(places_.make());
    SIGNMARK_TRY(store_.reclaim());
    SIGNMARK_TRY(sweep());
    if (request_.running.recheck) SIGNMARK_TRY(recheck());
    auto summary = work(scan);
    places_.clean();
    if (!summary) return summary;
    if (!request_.running.queue.empty()) {
      SIGNMARK_TRY(settle_all());
      SIGNMARK_TRY(sweep());  // what processes left that were killed meanwhile
    }
    SIGNMARK_TRY(conclude(*summary));
    return summary;
  }

 private:
  Result<Summary> work(bool scan) {
    return Supervisor(
               {request_.context, request_.job, request_.row, request_.powers, request_.running,
                request_.observer, store_, [this](int slot) { return start_worker(slot); },
                scan_rules(), scan,
                [this](const StoredItem& item, ByteView jpeg) { html_.thumbnail(item, jpeg); }})
        .run();
  }

  ScanRules scan_rules() const {
    ScanRules rules;
    rules.folders = {places_.folder};
    if (!request_.job.output.empty()) rules.folders.push_back(request_.job.output);
    rules.files = {places_.report(), places_.job_list(), places_.html()};
    return rules;
  }

  Result<std::unique_ptr<Worker>> start_worker(int slot) const {
    WorkerSetup setup;
    setup.task = request_.job.task;
    setup.options = request_.job.options;
    setup.existing = request_.job.existing;
    setup.guards = request_.job.guards;
    setup.limits = request_.context.limits;
    setup.sandbox = request_.running.sandbox;
    setup.thumbnails = true;
    setup.belief = request_.job.belief;
    SIGNMARK_ASSIGN(setup.scratch, places_.scratch_of(slot));
    fs::path program = request_.running.worker_program;
    std::error_code error;
    if (program.empty()) program = fs::read_symlink("/proc/self/exe", error);
    return Worker::start(request_.context, program, setup, request_.powers);
  }

  /// Temporaries of runs that were killed. With a job file all of them: we hold its lock. With a
  /// queue those that no living holder writes and no unsettled item needs.
  Status sweep() const {
    if (request_.job.task != Task::mark) return {};
    SIGNMARK_ASSIGN(const JobStatus status, store_.status());
    if (status.items.empty()) return {};
    const bool queue = !request_.running.queue.empty();
    sweep_parts(
        request_.job.output, request_.row.id,
        [&](const PartName& name, const fs::path& at) { return !queue || is_abandoned(name, at); });
    return {};
  }

  bool is_abandoned(const PartName& name, const fs::path& path) const {
    std::error_code error;
    const auto age = fs::file_time_type::clock::now() - fs::last_write_time(path, error);
    if (error || age < std::chrono::duration<double>(2 * request_.running.lease_seconds))
      return false;
    const auto item = store_.find(name.key);
    return item && *item && (*item)->state != ItemState::leased && (*item)->end.pending.empty();
  }

  /// --recheck: an item is `done` only with its output as it was.
  Status recheck() const {
    std::vector<std::pair<std::string, Error>> doubts;
    SIGNMARK_TRY(store_.each([&](const StoredItem& item) -> Status {
      if (item.state != ItemState::done || item.item.destination.empty()) return {};
      const fs::path output = request_.job.output / item.item.destination;
      const auto digest = digest_of(output);
      if (!digest)
        doubts.emplace_back(item.item.key, Error{"batch.output.missing", "the output is gone",
                                                 output.string(), "signmark batch retry"});
      else if (*digest != item.end.output_digest)
        doubts.emplace_back(item.item.key,
                            Error{"batch.output.changed", "the output was changed since",
                                  output.string(), "move it away, then signmark batch retry"});
      return {};
    }));
    for (const auto& [key, why] : doubts) SIGNMARK_TRY(store_.doubt(key, why));
    return {};
  }

  /// Outputs may have been moved on, so what is not there any more is told, not done again. A look
  /// at names alone; of a queue, whose output folder may be another machine's, none.
  Result<std::uint64_t> count_gone() const {
    std::uint64_t gone = 0;
    if (request_.job.task != Task::mark || !request_.running.queue.empty()) return gone;
    SIGNMARK_TRY(store_.each([&](const StoredItem& item) -> Status {
      if (item.state != ItemState::done || item.item.destination.empty()) return {};
      std::error_code error;
      if (!fs::exists(request_.job.output / item.item.destination, error)) ++gone;
      return {};
    }));
    return gone;
  }

  /// Queue: the last items of finishers that vanished are taken care of before there is a list.
  Status settle_all() const {
    const double lease = request_.running.lease_seconds;
    Committer committer(store_, request_.powers,
                        {true, request_.job.force, new_file_mode(), request_.job.output});
    const auto until = Clock::now() + std::chrono::duration<double>(3 * lease);
    for (;;) {
      SIGNMARK_TRY(committer.repair(2 * lease));
      SIGNMARK_ASSIGN(const std::vector<StoredItem> left, store_.unsettled(0, 1));
      const bool stop = request_.observer.stop && request_.observer.stop() > 0;
      if (left.empty() || stop || Clock::now() > until) return {};
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
  }

  Status conclude(Summary& summary) {
    summary.report = places_.report();
    summary.html = places_.html();
    if (request_.running.queue.empty()) summary.job_file = places_.job_file(request_.row.id);
    SummaryFacts facts;
    facts.options = request_.job.options;
    facts.ended = request_.context.clock->now();
    SIGNMARK_ASSIGN(summary.outputs_gone, count_gone());
    if (request_.job.task == Task::mark && is_over(summary.status)) {
      SIGNMARK_ASSIGN(const JobList list, write_job_list(places_.job_list(), store_));
      summary.job_list = places_.job_list();
      facts.job_list_digest = list.digest;
      // Recorded once however often it is tried: it looks first.
      SIGNMARK_ASSIGN(facts.ledger, patiently(!request_.running.queue.empty(),
                                              [&](bool) { return record_list(list); }));
    }
    SIGNMARK_TRY(html_.write(places_.html(), summary, facts, store_));
    return write_report(places_.report(), request_.job, store_, summary, request_.observer);
  }

  /// The job list's digest as an event of the ledger, once, and a checkpoint over it. Gives what
  /// covers it, in words.
  Result<std::string> record_list(const JobList& list) const {
    if (request_.powers.ledger == nullptr) return std::string();
    ledger::Query query;
    query.item_key = request_.row.id;
    SIGNMARK_ASSIGN(const std::vector<ledger::Hit> hits, request_.powers.ledger->search(query));
    for (const ledger::Hit& hit : hits)
      if (hit.entry.output_digest == list.digest)
        return "entry " + std::to_string(hit.entry.sequence);
    ledger::Entry entry;
    entry.action = "job";
    entry.item_key = request_.row.id;
    entry.name = places_.job_list().filename().native();
    entry.output_digest = list.digest;
    std::error_code error;
    entry.bytes = fs::file_size(places_.job_list(), error);
    SIGNMARK_ASSIGN(const std::uint64_t sequence,
                    request_.powers.ledger->append({entry}, request_.powers.signer));
    if (request_.powers.signer != nullptr)
      SIGNMARK_TRY(request_.powers.ledger->checkpoint(*request_.powers.signer));
    return "entry " + std::to_string(sequence);
  }

  const RunRequest& request_;
  JobStore& store_;
  Places places_;
  HtmlSummary html_;
};

/// Why an item would fail, as far as that can be said without work.
std::optional<Error> foreseen(const Job& job, const PlannedItem& item) {
  std::error_code ignored;
  if (item.digest.empty()) return Error{"base.file.open", "cannot read the file", item.source, {}};
  if (job.task == Task::verify) return std::nullopt;
  if (item.destination.empty())
    return Error{"batch.destination", "another source has the same place in the output folder",
                 item.source, "name the folder that holds both"};
  const fs::path output = job.output / item.destination;
  if (!job.force && fs::exists(fs::symlink_status(output, ignored)))
    return Error{"base.file.exists", "the output exists already", output.string(),
                 "use -f to replace it"};
  return std::nullopt;
}

}  // namespace

Result<Summary> carry_out(const RunRequest& request, JobStore& store, bool scan) {
  SIGNMARK_ASSIGN(Places places, Places::of(request.running, request.row.id));
  return Run(request, store, std::move(places)).carry_out(scan);
}

Result<Summary> look_only(const RunRequest& request) {
  SIGNMARK_ASSIGN(const Places places, Places::of(request.running, request.row.id));
  std::error_code ignored;
  std::unique_ptr<JobStore> known;
  if (request.running.queue.empty() && fs::exists(places.job_file(request.row.id), ignored)) {
    SIGNMARK_ASSIGN(known, open_job_file(request.context, places.job_file(request.row.id), true));
  }
  Summary summary;
  summary.dry_run = true;
  JobStatus& status = summary.status;
  status.job = request.row.id;
  status.task = request.job.task;
  ScanRules rules;
  rules.folders = {places.folder};
  if (!request.job.output.empty()) rules.folders.push_back(request.job.output);
  rules.files = {places.report(), places.job_list(), places.html()};
  rules.stop = [&] { return request.observer.stop && request.observer.stop() > 0; };
  SIGNMARK_TRY(scan(request.job, request.row.params, rules, [&](PlannedItem item) -> Status {
    if (rules.stop()) return fail("base.cancelled", "planning was interrupted");
    StoredItem planned;
    planned.item = std::move(item);
    if (known) {
      SIGNMARK_ASSIGN(auto stored, known->find(planned.item.key));
      if (stored) planned = std::move(*stored);
    }
    if (auto error = foreseen(request.job, planned.item);
        error && planned.state == ItemState::planned) {
      planned.state = ItemState::failed;
      planned.end.error = std::move(*error);
    }
    ++status.items[planned.state];
    if (planned.state == ItemState::failed) ++status.errors[planned.end.error.code];
    status.bytes_total += planned.item.bytes;
    if (request.observer.record) request.observer.record(item_line(request.job, planned));
    return {};
  }));
  if (request.observer.record) request.observer.record(summary_line(summary));
  return summary;
}

}  // namespace signmark::batch
