// SPDX-License-Identifier: Apache-2.0
// The job list (batch.md 2.7): what a job left, as sorted rows of path, output digest and mark
// digest. Its own digest goes into the ledger, so that the next signed checkpoint covers it.
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

/// What hashdeep's audit calls them, and two that it hides: a file under a listed name with other
/// bytes, and one that could not be read.
enum class Listed { matched, moved, fresh, missing, changed, unreadable };
std::string_view listed_name(Listed listed);  ///< "matched", "moved", "new", …

/// One file of the list or the folder.
struct ListedFile {
  Listed how = Listed::matched;
  std::string path;            ///< below the folder; of a missing one as it is listed
  std::string from;            ///< of a moved one: where the list has it
  std::optional<Error> error;  ///< of an unreadable one
};

struct JobListAudit {
  std::map<Listed, std::uint64_t> files;
  std::string digest;  ///< of the list itself: compare it with the ledger's
  /// BagIt's words (RFC 8493 section 3): every listed file is where it is listed …
  [[nodiscard]] bool complete() const;
  /// … and has the listed bytes.
  [[nodiscard]] bool valid() const;
};

/// Compares a folder with a job list; `sink` may be empty. Files whose names begin with a dot and
/// end in `.part` are another job's and not looked at. Errors: `batch.list.syntax`, `base.file.*`
/// of the list, `base.cancelled`.
Result<JobListAudit> check_job_list(const Context& context, const std::filesystem::path& list,
                                    const std::filesystem::path& folder,
                                    const std::function<Status(const ListedFile&)>& sink);

}  // namespace signmark::batch
