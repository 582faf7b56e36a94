// SPDX-License-Identifier: Apache-2.0
// The job list (batch.md 2.7): what a job left, as sorted rows of path, output digest, mark digest
// and, where a manifest store lies beside the output, its digest. Its own digest goes into the
// ledger, so that the next signed checkpoint covers it.
#pragma once

#include "batch/job_store.hpp"

namespace signmark::batch {

/// What was written.
struct JobList {
  std::uint64_t rows = 0;
  std::string digest;  ///< "blake2b-256:…" of the file's bytes
};

/// Writes the done items of a store as JSON lines of type `listed`, sorted by the path's bytes.
/// Same items, same bytes. Errors: `base.file.*`, those of the store.
Result<JobList> write_job_list(const std::filesystem::path& file, JobStore& store);

/// Compares a folder with a job list; `sink` may be empty. Files whose names begin with a dot and
/// end in `.part` are another job's and not looked at. Errors: `batch.list.syntax`, `base.file.*`
/// of the list, `base.cancelled`.
Result<JobListAudit> check_job_list(const Context& context, const std::filesystem::path& list,
                                    const std::filesystem::path& folder,
                                    const std::function<Status(const ListedFile&)>& sink);

}  // namespace signmark::batch
