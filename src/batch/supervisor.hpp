// SPDX-License-Identifier: Apache-2.0
// Runs a job: one thread scans, one a worker process works, one makes items final, one keeps leases
// alive; the caller's own thread tells the observer.
#pragma once

#include <atomic>
#include <thread>

#include "batch/hand_over.hpp"
#include "batch/item_work.hpp"
#include "batch/lease_pool.hpp"
#include "batch/scan.hpp"
#include "batch/tally.hpp"

namespace signmark::batch {

/// Starts the worker of a slot. Worker::start, or a test's.
using WorkerStart = std::function<Result<std::unique_ptr<Worker>>(int slot)>;

/// What a run is given; everything outlives the supervisor.
struct RunParts {
  const Context& context;
  const Job& job;
  const JobRow& row;
  const Powers& powers;
  const Running& running;
  const Observer& observer;
  JobStore& store;
  WorkerStart start_worker;
  ScanRules rules;
  bool scan = true;
  /// Told of each item that ended, from one thread at a time; may be empty.
  std::function<void(const StoredItem&, ByteView thumbnail)> ended;
};

class Supervisor {
 public:
  explicit Supervisor(RunParts parts);
  /// Works until all items ended, the observer stops it, or too many failed. Errors: those of
  /// store, ledger and scanner, `batch.worker.start`, `batch.sandbox`.
  Result<Summary> run();

 private:
  struct Slot;
  /// How fast the end comes.
  enum class Halt { none, no_new, now };

  void scan_loop();
  Status scan_all();
  void work_loop(int number);
  Status work_one(Slot& slot, const Lease& lease);
  void commit_loop();
  Status commit(std::vector<Finished>& batch);
  void lease_loop();
  void watch();
  void ask_observer();
  Status give_back(Worked& worked, const Lease& lease);
  void fail_run(const Error& error);
  Result<Worker*> worker_of(Slot& slot);
  [[nodiscard]] bool halted(Halt at) const { return halt_.load() >= at; }
  void halt(Halt at);
  Summary summary();

  RunParts parts_;
  const bool queue_;
  const int jobs_;
  Tally tally_;
  LeasePool pool_;
  Committer committer_;
  Bucket bucket_;
  Pace pace_;
  HandOver<Finished> done_;
  std::atomic<Halt> halt_{Halt::none};
  std::atomic<int> working_{0};
  std::atomic<bool> ending_{false}, failed_{false};
  std::mutex mutex_;  // of what follows
  std::optional<Error> error_;
  std::string sandbox_;
  bool interrupted_ = false, too_many_ = false;
  std::optional<std::chrono::steady_clock::time_point> abandon_;
};

}  // namespace signmark::batch
