// SPDX-License-Identifier: Apache-2.0
// Room `batch`: many files, archives and machines (batch.md). Lives in libsignmark-batch.so, which
// is loaded on first need: libarchive, libseccomp and what they bring cost a plain `mark` nothing.
#ifndef SIGNMARK_BATCH_HPP_
#define SIGNMARK_BATCH_HPP_

#include <array>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "signmark/base.hpp"
#include "signmark/keyring.hpp"
#include "signmark/keys.hpp"
#include "signmark/ledger.hpp"
#include "signmark/trust.hpp"

namespace signmark::batch {

// ---------------------------------------------------------------------------------------------
// What to do

enum class Task { mark, verify };

/// An option by its command-line name, as signmark::set_option takes it.
using Setting = std::pair<std::string, std::string>;

/// Input that carries another issuer's marks (batch.md 2.3). Its own marks are always skipped.
enum class Existing { fail, skip, add };

/// Whether workers must be sealed (reliability.md 7).
enum class Sandbox { automatic, require, off };

/// What may be asked of archives (batch.md 4.2). Every refusal names its flag.
struct ArchiveGuards {
  std::uint64_t total = 64ULL << 30;          ///< unpacked bytes
  std::uint64_t ratio = 200;                  ///< of total to the archive's size …
  std::uint64_t ratio_from = 256ULL << 20;    ///< … once past this
  std::uint64_t entry = 16ULL << 30;          ///< bytes of one entry
  std::uint64_t entry_ratio = 1032;           ///< deflate cannot honestly exceed about that …
  std::uint64_t entry_ratio_from = 16 << 20;  ///< … after this
  std::uint64_t entries = 1'000'000;
  std::uint64_t name_bytes = 4096;
  std::uint64_t depth = 64;  ///< of folders
  std::uint64_t nested = 1;  ///< archives inside archives
};

/// The flag of each guard.
struct ArchiveGuardFlag {
  std::string_view flag;
  std::uint64_t ArchiveGuards::*field;
  std::string_view what;
};
inline constexpr std::array<ArchiveGuardFlag, 8> kArchiveGuardFlags{{
    {"--archive-total", &ArchiveGuards::total, "bytes that an archive may unpack to"},
    {"--archive-ratio", &ArchiveGuards::ratio, "times its size that an archive may unpack to"},
    {"--archive-entry", &ArchiveGuards::entry, "bytes of one entry"},
    {"--archive-entry-ratio", &ArchiveGuards::entry_ratio, "times its packed size of one entry"},
    {"--archive-entries", &ArchiveGuards::entries, "entries, those of nested archives included"},
    {"--archive-name", &ArchiveGuards::name_bytes, "bytes of an entry's name"},
    {"--archive-depth", &ArchiveGuards::depth, "folders within each other"},
    {"--archive-nested", &ArchiveGuards::nested, "levels of archives inside archives"},
}};

/// A job. Sources and settings decide its identity; how it is carried out does not.
struct Job {
  Task task = Task::mark;
  std::vector<std::filesystem::path> paths;  ///< files and folders (folders: all below)
  std::filesystem::path list;    ///< a file with one path a line, "-" for stdin; may be empty
  bool list_nul = false;         ///< its paths end in NUL instead
  std::filesystem::path output;  ///< folder; needed to mark
  std::vector<Setting> options;  ///< of MarkOptions or VerifyOptions
  bool archives = false;         ///< zip, tar and so on are walked; else they are unknown files
  Existing existing = Existing::fail;
  bool force = false;    ///< replace outputs that were not made by this job
  ArchiveGuards guards;  ///< of every archive
  /// Of Task::verify, filled in by BatchRoom: what verdicts stand on beside the files (digest of
  /// trust store, policy and carrier keys). Others make another job, so that no verdict is stale.
  std::string belief;
};

/// Who signs and who is believed; never stored with the job.
struct Powers {
  const keys::Signer* signer = nullptr;  ///< not owned; stays in the supervisor
  Bytes signer_root;
  const keys::CarrierKey* carrier = nullptr;  ///< private one named by the options; not owned
  /// Certificates that verify believes, DER; bundles; the store under the local policy. Workers
  /// read these files before they are sealed.
  std::vector<Bytes> anchors;
  std::vector<std::filesystem::path> bundles;
  std::optional<keys::TrustPaths> store;
  keys::TrustPolicy policy;  ///< of bundles and store
  /// Certificates of this user's signing keys, DER: a signed frame in content names its key by a
  /// hint only (signmark::Trust::leaves). Nobody is believed for standing here.
  std::vector<Bytes> leaves;
  /// Private carrier keys that verify looks for. They stay in the supervisor; workers get the key
  /// of one medium (keys.md section 9). Closed ones are told of in the findings.
  keys::CarriersAtHand carriers;
  ledger::Ledger* ledger = nullptr;  ///< not owned; nullptr: nothing is recorded
};

/// How it is carried out.
struct Running {
  int jobs = 0;                ///< workers; 0: as many as processors
  std::uint64_t memory = 0;    ///< bytes of decoded media at once; 0: half of the machine's
  double item_timeout = 0;     ///< seconds of wall time; 0: from size and median
  double max_failures = 0.05;  ///< share (below 1) or number of failed items that stops the job
  bool recheck = false;        ///< `done` is believed only after hashing the output again
  Sandbox sandbox = Sandbox::automatic;
  std::string queue;  ///< postgresql://… : a queue of many machines; empty: a job file
  double lease_seconds = 60;
  bool drain = false;                    ///< finish what is leased, take nothing new
  std::filesystem::path job_folder;      ///< of job files; empty: this user's
  std::filesystem::path report_folder;   ///< report.jsonl and so on; empty: beside the job file
  std::filesystem::path worker_program;  ///< started as `PROGRAM batch-worker`; empty: this program
};

// ---------------------------------------------------------------------------------------------
// What came of it

enum class ItemState { planned, leased, done, failed, skipped };
std::string_view item_state_name(ItemState state);

/// State of a job at one moment.
struct JobStatus {
  std::string job;  ///< 16 hex digits
  Task task = Task::mark;
  std::map<ItemState, std::uint64_t> items;
  std::map<std::string, std::uint64_t> verdicts;  ///< of Task::verify
  std::map<std::string, std::uint64_t> errors;    ///< failed items by code
  std::uint64_t bytes_done = 0, bytes_total = 0;
  bool scanning = false;         ///< totals are not final
  double seconds = 0;            ///< this run
  std::vector<std::string> now;  ///< names of the items being worked on
};

/// End of a run.
struct Summary {
  JobStatus status;
  bool dry_run = false, interrupted = false, stopped = false;  ///< stopped: too many failures
  std::filesystem::path job_file, report, job_list, html;      ///< may be empty
  std::uint64_t workers_crashed = 0;
  /// Done items whose output is not where it was written: moved on, or lost.
  std::uint64_t outputs_gone = 0;
  std::string sandbox;  ///< what sealed the workers, for people
};

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

/// How a folder and a job list fit.
struct JobListAudit {
  std::map<Listed, std::uint64_t> files;
  std::string digest;  ///< of the list itself: compare it with the ledger's
  /// BagIt's words (RFC 8493 section 3): every listed file is where it is listed …
  [[nodiscard]] bool complete() const;
  /// … and has the listed bytes.
  [[nodiscard]] bool valid() const;
};

/// Told what happens; called from one thread at a time.
struct Observer {
  std::function<void(const JobStatus&)> progress;       ///< about 5 times a second
  std::function<void(const std::string& line)> record;  ///< each line of report.jsonl
  /// 0: go on; 1: no new items, running ones finish; 2: stop now. Asked often.
  std::function<int()> stop;
};

/// The room behind the loader; one object serves all threads.
class BatchRoom {
 public:
  virtual ~BatchRoom() = default;
  /// Plans a job and works on it; the same job again is its resumption. With `dry_run` everything
  /// is looked at and nothing is written. Errors: `batch.*`, `queue.*`, `database.*`; failed items
  /// are no error.
  [[nodiscard]] virtual Result<Summary> run(const Context& context, const Job& job,
                                            const Powers& powers, const Running& running,
                                            const Observer& observer, bool dry_run) const = 0;
  /// Goes on with a job by its id, or a prefix that only one has; with `retry` failed items are
  /// taken again. Errors: also `batch.job.unknown`, `batch.job.changed`.
  [[nodiscard]] virtual Result<Summary> resume(const Context& context, const std::string& job,
                                               bool retry, const Powers& powers,
                                               const Running& running,
                                               const Observer& observer) const = 0;
  /// The job as it was planned, for a caller that needs its settings to open keys.
  [[nodiscard]] virtual Result<Job> job(const Context& context, const std::string& job,
                                        const Running& running) const = 0;
  /// All jobs of a folder or queue, newest first; with `job` that one alone.
  [[nodiscard]] virtual Result<std::vector<JobStatus>> status(const Context& context,
                                                              const std::string& job,
                                                              const Running& running) const = 0;
  /// Compares a folder with the job list of what was written into it; `sink` may be empty. Whether
  /// the list is the one that a job left, the ledger says: JobListAudit::digest is the output
  /// digest of an entry "job". Errors: `batch.list.syntax`, `base.file.*` of the list,
  /// `base.cancelled`.
  [[nodiscard]] virtual Result<JobListAudit> check(
      const Context& context, const std::filesystem::path& list,
      const std::filesystem::path& folder,
      const std::function<Status(const ListedFile&)>& sink) const = 0;
  /// A worker process: serves its supervisor on descriptor `control` until that closes. The whole
  /// life of `signmark batch-worker`. Gives the exit code.
  [[nodiscard]] virtual int serve(const Context& context, int control) const = 0;
};

/// Loads libsignmark-batch.so beside the library, once. Errors: `batch.load` with the loader's
/// words.
Result<const BatchRoom*> load();

}  // namespace signmark::batch

#endif  // SIGNMARK_BATCH_HPP_
