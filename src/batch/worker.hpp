// SPDX-License-Identifier: Apache-2.0
// A worker process and the supervisor's side of it (batch.md 2.4, reliability.md 7). The worker
// parses hostile files, is sealed, and holds no key; the supervisor signs for it and never parses
// media.
#pragma once

#include <map>

#include "signmark/batch.hpp"
#include "signmark/pipeline.hpp"

namespace signmark::batch {

/// Told to a worker once, before it is sealed.
struct WorkerSetup {
  Task task = Task::mark;
  std::vector<Setting> options;
  Existing existing = Existing::fail;
  ArchiveGuards guards;
  Limits limits;
  Sandbox sandbox = Sandbox::automatic;
  bool thumbnails = false;
  std::string belief;             ///< Job::belief: a worker that finds another one does nothing
  std::filesystem::path scratch;  ///< the one folder in which it may make files; its own, empty
};

/// One item. The descriptors stay the caller's.
struct WorkOrder {
  int input = -1;    ///< regular file, read from its start
  int output = -1;   ///< empty regular file, readable and writable; -1 for verify
  int sidecar = -1;  ///< manifest store beside the input, when there is one
  std::string name;  ///< of the input, without folders
  bool archive = false;
  std::uint64_t memory = 0;  ///< RLIMIT_DATA beyond what the worker has; 0: 2 GiB
  double cpu_seconds = 0;    ///< 0: without a limit
  double wall_seconds = 0;   ///< after which the worker is killed; 0: never
};

/// One file: the item itself, or an entry of an archive.
struct FileOutcome {
  std::string name;  ///< of the entry; empty for the item itself
  ItemState state = ItemState::done;
  std::string why;             ///< of a skipped one
  std::optional<Error> error;  ///< of a failed one
  std::string report;          ///< JSON of MarkReport or VerifyReport (signmark/json.hpp)
  std::string verdict;         ///< of verify
  ledger::Entry entry;         ///< of mark; without digests of whole files, name and item key
};

struct WorkOutcome {
  FileOutcome file;
  std::vector<FileOutcome> entries;  ///< of an archive
  Bytes sidecar;                     ///< manifest store beside the output; may be empty
  Bytes thumbnail;                   ///< JPEG, at most 160 pixels a side; may be empty
};

/// One at work; used by the thread that started it, with which it dies (PR_SET_PDEATHSIG). It is
/// made anew by itself after a death and now and then.
///
/// Why an order came to no outcome: the worker is dead and was reaped.
///   `batch.worker.crashed` (with the signal), `limit.cpu`, `limit.memory`, `limit.wall`,
///   `batch.worker.protocol`, `base.cancelled`.
class Worker {
 public:
  /// Starts `program batch-worker` with a clean environment and three descriptors. Errors:
  /// `batch.worker.start`, `batch.sandbox` (required and not to be had), those of the setup.
  static Result<std::unique_ptr<Worker>> start(const Context& context,
                                               const std::filesystem::path& program,
                                               const WorkerSetup& setup, const Powers& powers);
  virtual ~Worker() = default;  ///< kills and reaps
  /// Serves the worker's requests for signatures meanwhile. `stop` is asked often; true kills.
  virtual Result<WorkOutcome> work(const WorkOrder& order, const std::function<bool()>& stop) = 0;
  /// What sealed it, e.g. {"landlock_abi":7,"seccomp":true,"truncate_covered":true}.
  [[nodiscard]] virtual std::string sandbox() const = 0;
};

/// The worker's side.
int serve_worker(const Context& context, int control);

}  // namespace signmark::batch
