// SPDX-License-Identifier: Apache-2.0
// One item, from its lease to what the committer makes final.
#pragma once

#include "batch/admission.hpp"
#include "batch/commit.hpp"
#include "batch/worker.hpp"

namespace signmark::batch {

/// Gives a slot its worker process, started when there is none.
using WorkerSource = std::function<Result<Worker*>()>;

/// What all items of a run share; everything outlives it.
struct RunTools {
  const Context& context;
  const Job& job;
  const JobRow& row;
  const Powers& powers;
  JobStore& store;
  Committer& committer;
  Bucket& bucket;
  Pace& pace;
  bool queue = false;
};

/// What became of a lease.
struct Worked {
  enum class How {
    finished,  ///< `item` goes to the committer
    again,     ///< `why` may pass: the lease is given back
    stopped    ///< interrupted: the lease is put back untouched
  } how = How::finished;
  Finished item;
  Error why;
  bool worker_died = false;
};

/// `stop` is asked while work goes on. Errors: what no item is to blame for (no worker to be had,
/// the store).
Result<Worked> work_on(const RunTools& shop, const WorkerSource& worker, const Lease& lease,
                       const std::function<bool()>& stop);

}  // namespace signmark::batch
