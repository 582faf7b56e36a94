// SPDX-License-Identifier: Apache-2.0
// report.jsonl: a line an item in the order of their sources, then a summary (batch.md section 3).
#pragma once

#include "batch/job_store.hpp"

namespace signmark::batch {

/// The line of an item, without its end.
std::string item_line(const Job& job, const StoredItem& item);
/// The line of the run. Without times: the same work gives the same lines.
std::string summary_line(const Summary& summary);

/// Writes all items of a store and the summary; `observer.record` hears each line. Errors:
/// `base.file.*`, those of the store.
Status write_report(const std::filesystem::path& file, const Job& job, JobStore& store,
                    const Summary& summary, const Observer& observer);

}  // namespace signmark::batch
