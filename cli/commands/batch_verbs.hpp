// SPDX-License-Identifier: Apache-2.0
// The verbs below `signmark batch`, and what they share.
#pragma once

#include "ledger_access.hpp"
#include "mark_flags.hpp"
#include "signmark/batch.hpp"

namespace signmark::cli {

std::unique_ptr<Command> make_batch_plan();
std::unique_ptr<Command> make_batch_run();
std::unique_ptr<Command> make_batch_resume();
std::unique_ptr<Command> make_batch_retry();
std::unique_ptr<Command> make_batch_check();
std::unique_ptr<Command> make_batch_status();

/// Flags that make a job what it is.
class JobFlags {
 public:
  /// `sources`: the verb names files, too.
  void declare(CLI::App& verb, bool sources);
  /// Errors: `cli.usage`, `pipeline.option.*`.
  [[nodiscard]] Result<batch::Job> job(const Settings& settings) const;
  /// The options that were given, to compare with those of a job that is there.
  [[nodiscard]] Result<std::vector<batch::Setting>> options(const Settings* settings) const;
  [[nodiscard]] bool names_sources() const { return !paths_.empty() || !list_.empty(); }
  [[nodiscard]] const std::vector<std::string>& bundles() const { return bundles_; }

 private:
  [[nodiscard]] std::vector<batch::Setting> verify_options() const;

  std::vector<std::string> paths_, bundles_;
  std::string list_, output_, existing_ = "fail", at_;
  bool nul_ = false, verify_ = false, archives_ = false, force_ = false, deep_ = false,
       declared_ = false, sidecar_ = false;
  MarkFlags marking_;
  batch::ArchiveGuards guards_;
};

/// Flags of how a job is carried out.
class RunningFlags {
 public:
  void declare(CLI::App& verb);
  /// Only where jobs are kept: for `status`.
  void declare_place(CLI::App& verb);
  /// Errors: `cli.usage`, `base.duration`.
  [[nodiscard]] Result<batch::Running> running() const;

 private:
  int jobs_ = 0;
  std::uint64_t memory_ = 0;
  std::string item_timeout_, max_failures_ = "5%", sandbox_ = "auto", queue_, lease_ = "60s",
                             reports_;
  bool recheck_ = false, drain_ = false;
};

/// What a job needs of keys, trust and ledger, held open while it runs. Must stay where it is.
struct OpenPowers {
  MarkOptions marking;
  MarkSecrets secrets;
  std::unique_ptr<ledger::Ledger> ledger;
  batch::Powers powers;
};

/// The flags that say where those come from.
class PowerFlags {
 public:
  void declare(CLI::App& verb);
  /// Errors: `keys.*`, those of the ledger.
  [[nodiscard]] Result<std::unique_ptr<OpenPowers>> open(
      const Session& session, const batch::Job& job, const std::vector<std::string>& bundles) const;

 private:
  std::string signer_;
  UnlockFlags unlock_;
  LedgerFlags ledger_;
};

/// Runs with progress and signals; prints what came of it. Gives the exit code: 0, 3 when items
/// failed, 128 + n when a signal ended it.
Result<int> run_batch(
    const Session& session,
    const std::function<Result<batch::Summary>(const batch::Observer& observer)>& run);

/// "12 done, 3 failed, 85 planned".
std::string counts_text(const batch::JobStatus& status);
JsonLine status_json(const batch::JobStatus& status);

}  // namespace signmark::cli
