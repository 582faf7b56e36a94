// SPDX-License-Identifier: Apache-2.0
// A job file: SQLite, one machine, one supervisor at a time.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/text.hpp"
#include "batch/job_schema.hpp"
#include "batch/job_sql.hpp"

namespace signmark::batch {
namespace {

namespace fs = std::filesystem;

// 2 MB: pages that are not in it are in the kernel's cache, which is nobody's memory in particular.
// It bounds what sorting holds as well: more goes to a temporary file.
constexpr std::string_view kCache = "pragma cache_size = -2000; pragma temp_store = file";

/// A lock of the kernel on FILE.lock: it goes with its holder, however that dies, and with the
/// machine. Nothing stale can be left, so process ids in the file are for people only.
class FileLock final : public JobLock {
 public:
  explicit FileLock(int fd) : fd_(fd) {}
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock() override { ::close(fd_); }

 private:
  int fd_;
};

std::string first_line(const fs::path& file) {
  const auto bytes = read_file(file, 4096);
  if (!bytes) return "unknown";
  const std::string_view text = as_text(*bytes);
  return printable(text.substr(0, text.find('\n')));
}

/// Who holds the lock, in words that still say something after a restart of the machine.
std::string holder_line() {
  std::string boot = first_line("/proc/sys/kernel/random/boot_id");
  return fmt::format("process {}, boot {}\n", ::getpid(), boot);
}

Result<std::unique_ptr<JobLock>> lock(const fs::path& file) {
  const fs::path path = file.string() + ".lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return fail("batch.job.lock", "cannot make the lock: " + system_message(errno), path.string());
  auto held = std::make_unique<FileLock>(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK)
      return fail("batch.job.lock", "cannot lock: " + system_message(errno), path.string());
    return fail("batch.job.busy", "another supervisor works on this job: " + first_line(path),
                file.string(), "wait for it, or look with `signmark batch status`");
  }
  const std::string line = holder_line();
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, line.data(), line.size(), 0) < 0)
    return fail("batch.job.lock", "cannot write: " + system_message(errno), path.string());
  return held;
}

/// A folder for job files is the user's alone.
Status make_folder(const fs::path& file) {
  std::error_code code;
  const fs::path folder = file.parent_path();
  if (folder.empty() || !fs::create_directories(folder, code)) {
    if (!code) return {};
    return fail("database.open", "cannot make the folder: " + code.message(), folder.string());
  }
  fs::permissions(folder, fs::perms::owner_all, code);
  return {};
}

}  // namespace

Result<std::unique_ptr<JobStore>> open_job_file(const Context& context, const fs::path& file,
                                                bool read_only) {
  std::unique_ptr<JobLock> held;
  if (!read_only) {
    SIGNMARK_TRY(make_folder(file));
    SIGNMARK_ASSIGN(held, lock(file));
  }
  database::OpenOptions options;
  options.create = !read_only;
  options.read_only = read_only;
  const auto open = [context, file, options]() -> Result<std::unique_ptr<database::Connection>> {
    SIGNMARK_ASSIGN(auto connection, database::open(context, file.string(), options));
    SIGNMARK_TRY(connection->script(kCache));
    if (!options.read_only) {
      SIGNMARK_TRY(make_schema(*connection));
      return connection;
    }
    SIGNMARK_ASSIGN(const bool planned, has_schema(*connection));
    if (!planned) return fail("batch.job.unknown", "no job was planned in it", file.string());
    return connection;
  };
  SIGNMARK_ASSIGN(Link link, Link::connect(open, 0));
  auto store = std::make_unique<SqlJobStore>(context, std::move(link), std::move(held));
  SIGNMARK_TRY(store->attach({}));
  return store;
}

}  // namespace signmark::batch
