// SPDX-License-Identifier: Apache-2.0
// How many items may be decoded at once, and how long one may take (batch.md 2.5).
//
// Predictions come from a file's size and ending alone. Reading the true dimensions would mean that
// the supervisor, which holds the keys, parses hostile files; and a file that lies is held by its
// worker's own limits anyway. What is predicted only decides how many run side by side.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "batch/job_store.hpp"

namespace signmark::batch {

/// Bytes of memory that work on a file is going to need, roughly, on the high side.
std::uint64_t predicted_memory(const PlannedItem& item, bool decodes);

/// Whether these settings make a worker decode media at all.
bool decodes_media(const Job& job);

/// Tokens are bytes. Thread-safe.
class Bucket {
 public:
  explicit Bucket(std::uint64_t bytes) : capacity_(bytes), free_(bytes) {}
  /// Waits until so many are free; an item larger than the whole bucket waits until it is alone.
  /// Gives what it took; nothing when `stop` said so, which is asked ten times a second.
  std::optional<std::uint64_t> take(std::uint64_t bytes, const std::function<bool()>& stop);
  void give(std::uint64_t bytes);

 private:
  const std::uint64_t capacity_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t free_;
};

/// Half of the machine's memory.
std::uint64_t default_memory();

/// Limits of time for one item.
struct ItemTime {
  double cpu_seconds = 0, wall_seconds = 0;
};

/// Learns from the items that ended how long others may take. Thread-safe.
class Pace {
 public:
  /// `item_timeout`: seconds of wall time for every item; 0: from size and what was learned.
  explicit Pace(double item_timeout) : item_timeout_(item_timeout) {}
  void learn(std::uint64_t bytes, double seconds);
  ItemTime allow(std::uint64_t bytes) const;

 private:
  const double item_timeout_;
  mutable std::mutex mutex_;
  std::vector<double> rates_;  // seconds a byte of the last items, a ring
  std::size_t next_ = 0;
};

}  // namespace signmark::batch
