// SPDX-License-Identifier: Apache-2.0
// Where a job keeps what: job files, reports, the workers' own folders.
#pragma once

#include "batch/job_store.hpp"

namespace signmark::batch {

struct Places {
  std::filesystem::path folder;   ///< of all job files
  std::filesystem::path reports;  ///< of this job
  std::filesystem::path scratch;  ///< of this job's workers

  /// Errors: `keys.home`.
  static Result<Places> of(const Running& running, const std::string& job);
  [[nodiscard]] std::filesystem::path job_file(const std::string& job) const {
    return folder / (job + ".db");
  }
  [[nodiscard]] std::filesystem::path report() const { return reports / "report.jsonl"; }
  [[nodiscard]] std::filesystem::path job_list() const { return reports / "job-list.jsonl"; }
  [[nodiscard]] std::filesystem::path html() const { return reports / "summary.html"; }

  /// Makes the folders, removes what workers of dead processes left. Errors: `base.file.create`.
  [[nodiscard]] Status make() const;
  /// An empty folder of a worker of this process. Errors: `base.file.create`.
  [[nodiscard]] Result<std::filesystem::path> scratch_of(int slot) const;
  /// Removes the folders of this process.
  void clean() const;
};

/// All jobs of the folder or the queue: newest first.
Result<std::vector<JobRow>> known_jobs(const Context& context, const Running& running);
/// The one whose id begins so. Errors: `batch.job.unknown`.
Result<JobRow> find_job(const Context& context, const Running& running, const std::string& prefix);
/// Opens the store of a job.
Result<std::unique_ptr<JobStore>> open_store(const Context& context, const Running& running,
                                             const std::string& job, bool read_only);

}  // namespace signmark::batch
