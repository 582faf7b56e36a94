// SPDX-License-Identifier: Apache-2.0
// Counts of a running job, kept beside the store so that progress costs no query.
#pragma once

#include <chrono>
#include <mutex>
#include <set>

#include "batch/job_store.hpp"

namespace signmark::batch {

/// Thread-safe.
class Tally {
 public:
  /// `stored`: what the store said when the run began.
  explicit Tally(JobStatus stored);
  void planned(std::uint64_t items, std::uint64_t bytes);
  void scanned();
  void begin(const PlannedItem& item);
  /// It is not worked on any more.
  void leave(const PlannedItem& item);
  void ended(const PlannedItem& item, const ItemEnd& end);
  void crashed();

  [[nodiscard]] JobStatus status() const;
  [[nodiscard]] std::uint64_t crashes() const;
  /// Whether more items failed in this run than `most` allows: a share below 1 of all that ended,
  /// looked at from 20 on, or a number.
  [[nodiscard]] bool too_many_failed(double most) const;

 private:
  mutable std::mutex mutex_;
  JobStatus status_;
  std::multiset<std::string> now_;
  std::uint64_t failed_ = 0, ended_ = 0, crashes_ = 0;  // of this run
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace signmark::batch
