// SPDX-License-Identifier: Apache-2.0
// What is asked of a job: counts, single items, all items.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "batch/job_sql.hpp"

namespace signmark::batch {
namespace {

using database::as_integer;
using database::as_real;
using database::as_string;
using std::chrono::steady_clock;

// Counting takes at most this share of the time: it reads all items.
constexpr int kCountShare = 20;
constexpr std::chrono::seconds kFreshCount{1};
constexpr double kExpiredPause = 1;  // until somebody reclaims

void add_counts(const Row& row, JobStatus& status) {
  const auto state = static_cast<ItemState>(as_integer(row[0]));
  const auto items = static_cast<std::uint64_t>(as_integer(row[3]));
  const auto bytes = static_cast<std::uint64_t>(as_integer(row[4]));
  status.items[state] += items;
  status.bytes_total += bytes;
  if (state >= ItemState::done) status.bytes_done += bytes;
  const std::string verdict = as_string(row[1]);
  if (state == ItemState::done && !verdict.empty()) status.verdicts[verdict] += items;
  if (state == ItemState::failed) status.errors[as_string(row[2])] += items;
}

}  // namespace

bool SqlJobStore::must_count() const {
  return !counted_ || (!lock_ && steady_clock::now() >= next_count_);
}

Status SqlJobStore::count() {
  const auto begin = steady_clock::now();
  SIGNMARK_ASSIGN(const JobRow job, take_job(counts_.job));
  SIGNMARK_ASSIGN(const Outcome found,
                  ask("select state, verdict, code, count(*), cast(sum(bytes) as bigint) "
                      "from signmark_item where job = $1 group by state, verdict, code",
                      {number_}));
  JobStatus status;
  status.job = job.id;
  status.scanning = !job.scanned;
  for (const Row& row : found.rows) add_counts(row, status);
  counts_ = std::move(status);
  counted_ = true;
  const auto end = steady_clock::now();
  next_count_ = end + std::max<steady_clock::duration>(kFreshCount, kCountShare * (end - begin));
  return {};
}

Result<JobStatus> SqlJobStore::status() {
  const std::lock_guard guard(mutex_);
  if (must_count()) SIGNMARK_TRY(count());
  return counts_;
}

Result<std::optional<double>> SqlJobStore::wait() {
  const std::lock_guard guard(mutex_);
  SIGNMARK_ASSIGN(const Outcome found,
                  ask("select {now}, (select min(not_before) from signmark_item where job = $2 "
                      "and state = 0), (select min(lease_until) from signmark_item where "
                      "job = $2 and state = 1)",
                      {clock(), number_}));
  const Row& row = found.rows.front();
  std::optional<double> seconds;
  if (const double* ready = std::get_if<double>(&row[1]))
    seconds = std::max(0.0, *ready - as_real(row[0]));
  if (const double* expires = std::get_if<double>(&row[2])) {
    const double left = std::max(kExpiredPause, *expires - as_real(row[0]));
    seconds = seconds ? std::min(*seconds, left) : left;
  }
  return seconds;
}

Status SqlJobStore::each(const std::function<Status(const StoredItem&)>& sink) {
  static const std::string kSql = fmt::format(
      "select {} from signmark_item where job = $1 and (source, key) > ($2, $3) "
      "order by source, key",
      kStoredColumns);
  const std::lock_guard guard(mutex_);
  Bytes source;  // of the item told last: a new connection goes on after it
  std::string key;
  return link_.use([&](Connection& connection, bool) {
    return connection.each(kSql, {number_, source, key}, [&](const Row& row) -> Status {
      const StoredItem item = stored_of(row);
      SIGNMARK_TRY(sink(item));
      source = database::as_blob(row[1]);
      key = item.item.key;
      return {};
    });
  });
}

/// A file that was changed and marked anew with -f is two items with one output: the later counts.
Status SqlJobStore::each_output(const std::function<Status(const DoneOutput&)>& sink) {
  const std::lock_guard guard(mutex_);
  DoneOutput next;
  Bytes told;  // the destination of the last one: a new connection goes on after it
  const auto tell = [&]() -> Status {
    if (next.destination.empty()) return {};
    SIGNMARK_TRY(sink(next));
    told.assign(next.destination.begin(), next.destination.end());
    return {};
  };
  return link_.use([&](Connection& connection, bool) -> Status {
    next.destination.clear();
    SIGNMARK_TRY(connection.each(
        "select destination, output_digest, mark_digest, record from signmark_item where job = $1 "
        "and state = 2 and destination > $2 order by destination, ended, id",
        {number_, told}, [&](const Row& row) -> Status {
          const Bytes destination = database::as_blob(row[0]);
          const bool another = as_text(destination) != next.destination;
          if (Status told_of = another ? tell() : Status(); !told_of) return told_of;
          next = {std::string(as_text(destination)), as_string(row[1]), as_string(row[2]),
                  as_string(row[3])};
          return {};
        }));
    return tell();
  });
}

Result<std::optional<StoredItem>> SqlJobStore::find(const std::string& key) {
  const std::lock_guard guard(mutex_);
  SIGNMARK_ASSIGN(
      const Outcome found,
      ask(fmt::format("select {} from signmark_item where job = $1 and key = $2", kStoredColumns),
          {number_, text_value(key)}));
  if (found.rows.empty()) return std::optional<StoredItem>();
  return std::optional(stored_of(found.rows.front()));
}

Result<std::vector<StoredItem>> SqlJobStore::unsettled(double older_seconds, int limit) {
  const std::lock_guard guard(mutex_);
  SIGNMARK_ASSIGN(const Outcome found,
                  ask(fmt::format("select {} from signmark_item where job = $2 and state = 2 and "
                                  "pending <> '' and ended <= {{now}} - $3 order by ended limit {}",
                                  kStoredColumns, limit),
                      {clock(), number_, older_seconds}));
  std::vector<StoredItem> items;
  for (const Row& row : found.rows) items.push_back(stored_of(row));
  return items;
}

}  // namespace signmark::batch
