// SPDX-License-Identifier: Apache-2.0
// A run from its beginning to its reports.
#pragma once

#include "batch/job_store.hpp"

namespace signmark::batch {

struct RunRequest {
  const Context& context;
  const Job& job;
  const JobRow& row;
  const Powers& powers;
  const Running& running;
  const Observer& observer;
};

/// Works on a job whose row stands in the store. Errors: as BatchRoom::run.
Result<Summary> carry_out(const RunRequest& request, JobStore& store, bool scan);

/// The same sources looked at with the same eyes, and nothing written.
Result<Summary> look_only(const RunRequest& request);

}  // namespace signmark::batch
