// SPDX-License-Identifier: Apache-2.0
#include "batch/room.hpp"

#include "batch/belief.hpp"
#include "batch/description.hpp"
#include "batch/job_list.hpp"
#include "batch/places.hpp"
#include "batch/run.hpp"
#include "batch/worker.hpp"

namespace signmark::batch {
namespace {

class Room final : public BatchRoom {
 public:
  Result<Summary> run(const Context& context, const Job& job, const Powers& powers,
                      const Running& running, const Observer& observer,
                      bool dry_run) const override {
    SIGNMARK_ASSIGN(Job settled, settle_job(job));
    if (job.task == Task::verify) {
      SIGNMARK_ASSIGN(settled.belief, belief_of(public_part(powers)));
    }
    JobRow row = row_of(settled, context.clock->now());
    const RunRequest request{context, settled, row, powers, running, observer};
    if (dry_run) return look_only(request);
    SIGNMARK_ASSIGN(const auto store, open_store(context, running, row.id, false));
    SIGNMARK_ASSIGN(row, store->open_job(row));
    SIGNMARK_TRY(check_row(row));
    return carry_out(request, *store, !running.drain);
  }

  Result<Summary> resume(const Context& context, const std::string& id, bool retry,
                         const Powers& powers, const Running& running,
                         const Observer& observer) const override {
    SIGNMARK_ASSIGN(JobRow row, find_job(context, running, id));
    SIGNMARK_TRY(check_row(row));
    SIGNMARK_ASSIGN(const Job job, read_description(row.description));
    if (!job.belief.empty()) SIGNMARK_TRY(check_belief(job.belief, public_part(powers)));
    SIGNMARK_ASSIGN(const auto store, open_store(context, running, row.id, false));
    SIGNMARK_ASSIGN(row, store->open_job(row));
    // Another process of a queue may be scanning just now; that it died halfway, only `run` cures.
    const bool scan = !row.scanned && running.queue.empty();
    if (scan && job.list == "-")
      return fail("batch.list.lost", "the list on stdin was not read to its end", row.id,
                  "give the list once more: signmark batch run --from - with the same flags");
    if (retry) SIGNMARK_TRY(store->retry());
    return carry_out({context, job, row, powers, running, observer}, *store,
                     scan && !running.drain);
  }

  Result<Job> job(const Context& context, const std::string& id,
                  const Running& running) const override {
    SIGNMARK_ASSIGN(const JobRow row, find_job(context, running, id));
    SIGNMARK_TRY(check_row(row));
    return read_description(row.description);
  }

  Result<std::vector<JobStatus>> status(const Context& context, const std::string& id,
                                        const Running& running) const override {
    std::vector<JobRow> rows;
    if (id.empty()) {
      SIGNMARK_ASSIGN(rows, known_jobs(context, running));
    } else {
      SIGNMARK_ASSIGN(JobRow row, find_job(context, running, id));
      rows.push_back(std::move(row));
    }
    std::vector<JobStatus> all;
    for (const JobRow& row : rows) {
      SIGNMARK_ASSIGN(const auto store, open_store(context, running, row.id, true));
      SIGNMARK_ASSIGN(JobStatus status, store->status());
      status.job = row.id;
      status.scanning = !row.scanned;
      if (const auto job = read_description(row.description)) status.task = job->task;
      all.push_back(std::move(status));
    }
    return all;
  }

  Result<JobListAudit> check(const Context& context, const std::filesystem::path& list,
                             const std::filesystem::path& folder,
                             const std::function<Status(const ListedFile&)>& sink) const override {
    return check_job_list(context, list, folder, sink);
  }

  int serve(const Context& context, int control) const override {
    return serve_worker(context, control);
  }
};

}  // namespace

const BatchRoom* batch_room() {
  static const Room room;
  return &room;
}

}  // namespace signmark::batch
