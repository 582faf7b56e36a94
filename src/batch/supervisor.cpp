// SPDX-License-Identifier: Apache-2.0
#include "batch/supervisor.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace signmark::batch {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kAttempts = 3;                         // batch.md 2.4
constexpr auto kAbandon = std::chrono::seconds(10);  // batch.md 2.6
constexpr double kForever = 1e9;  // a job file has one holder: its leases need no end
constexpr std::size_t kPlanAtOnce = 256;

std::string owner_name() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
  return fmt::format("{}/{}", host.data(), ::getpid());
}

int jobs_of(const Running& running) {
  if (running.jobs > 0) return running.jobs;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

LeaseTerms terms_of(const Running& running, bool queue) {
  return {owner_name(), 2 * jobs_of(running), queue ? running.lease_seconds : kForever};
}

CommitRules rules_of(const RunParts& parts, bool queue) {
  return {queue, parts.job.force, new_file_mode(), parts.job.output};
}

JobStatus status_of(const RunParts& parts) {
  JobStatus status = parts.store.status().value_or(JobStatus());
  status.job = parts.row.id;
  status.task = parts.job.task;
  status.scanning = parts.scan;
  return status;
}

}  // namespace

/// One worker process and the thread that feeds it.
struct Supervisor::Slot {
  int number = 0;
  std::unique_ptr<Worker> worker;
};

Supervisor::Supervisor(RunParts parts)
    : parts_(std::move(parts)),
      queue_(!parts_.running.queue.empty()),
      jobs_(jobs_of(parts_.running)),
      tally_(status_of(parts_)),
      pool_(parts_.store, terms_of(parts_.running, queue_)),
      committer_(parts_.store, parts_.powers, rules_of(parts_, queue_)),
      bucket_(parts_.running.memory != 0 ? parts_.running.memory : default_memory()),
      pace_(parts_.running.item_timeout),
      done_(std::max<std::size_t>(16, 4 * static_cast<std::size_t>(jobs_))) {}

Result<Summary> Supervisor::run() {
  const bool works = !parts_.running.drain;
  pool_.planning(parts_.scan);
  working_ = works ? jobs_ : 0;
  std::jthread scanner, leases;
  std::jthread final_maker([this] { commit_loop(); });
  std::vector<std::jthread> slots;
  if (parts_.scan) scanner = std::jthread([this] { scan_loop(); });
  if (queue_) leases = std::jthread([this] { lease_loop(); });
  for (int i = 0; works && i < jobs_; ++i) slots.emplace_back([this, i] { work_loop(i); });
  watch();
  slots.clear();
  done_.close();
  final_maker.join();
  ending_ = true;
  if (scanner.joinable()) scanner.join();
  if (leases.joinable()) leases.join();
  if (const Status released = pool_.release(); !released) fail_run(released.error());
  if (error_) return tl::unexpected<Error>(*error_);
  return summary();
}

Summary Supervisor::summary() {
  Summary out;
  out.status = tally_.status();
  if (auto stored = parts_.store.status()) {
    const double seconds = out.status.seconds;
    out.status = std::move(*stored);
    out.status.job = parts_.row.id;
    out.status.task = parts_.job.task;
    out.status.seconds = seconds;
  }
  out.interrupted = interrupted_;
  out.stopped = too_many_;
  out.workers_crashed = tally_.crashes();
  out.sandbox = sandbox_;
  return out;
}

// ---------------------------------------------------------------------------------------------
// Scanning

void Supervisor::scan_loop() {
  if (const Status scanned = scan_all(); !scanned && scanned.error().code != "base.cancelled")
    fail_run(scanned.error());
  pool_.planning(false);
  tally_.scanned();
}

/// What is found goes into the store in batches, which are small while few items are there, so that
/// work begins at once.
Status Supervisor::scan_all() {
  parts_.rules.stop = [this] { return halted(Halt::no_new); };
  std::vector<PlannedItem> batch;
  auto last = Clock::now();
  const auto flush = [&]() -> Status {
    if (batch.empty()) return {};
    std::uint64_t bytes = 0;
    for (const PlannedItem& item : batch) bytes += item.bytes;
    SIGNMARK_ASSIGN(const std::uint64_t fresh, parts_.store.plan(batch));
    // A repeated scan finds what is known; the share is exact when all or nothing is new.
    tally_.planned(fresh, fresh == batch.size() ? bytes : bytes * fresh / batch.size());
    batch.clear();
    last = Clock::now();
    pool_.wake();
    return {};
  };
  SIGNMARK_TRY(scan(parts_.job, parts_.row.params, parts_.rules, [&](PlannedItem item) -> Status {
    if (halted(Halt::no_new)) return fail("base.cancelled", "scanning was interrupted");
    batch.push_back(std::move(item));
    if (batch.size() < kPlanAtOnce && Clock::now() - last < milliseconds(100)) return {};
    return flush();
  }));
  SIGNMARK_TRY(flush());
  return parts_.store.scanned();
}

// ---------------------------------------------------------------------------------------------
// Working

