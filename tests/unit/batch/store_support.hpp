// SPDX-License-Identifier: Apache-2.0
// A place for job stores of either engine, with a clock that tests can move.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
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

/// Workers that claim and finish until nothing is left. On a server each is a store of its own, as
/// in processes of their own.
struct Crew {
  int workers = 8;
  std::chrono::milliseconds pause{0};  ///< after each claim
  std::atomic<int> finished = 0;       ///< items that a worker was told to have ended

  void work_off(const Venue& venue, batch::JobStore& shared) {
    std::vector<std::jthread> threads;
    for (int i = 0; i < workers; ++i)
      threads.emplace_back([&] {
        const auto own = venue.engine == Engine::postgresql ? venue.open() : nullptr;
        work(own ? *own : shared);
      });
    threads.clear();
    CHECK(twice_ == 0);
  }

 private:
  void work(batch::JobStore& store) {
    for (;;) {
      const auto leases = store.claim("worker", 3, 60);
      if (!leases || leases->empty()) return;
      std::this_thread::sleep_for(pause);
      std::vector<batch::Ending> endings;
      for (const batch::Lease& lease : *leases) {
        const std::lock_guard guard(mutex_);
        if (!seen_.insert(lease.id).second) ++twice_;
        endings.push_back({lease, {}});
      }
      const auto kept = store.finish(endings);
      if (kept) finished += static_cast<int>(std::count(kept->begin(), kept->end(), true));
    }
  }

  std::mutex mutex_;
  std::set<std::int64_t> seen_;
  std::atomic<int> twice_ = 0;
};

}  // namespace signmark::test
