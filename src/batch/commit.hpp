// SPDX-License-Identifier: Apache-2.0
// How finished items become final: batch.md 2.2 with a job file, 6.3 with a queue. Several at once,
// so that one flush of the disk serves many.
#pragma once

#include "batch/job_store.hpp"
#include "batch/part.hpp"

namespace signmark::batch {

/// An item at the end of its work.
struct Finished {
  Ending ending;
  Part file, sidecar;                  ///< complete; none unless something is to be published
  std::string sidecar_digest;          ///< empty: there is none
  std::vector<ledger::Entry> entries;  ///< of an item that is done, for the ledger
  std::filesystem::path destination;   ///< absolute; of `file`
  Bytes thumbnail;
  bool stands = false;  ///< the output has its name already: only the rest is done
  bool lost = false;    ///< set by commit: the lease was lost, nothing was published
};

/// What a store keeps of an item whose output has its digest and not yet all the rest.
struct Pending {
  std::string file, sidecar;   ///< names of temporaries
  std::string sidecar_digest;  ///< empty: there is none
  std::vector<ledger::Entry> entries;
};

/// What all commits of a run share.
struct CommitRules {
  bool queue = false;            ///< of many machines
  bool replace = false;          ///< outputs that are there
  unsigned mode = 0644;          ///< of outputs
  std::filesystem::path output;  ///< absolute folder
};

class Committer {
 public:
  /// All must outlive it.
  Committer(JobStore& store, const Powers& powers, CommitRules rules)
      : store_(store), powers_(powers), rules_(std::move(rules)) {}

  /// Publishes, records and ends items; those that could not be published end as failed. Errors:
  /// those of store and ledger, and of syncing a folder; then some items may stand published and
  /// yet unended, which the next run heals.
  Status commit(std::vector<Finished>& batch);

  /// Queue: finishes what finishers that vanished at least so many seconds ago left undone. Gives
  /// how many items.
  Result<std::uint64_t> repair(double older_seconds);

  /// Job file: an item whose output stands already because a run was killed behind the rename.
  /// Nothing when it is not so.
  Result<std::optional<Finished>> heal(const Lease& lease,
                                       const std::filesystem::path& destination);

 private:
  void seal(Finished& item) const;
  void publish(Finished& item) const;
  Status commit_here(std::vector<Finished>& batch);
  Status commit_shared(std::vector<Finished>& batch);
  Status finish(std::vector<Finished>& batch);
  Status sync_folders(const std::vector<Finished>& batch) const;
  Status record(std::vector<Finished>& batch, bool maybe_known) const;
  Result<bool> is_recorded(const std::string& key) const;
  Status drop_recorded(std::vector<ledger::Entry>& entries) const;
  Status take_entries(const std::string& key, Pending pending, Finished& item) const;
  [[nodiscard]] bool rename_pending(const Pending& pending, const Finished& item) const;
  Status repair_item(const StoredItem& item, std::vector<Finished>& repaired);

  JobStore& store_;
  const Powers& powers_;
  CommitRules rules_;
};

/// Name of the manifest store beside a file.
std::filesystem::path sidecar_of(const std::filesystem::path& file);

}  // namespace signmark::batch
