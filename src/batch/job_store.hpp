// SPDX-License-Identifier: Apache-2.0
// How far a job has come: its items and their states, in a job file (SQLite, one machine) or a
// queue (PostgreSQL, many machines). One schema, one state machine (batch.md 2.1 and 6.3): planned
// → leased → done | failed | skipped.
#pragma once

#include "database/database.hpp"
#include "signmark/batch.hpp"

namespace signmark::batch {

/// An item before any work. `key` = BLAKE2b-256(source || 0 || content digest || 0 || params
/// digest), hex: the same item planned again is the same row.
struct PlannedItem {
  std::string key;
  std::string source;       ///< path as it was found, bytes of the file system
  std::string destination;  ///< below Job::output, relative; empty for verify
  std::string digest;       ///< of the content, "blake2b-256:…"
  std::uint64_t bytes = 0;
  bool archive = false;
};

/// The right to work on an item until a time. `epoch` grows with every lease: a late holder's
/// finish changes nothing.
struct Lease {
  std::int64_t id = 0;
  std::int64_t epoch = 0;
  int attempt = 1;
  PlannedItem item;
};

/// How an item ended.
struct ItemEnd {
  ItemState state = ItemState::done;
  /// mark_digest: BLAKE2b-256 of the ledger entry's canonical line with sequence and time 0, so
  /// that it is known before (and without) a ledger.
  std::string output_digest, mark_digest;
  std::string content_id, verdict;
  Error error;         ///< of a failed item
  std::string why;     ///< of a skipped one: "already-marked"
  std::string record;  ///< its line of report.jsonl
  double seconds = 0;
  /// What is still to be done once the output has its digest: ledger entries and the temporary's
  /// name, as JSON of commit.cpp. Empty: nothing, the item is settled.
  std::string pending;
};

/// An item and how it ends.
struct Ending {
  Lease lease;
  ItemEnd end;
};

struct StoredItem {
  PlannedItem item;
  ItemState state = ItemState::planned;
  int attempts = 0;
  ItemEnd end;  ///< of an item that has not ended: what intend() noted last, else empty
};

/// A row of the job list: what a done item left. `record` as in ItemEnd.
struct DoneOutput {
  std::string destination, output_digest, mark_digest, record;
};

/// The job's row. `description` is the Job as JSON; its digest is `params`.
struct JobRow {
  std::string id;  ///< 16 hex digits
  std::string params, description;
  UnixTime created = 0;
  bool scanned = false;  ///< planning came to its end once
};

/// Thread-safe. One object a process.
class JobStore {
 public:
  virtual ~JobStore() = default;
  /// Makes the job's row, or gives the one that is there. Errors: `batch.job.changed` (other params
  /// under this id), `database.*`.
  virtual Result<JobRow> open_job(const JobRow& row) = 0;
  /// The job's row as it is. Errors: `batch.job.unknown`.
  virtual Result<JobRow> row() = 0;
  /// `job.scanned` becomes true.
  virtual Status scanned() = 0;
  /// Adds items that are not there yet; gives how many were new.
  virtual Result<std::uint64_t> plan(std::span<const PlannedItem> items) = 0;
  /// Up to `limit` items that are ready, leased to `owner` for `seconds` of the store's own clock.
  virtual Result<std::vector<Lease>> claim(const std::string& owner, int limit, double seconds) = 0;
  /// Prolongs leases; gives those that are still held.
  virtual Result<std::vector<Lease>> heartbeat(std::span<const Lease> leases, double seconds) = 0;
  /// Notes, in one durable transaction, how leased items are going to end; states stay. Locally the
  /// outputs are renamed after this, so that after a crash they are known by their digests. Kept
  /// when the item is leased again, until finish() or the next intend(). Lost leases are passed
  /// over.
  virtual Status intend(std::span<const Ending> endings) = 0;
  /// Ends items in one durable transaction. False at an item: its lease was lost, so its output
  /// must be thrown away.
  virtual Result<std::vector<bool>> finish(std::span<const Ending> endings) = 0;
  /// Items that finish() made `done` with a `pending` at least so many seconds (of the store's
  /// clock) ago and that settle() has not been told of: their finisher may be gone.
  virtual Result<std::vector<StoredItem>> unsettled(double older_seconds, int limit) = 0;
  /// `pending` of these items becomes empty: outputs have names, the ledger has the entries.
  virtual Status settle(std::span<const std::string> keys) = 0;
  /// A `done` item turns out not to be: its output is gone or was changed. It becomes `failed`.
  virtual Status doubt(const std::string& key, const Error& why) = 0;
  /// An attempt went wrong in a way that may pass (crash, time-out, no space): the item becomes
  /// ready again after a while, or `failed` after `max_attempts`. False: as finish.
  virtual Result<bool> give_back(const Lease& lease, const Error& why, int max_attempts) = 0;
  /// Puts a lease back untouched (interruption).
  virtual Status release(const Lease& lease) = 0;
  /// A queue's leases whose time is over become ready again; of a job file, whose own leases do not
  /// expire, those of a process that is gone. Gives how many.
  virtual Result<std::uint64_t> reclaim() = 0;
  /// Failed items become planned again, attempts 0. Gives how many.
  virtual Result<std::uint64_t> retry() = 0;
  virtual Result<JobStatus> status() = 0;
  /// Seconds until an item may become ready; nothing when all have ended.
  virtual Result<std::optional<double>> wait() = 0;
  /// All items sorted by source.
  virtual Status each(const std::function<Status(const StoredItem&)>& sink) = 0;
  /// What the done items left, sorted by the destination's bytes.
  virtual Status each_output(const std::function<Status(const DoneOutput&)>& sink) = 0;
  /// One by its key; nothing when it is unknown.
  virtual Result<std::optional<StoredItem>> find(const std::string& key) = 0;
};

/// A job file: exclusive to one supervisor (a lock with pid and boot id; `batch.job.busy`). With
/// `read_only` it is neither made nor locked nor changed, so that a running job can be looked at.
Result<std::unique_ptr<JobStore>> open_job_file(const Context& context,
                                                const std::filesystem::path& file,
                                                bool read_only = false);
/// A queue that many processes share. Errors: `queue.*`.
Result<std::unique_ptr<JobStore>> open_queue(const Context& context, const std::string& location,
                                             const std::string& job);
/// Jobs of a queue, newest first.
Result<std::vector<JobRow>> queue_jobs(const Context& context, const std::string& location);

}  // namespace signmark::batch
