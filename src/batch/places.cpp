// SPDX-License-Identifier: Apache-2.0
#include "batch/places.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include "base/text.hpp"
#include "batch/description.hpp"
#include "signmark/keyring.hpp"

namespace signmark::batch {
namespace fs = std::filesystem;
namespace {

Result<fs::path> job_folder(const Running& running) {
  if (!running.job_folder.empty()) return running.job_folder;
  SIGNMARK_ASSIGN(const keys::Home home, keys::Home::from_environment());
  return home.state / "jobs";
}

Status make_private(const fs::path& folder) {
  std::error_code error;
  if (fs::create_directories(folder, error)) fs::permissions(folder, fs::perms::owner_all, error);
  if (!error) return {};
  return fail("base.file.create", "cannot make the folder: " + error.message(), folder.string());
}

/// Whether the process in a name like `123-0` is gone.
bool is_of_dead(const std::string& name) {
  pid_t pid = 0;
  std::from_chars(name.data(), name.data() + name.size(), pid);
  return pid > 0 && ::kill(pid, 0) != 0 && errno == ESRCH;
}

void remove_children(const fs::path& folder, const std::function<bool(const std::string&)>& which) {
  std::error_code error;
  std::vector<fs::path> gone;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (which(at->path().filename().native())) gone.push_back(at->path());
  for (const fs::path& path : gone) fs::remove_all(path, error);
}

/// Jobs with a file of their own. One that cannot be read is passed over: it is no reason not to
/// list the others.
std::vector<JobRow> jobs_of_folder(const Context& context, const fs::path& folder) {
  std::vector<JobRow> rows;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (at->path().extension() != ".db" || !is_job_id(at->path().stem().native())) continue;
    auto store = open_job_file(context, at->path(), true);
    if (!store) continue;
    if (auto row = (*store)->row()) rows.push_back(std::move(*row));
  }
  std::sort(rows.begin(), rows.end(), [](const JobRow& a, const JobRow& b) {
    return std::pair(b.created, a.id) < std::pair(a.created, b.id);
  });
  return rows;
}

}  // namespace

Result<Places> Places::of(const Running& running, const std::string& job) {
  Places places;
  SIGNMARK_ASSIGN(places.folder, job_folder(running));
  places.reports = running.report_folder.empty() ? places.folder / job : running.report_folder;
  places.scratch = places.folder / job / "work";
  return places;
}

Status Places::make() const {
  SIGNMARK_TRY(make_private(folder));
  SIGNMARK_TRY(make_private(reports));
  SIGNMARK_TRY(make_private(scratch));
  remove_children(scratch, is_of_dead);
  return {};
}

Result<fs::path> Places::scratch_of(int slot) const {
  const fs::path path = scratch / fmt::format("{}-{}", ::getpid(), slot);
  std::error_code error;
  fs::remove_all(path, error);
  SIGNMARK_TRY(make_private(path));
  return path;
}

void Places::clean() const {
  const std::string own = fmt::format("{}-", ::getpid());
  remove_children(scratch, [&own](const std::string& name) { return name.starts_with(own); });
  std::error_code error;
  fs::remove(scratch, error);  // as long as no other process uses it
}

Result<std::vector<JobRow>> known_jobs(const Context& context, const Running& running) {
  if (!running.queue.empty()) return queue_jobs(context, running.queue);
  SIGNMARK_ASSIGN(const fs::path folder, job_folder(running));
  return jobs_of_folder(context, folder);
}

Result<JobRow> find_job(const Context& context, const Running& running, const std::string& prefix) {
  SIGNMARK_ASSIGN(const std::vector<JobRow> rows, known_jobs(context, running));
  std::vector<const JobRow*> found;
  for (const JobRow& row : rows)
    if (!prefix.empty() && row.id.starts_with(prefix)) found.push_back(&row);
  if (found.size() == 1) return *found.front();
  return fail("batch.job.unknown",
              found.empty() ? fmt::format("there is no job \"{}\"", printable(prefix))
                            : fmt::format("{} jobs begin with \"{}\"", found.size(), prefix),
              {}, "signmark batch status lists all jobs");
}

Result<std::unique_ptr<JobStore>> open_store(const Context& context, const Running& running,
                                             const std::string& job, bool read_only) {
  if (!running.queue.empty()) return open_queue(context, running.queue, job);
  SIGNMARK_ASSIGN(const Places places, Places::of(running, job));
  return open_job_file(context, places.job_file(job), read_only);
}

}  // namespace signmark::batch
