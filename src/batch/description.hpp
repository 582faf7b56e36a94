// SPDX-License-Identifier: Apache-2.0
// A job as text, and the identities that follow from it: of the job, and of its items
// (batch.md 2.1).
#pragma once

#include "batch/job_store.hpp"

namespace signmark::batch {

/// Paths made absolute, so that the job means the same from any folder. Errors: `batch.sources`
/// (there are none), `batch.output` (none to mark into, or a needless one, or it is an input
/// folder), `base.file.open` (a path that is not there).
Result<Job> settle_job(Job job);

/// As JSON, which is what a job file keeps; the same job gives the same text.
std::string describe(const Job& job);
/// Back. Errors: `batch.job.damaged`.
Result<Job> read_description(const std::string& text);

/// The row of a job: id and params follow from the description.
JobRow row_of(const Job& job, UnixTime now);
/// Whether a row is whole: its params are those of its description. Errors: `batch.job.changed`.
Status check_row(const JobRow& row);

/// PlannedItem::key.
std::string item_key(const std::string& source, const std::string& digest,
                     const std::string& params);

/// 16 hex digits.
bool is_job_id(std::string_view text);

}  // namespace signmark::batch