void Supervisor::work_loop(int number) {
  Slot slot;
  slot.number = number;
  while (!halted(Halt::no_new)) {
    const auto lease = pool_.next([this] { return halted(Halt::no_new); });
    if (!lease) fail_run(lease.error());
    if (!lease || !*lease) break;
    tally_.begin((*lease)->item);
    const Status worked = work_one(slot, **lease);
    tally_.leave((*lease)->item);
    if (worked) continue;
    (void)parts_.store.release(**lease);  // best effort: the next run takes it back anyway
    fail_run(worked.error());
  }
  --working_;
}

Result<Worker*> Supervisor::worker_of(Slot& slot) {
  if (slot.worker) return slot.worker.get();
  SIGNMARK_ASSIGN(slot.worker, parts_.start_worker(slot.number));
  const std::lock_guard lock(mutex_);
  if (sandbox_.empty()) sandbox_ = slot.worker->sandbox();
  return slot.worker.get();
}

Status Supervisor::work_one(Slot& slot, const Lease& lease) {
  const RunTools shop{parts_.context, parts_.job, parts_.row, parts_.powers, parts_.store,
                      committer_,     bucket_,    pace_,      queue_};
  const auto stop = [&] { return halted(Halt::now) || (queue_ && pool_.lost(lease)); };
  SIGNMARK_ASSIGN(Worked worked, work_on(
                                     shop, [&] { return worker_of(slot); }, lease, stop));
  if (worked.worker_died || worked.how == Worked::How::stopped) slot.worker.reset();
  if (worked.worker_died) tally_.crashed();
  switch (worked.how) {
    case Worked::How::finished:
      done_.give(std::move(worked.item));
      return {};
    case Worked::How::again:
      return give_back(worked, lease);
    case Worked::How::stopped:
      pool_.drop(lease);
      return parts_.store.release(lease);
  }
  return {};
}

Status Supervisor::give_back(Worked& worked, const Lease& lease) {
  worked.item.file = Part();  // its name goes before somebody else may take the item
  worked.item.sidecar = Part();
  SIGNMARK_TRY(parts_.store.give_back(lease, worked.why, kAttempts));
  pool_.drop(lease);
  if (lease.attempt < kAttempts) return {};
  ItemEnd end;
  end.state = ItemState::failed;
  end.error = worked.why;
  tally_.ended(lease.item, end);
  return {};
}

// ---------------------------------------------------------------------------------------------
// Making items final

void Supervisor::commit_loop() {
  for (;;) {
    std::vector<Finished> batch = done_.take();
    if (batch.empty()) return;
    // After an error nothing is published any more: the next run goes on from what is there.
    if (failed_) continue;
    if (const Status made = commit(batch); !made) fail_run(made.error());
  }
}

Status Supervisor::commit(std::vector<Finished>& batch) {
  SIGNMARK_TRY(committer_.commit(batch));
  for (const Finished& item : batch) {
    const Lease& lease = item.ending.lease;
    pool_.drop(lease);
    if (item.lost) continue;
    tally_.ended(lease.item, item.ending.end);
    if (parts_.ended)
      parts_.ended({lease.item, item.ending.end.state, lease.attempt, item.ending.end},
                   item.thumbnail);
  }
  if (parts_.running.max_failures > 0 && tally_.too_many_failed(parts_.running.max_failures)) {
    const std::lock_guard lock(mutex_);
    too_many_ = true;
    halt(Halt::no_new);
  }
  return {};
}

/// Queue: keeps leases, and finishes what others left undone.
void Supervisor::lease_loop() {
  const auto pause = std::chrono::duration<double>(parts_.running.lease_seconds / 4);
  auto next = Clock::now();
  while (!ending_) {
    std::this_thread::sleep_for(milliseconds(50));
    if (Clock::now() < next) continue;
    next = Clock::now() + std::chrono::duration_cast<Clock::duration>(pause);
    Status kept = pool_.heartbeat();
    if (kept)
      if (const auto repaired = committer_.repair(2 * parts_.running.lease_seconds); !repaired)
        kept = tl::unexpected<Error>(repaired.error());
    if (!kept) return fail_run(kept.error());
  }
}

// ---------------------------------------------------------------------------------------------
// The caller's thread

void Supervisor::watch() {
  constexpr int kProgressEvery = 4;  // of the looks below: 5 times a second
  for (int look = 0; working_ > 0; ++look) {
    ask_observer();
    if (look % kProgressEvery == 0 && parts_.observer.progress)
      parts_.observer.progress(tally_.status());
    std::this_thread::sleep_for(milliseconds(50));
  }
  if (parts_.observer.progress) parts_.observer.progress(tally_.status());
}

void Supervisor::ask_observer() {
  const int wish = parts_.observer.stop ? parts_.observer.stop() : 0;
  const std::lock_guard lock(mutex_);
  if (wish >= 1) interrupted_ = true;
  if (wish >= 2) halt(Halt::now);
  if (!halted(Halt::no_new) && wish == 0) return;
  if (wish == 1) halt(Halt::no_new);
  if (!interrupted_) return;
  if (!abandon_) abandon_ = Clock::now() + kAbandon;
  if (Clock::now() >= *abandon_) halt(Halt::now);
}

void Supervisor::halt(Halt at) {
  for (Halt now = halt_.load(); now < at && !halt_.compare_exchange_weak(now, at);) {
  }
  pool_.wake();
}

void Supervisor::fail_run(const Error& error) {
  {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = error;
  }
  failed_ = true;
  halt(Halt::now);
}

}  // namespace signmark::batch
