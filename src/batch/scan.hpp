// SPDX-License-Identifier: Apache-2.0
// Finds a job's items: files, folders (all below, sorted, links not followed) and lists. What was
// found goes into the job store at once; the scanner holds one folder's names and nothing else.
#pragma once

#include "batch/job_store.hpp"

namespace signmark::batch {

/// What is passed over.
struct ScanRules {
  std::vector<std::filesystem::path> folders;  ///< absolute: the output, our own
  std::vector<std::filesystem::path> files;    ///< absolute: our own reports
  std::function<bool()> stop;                  ///< asked while a list is waited for; may be empty
};

/// Calls `sink` with each item, in an order that only depends on the sources; an error stops.
/// - A file that cannot be read, or a folder, is an item without a digest: it fails when its turn
///   comes, so that nobody takes silence for success.
/// - Below `job.paths` an item's destination is its path below that folder, or its file name; of a
///   list the path as it is written there, without a leading slash.
/// - An item whose destination another one has already, or that lies outside the output, has an
///   empty one and fails, too.
/// Errors: those of the sink, `base.file.open` of the list, `base.cancelled`.
Status scan(const Job& job, const std::string& params, const ScanRules& rules,
            const std::function<Status(PlannedItem)>& sink);

/// Whether the ending is that of an archive that is walked: .zip .tar .tar.gz .tgz .tar.xz .txz
/// .tar.zst .tzst .7z. By name only: the supervisor reads no foreign bytes, the worker does.
bool has_archive_ending(const std::string& name);

}  // namespace signmark::batch
