// SPDX-License-Identifier: Apache-2.0
// A place for job stores of either engine, with a clock that tests can move.
#pragma once

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include "batch/job_store.hpp"
#include "support/postgres.hpp"
#include "support/test_support.hpp"

namespace signmark::test {

using database::Engine;

/// The engines to test: PostgreSQL only where its package is installed.
inline std::vector<Engine> venues() {
  std::vector<Engine> engines{Engine::sqlite};
  if (Postgres::installed()) engines.push_back(Engine::postgresql);
  return engines;
}

class StepClock final : public Clock {
 public:
  [[nodiscard]] UnixTime now() const override { return now_; }
  void pass(double seconds) { now_ += static_cast<UnixTime>(seconds); }

 private:
  std::atomic<UnixTime> now_ = 1'795'348'800;
};

inline std::vector<batch::PlannedItem> planned(int items) {
  std::vector<batch::PlannedItem> out;
  for (int i = 0; i < items; ++i) {
    const std::string name = std::to_string((i * 7919) % 100'003);  // in no order
    out.push_back({"key" + name, "in/" + name, "out/" + name, "blake2b-256:00", 10, false});
  }
  return out;
}

/// One job, which may be opened several times on a server.
class Venue {
 public:
  explicit Venue(Engine kind) : engine(kind) {
    context.clock = clock_;
    static std::atomic<int> jobs = 0;
    id_ = "job" + std::to_string(++jobs);
  }
  [[nodiscard]] std::filesystem::path place() const { return dir_ / "jobs" / "job.db"; }
  [[nodiscard]] batch::JobRow row() const { return {id_, "p", "{}", 1, false}; }
  std::unique_ptr<batch::JobStore> open() const {
    auto store = engine == Engine::sqlite
                     ? batch::open_job_file(context, place())
                     : batch::open_queue(context, shared_postgres().location(), id_);
    REQUIRE_OK(store);
    return std::move(*store);
  }
  /// Opened, with the job's row made.
  std::unique_ptr<batch::JobStore> job() const {
    auto store = open();
    REQUIRE_OK(store->open_job(row()));
    return store;
  }
  /// Lets time pass for this job's items: a server's clock cannot be moved, so they are.
  void pass(double seconds) {
    clock_->pass(seconds);
    if (engine != Engine::postgresql) return;
    auto connection = database::open(context, shared_postgres().location());
    REQUIRE_OK(connection);
    const std::string job = "where job = (select number from signmark_job where id = $1)";
    for (const char* column : {"not_before", "lease_until", "ended"})
      REQUIRE_OK((*connection)
                     ->run(std::string("update signmark_item set ") + column + " = " + column +
                               " - " + std::to_string(seconds) + " " + job,
                           {id_}));
  }

  Engine engine;
  Context context = test_context();

 private:
  ScratchDir dir_;
  std::shared_ptr<StepClock> clock_ = std::make_shared<StepClock>();
  std::string id_;
};

inline std::unique_ptr<Venue> make_venue(Engine engine) { return std::make_unique<Venue>(engine); }

/// Workers claim and finish until nothing is left; gives how many items were finished, each by one
/// holder. On a server each worker is a store of its own.
inline int work_off(const Venue& venue, batch::JobStore& shared, int workers) {
  std::mutex mutex;
  std::set<std::int64_t> seen;
  std::atomic<int> finished = 0, twice = 0;
  const auto work = [&](int number) {
    std::unique_ptr<batch::JobStore> own;
    if (venue.engine == Engine::postgresql)
      own = *batch::open_queue(venue.context, shared_postgres().location(), venue.row().id);
    batch::JobStore& store = own ? *own : shared;
    for (;;) {
      const auto leases = store.claim("worker" + std::to_string(number), 3, 60);
      if (!leases || leases->empty()) return;
      std::vector<batch::Ending> endings;
      for (const batch::Lease& lease : *leases) {
        const std::lock_guard guard(mutex);
        if (!seen.insert(lease.id).second) ++twice;
        endings.push_back({lease, {}});
      }
      const auto kept = store.finish(endings);
      if (kept) finished += static_cast<int>(std::count(kept->begin(), kept->end(), true));
    }
  };
  std::vector<std::jthread> threads;
  for (int i = 0; i < workers; ++i) threads.emplace_back(work, i);
  threads.clear();
  CHECK(twice == 0);
  return finished;
}

}  // namespace signmark::test
