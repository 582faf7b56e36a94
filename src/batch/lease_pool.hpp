// SPDX-License-Identifier: Apache-2.0
// The leases that this process holds: claimed a few at a time, handed out one by one, prolonged.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>

#include "batch/job_store.hpp"

namespace signmark::batch {

struct LeaseTerms {
  std::string owner;
  int at_once = 4;
  double seconds = 60;
};

/// Thread-safe.
class LeasePool {
 public:
  LeasePool(JobStore& store, LeaseTerms terms) : store_(store), terms_(std::move(terms)) {}

  /// The next item to work on; nothing when all have ended, or `stop` said so. Waits meanwhile.
  Result<std::optional<Lease>> next(const std::function<bool()>& stop);
  /// An item that next() gave is not ours any more: ended or put back.
  void drop(const Lease& lease);
  /// While true, an empty store is no reason to end: the scanner is going to add items.
  void planning(bool more);
  /// New items may be there.
  void wake();

  /// Prolongs all, and takes back those whose holders vanished. Errors: those of the store.
  Status heartbeat();
  [[nodiscard]] bool lost(const Lease& lease) const;
  /// Puts back what was not handed out.
  Status release();

 private:
  struct Claimed {
    std::vector<Lease> leases;
    std::optional<double> wait;
  };
  Result<Claimed> claim();

  JobStore& store_;
  const LeaseTerms terms_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Lease> ready_;
  std::map<std::int64_t, Lease> held_;  // by id: ready ones and those that were handed out
  bool claiming_ = false, planning_ = false;
};

}  // namespace signmark::batch
