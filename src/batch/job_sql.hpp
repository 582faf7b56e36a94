// SPDX-License-Identifier: Apache-2.0
// The one JobStore: SQL over either engine (batch.md 6.3). What differs is told when it is made.
#pragma once

#include <mutex>

#include "base/file.hpp"
#include "batch/job_rows.hpp"
#include "batch/link.hpp"

namespace signmark::batch {

/// Keeps other supervisors out of a job file while it lives; see job_file.cpp.
struct JobLock {
  virtual ~JobLock() = default;
};

class SqlJobStore final : public JobStore {
 public:
  /// With `lock` this process alone changes the job: leases of other sessions are dead ones, its
  /// own do not expire, and counts are kept instead of asked for.
  SqlJobStore(const Context& context, Link link, std::unique_ptr<JobLock> lock);

  /// Makes the job with this id the one that is worked on, when it is there; an empty id takes any.
  Status attach(const std::string& id);

  Result<JobRow> open_job(const JobRow& row) override;
  Result<JobRow> row() override;
  Status scanned() override;
  Result<std::uint64_t> plan(std::span<const PlannedItem> items) override;
  Result<std::vector<Lease>> claim(const std::string& owner, int limit, double seconds) override;
  Result<std::vector<Lease>> heartbeat(std::span<const Lease> leases, double seconds) override;
  Status intend(std::span<const Ending> endings) override;
  Result<std::vector<bool>> finish(std::span<const Ending> endings) override;
  Result<std::vector<StoredItem>> unsettled(double older_seconds, int limit) override;
  Status settle(std::span<const std::string> keys) override;
  Status doubt(const std::string& key, const Error& why) override;
  Result<bool> give_back(const Lease& lease, const Error& why, int max_attempts) override;
  Status release(const Lease& lease) override;
  Result<std::uint64_t> reclaim() override;
  Result<std::uint64_t> retry() override;
  Result<JobStatus> status() override;
  Result<std::optional<double>> wait() override;
  Status each(const std::function<Status(const StoredItem&)>& sink) override;
  Status each_output(const std::function<Status(const DoneOutput&)>& sink) override;
  Result<std::optional<StoredItem>> find(const std::string& key) override;

 private:
  using Connection = database::Connection;
  using Rows = database::Rows;
  using Values = std::vector<Value>;

  /// Runs one statement of the dialect. Gives its rows and how many it changed.
  struct Outcome {
    Rows rows;
    std::uint64_t changed = 0;
  };
  Result<Outcome> ask(Connection& connection, std::string_view sql, const Values& values) const;
  Result<Outcome> ask(std::string_view sql, const Values& values);
  /// `work(connection)` in one transaction.
  template <class Work>
  auto together(const Work& work) {
    return link_.use([&](Connection& connection, bool again) {
      return within(connection, [&] { return work(connection, again); });
    });
  }
  template <class Work>
  static std::invoke_result_t<Work> within(Connection& connection, const Work& work) {
    SIGNMARK_ASSIGN(auto transaction, database::Transaction::begin(connection));
    auto result = work();
    if (result) SIGNMARK_TRY(transaction.commit());
    return result;
  }

  [[nodiscard]] Value clock() const;
  Result<JobRow> take_job(const std::string& id);
  Result<std::vector<Lease>> claim_once(Connection& connection, const Values& who, int limit,
                                        bool again) const;
  Result<std::uint64_t> plan_rows(Connection& connection, std::span<const PlannedItem> items,
                                  std::uint64_t& bytes) const;
  Result<bool> end_item(Connection& connection, const Ending& ending) const;
  Result<bool> ended_so(Connection& connection, const Lease& lease, ItemState state) const;
  Result<std::uint64_t> reclaim_expired(Connection& connection) const;
  Result<std::uint64_t> reclaim_orphans(Connection& connection) const;
  double back_off(int attempt) const;
  Status count();
  void count_end(const Ending& ending);
  void move(ItemState from, ItemState to, std::uint64_t items);
  [[nodiscard]] bool must_count() const;

  Context context_;
  std::mutex mutex_;  // guards all below
  Link link_;
  std::unique_ptr<JobLock> lock_;
  std::string session_;  // of this object; random
  std::int64_t number_ = 0;
  std::int64_t ticket_ = 0;  // of the last claim
  JobStatus counts_;
  bool counted_ = false;
  std::chrono::steady_clock::time_point next_count_{};
};

}  // namespace signmark::batch
