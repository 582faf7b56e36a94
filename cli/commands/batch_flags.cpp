// SPDX-License-Identifier: Apache-2.0
// Flags of `signmark batch`.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/result.hpp"
#include "base/time.hpp"
#include "commands/batch_verbs.hpp"

namespace signmark::cli {
namespace fs = std::filesystem;
namespace {

const CLI::AsSizeValue kSize(false);  // K is 1024

constexpr const char* kArchives = "Archives";
constexpr const char* kChecking = "With --verify";

/// "5%", "0.05" or "100".
Result<double> failures(const std::string& text) {
  double value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (code != std::errc{} || (!rest.empty() && rest != "%") || !(value >= 0))
    return fail("cli.usage", fmt::format("\"{}\" is neither a share nor a number", text), {},
                "write --max-failures 5% or --max-failures 100");
  return rest == "%" ? value / 100 : value;
}

/// Options that name files mean the same from any folder.
std::string settled(const std::string& name, const std::string& value) {
  if (name != "font" && name != "notice-file") return value;
  return fs::absolute(value).string();
}

}  // namespace

void JobFlags::declare(CLI::App& verb, bool sources) {
  if (sources) {
    verb.add_option("SOURCE", paths_, "Files and folders (all below, links not followed)");
    verb.add_option("-o,--output", output_, "Folder for the marked files; made when missing")
        ->type_name("FOLDER");
    verb.add_option("--from", list_, "Also the files named in FILE, one a line; - is stdin")
        ->type_name("FILE");
    verb.add_flag("-0,--null", nul_, "Names in --from end with NUL, as `find -print0` writes them");
    verb.add_flag("--verify", verify_, "Verify instead of marking; writes no files");
    verb.add_flag("--archive", archives_, "Look into .zip, .tar, .tar.gz, .tar.xz, .tar.zst, .7z")
        ->group(kArchives);
    for (const batch::ArchiveGuardFlag& flag : batch::kArchiveGuardFlags)
      verb.add_option(std::string(flag.flag), guards_.*flag.field,
                      fmt::format("Most {} (default: {})", flag.what, guards_.*flag.field))
          ->type_name("N")
          ->transform(kSize)
          ->group(kArchives);
    verb.add_flag("-f,--force", force_, "Replace outputs that are there");
    verb.add_option("--existing", existing_,
                    "Files with another issuer's marks: fail (default), skip, or add to them")
        ->check(CLI::IsMember({"fail", "skip", "add"}));
  }
  verb.add_option("--trust", bundles_, "Believe the issuer of this bundle only (repeatable)")
      ->type_name("BUNDLE")
      ->group(kChecking);
  verb.add_flag("--sidecar", sidecar_, "Put manifests into FILE.c2pa instead of the files");
  verb.add_flag("--deep", deep_, "Look for robust marks in parts of pictures, too")
      ->group(kChecking);
  verb.add_flag("--declared", declared_, "The uploader declares the content as AI-generated")
      ->group(kChecking);
  verb.add_option("--at", at_, "Judge as of this time (RFC 3339) instead of now")
      ->type_name("TIME")
      ->group(kChecking);
  marking_.declare(verb, MarkInput::batch);
}

std::vector<batch::Setting> JobFlags::verify_options() const {
  std::vector<batch::Setting> options;
  if (deep_) options.emplace_back("deep", "true");
  if (declared_) options.emplace_back("declared", "true");
  if (!at_.empty()) options.emplace_back("at", at_);
  return options;
}

Result<std::vector<batch::Setting>> JobFlags::options(const Settings* settings) const {
  std::vector<batch::Setting> options;
  for (auto& [name, value] : marking_.given(verify_ ? nullptr : settings))
    options.emplace_back(name, settled(name, value));
  for (batch::Setting& option : verify_options()) options.push_back(std::move(option));
  if (sidecar_) options.emplace_back("sidecar", "true");
  VerifyOptions checking;
  MarkOptions marking;
  for (const auto& [name, value] : options) {
    const Status set =
        verify_ ? set_option(checking, name, value) : set_option(marking, name, value);
    if (!set && set.error().code == "pipeline.option.unknown")
      return fail("cli.usage",
                  fmt::format("--{} is for {}", name, verify_ ? "marking" : "--verify"), {},
                  fmt::format("leave it out, or {} --verify", verify_ ? "drop" : "add"));
    SIGNMARK_TRY(set);
  }
  return options;
}

Result<batch::Job> JobFlags::job(const Settings& settings) const {
  batch::Job job;
  job.task = verify_ ? batch::Task::verify : batch::Task::mark;
  job.paths.assign(paths_.begin(), paths_.end());
  job.list = list_;
  job.list_nul = nul_;
  job.output = output_;
  SIGNMARK_ASSIGN(job.options, options(&settings));
  job.archives = archives_;
  job.existing = existing_ == "skip"  ? batch::Existing::skip
                 : existing_ == "add" ? batch::Existing::add
                                      : batch::Existing::fail;
  job.force = force_;
  job.guards = guards_;
  return job;
}

void RunningFlags::declare_place(CLI::App& verb) {
  verb.add_option(
          "--queue", queue_,
          "Queue of many machines: postgresql://HOST/DATABASE (default: a file of this user)")
      ->type_name("URI");
}

void RunningFlags::declare(CLI::App& verb) {
  constexpr const char* kGroup = "Running";
  declare_place(verb);
  verb.add_option("-j,--jobs", jobs_, "Worker processes (default: one a processor)")
      ->type_name("N")
      ->check(CLI::Range(1, 1024))
      ->group(kGroup);
  verb.add_option("--memory", memory_, "Decoded media at once (default: half of the memory)")
      ->type_name("BYTES")
      ->transform(kSize)
      ->group(kGroup);
  verb.add_option("--item-timeout", item_timeout_,
                  "Give up on a file after this (default: from its size and the others' times)")
      ->type_name("TIME")
      ->group(kGroup);
  verb.add_option("--max-failures", max_failures_,
                  "Stop when more fail: a share of those done, or a number (default: 5%)")
      ->type_name("N|N%")
      ->group(kGroup);
  verb.add_flag("--recheck", recheck_, "Hash the outputs of done files again")->group(kGroup);
  verb.add_option("--sandbox", sandbox_, "Seal the workers: auto (default), require or off")
      ->check(CLI::IsMember({"auto", "require", "off"}))
      ->group(kGroup);
  verb.add_option("--lease", lease_, "With --queue: how long a dead machine keeps a file (60s)")
      ->type_name("TIME")
      ->group(kGroup);
  verb.add_flag("--drain", drain_, "With --queue: finish what was begun, take nothing new")
      ->group(kGroup);
  verb.add_option("--report", reports_, "Folder for report.jsonl, job list and page")
      ->type_name("FOLDER")
      ->group(kGroup);
}

Result<batch::Running> RunningFlags::running() const {
  batch::Running running;
  running.jobs = jobs_;
  running.memory = memory_;
  if (!item_timeout_.empty()) {
    SIGNMARK_ASSIGN(const std::int64_t seconds, parse_duration(item_timeout_));
    running.item_timeout = static_cast<double>(seconds);
  }
  SIGNMARK_ASSIGN(running.max_failures, failures(max_failures_));
  SIGNMARK_ASSIGN(const std::int64_t lease, parse_duration(lease_));
  constexpr std::int64_t kShortest = 2;
  if (lease < kShortest)
    return fail("cli.usage", "a lease that short is lost before it is prolonged", {},
                "write --lease 60s");
  running.lease_seconds = static_cast<double>(lease);
  running.recheck = recheck_;
  running.drain = drain_;
  running.queue = queue_;
  running.sandbox = sandbox_ == "require" ? batch::Sandbox::require
                    : sandbox_ == "off"   ? batch::Sandbox::off
                                          : batch::Sandbox::automatic;
  if (!reports_.empty()) running.report_folder = fs::absolute(reports_);
  return running;
}

void PowerFlags::declare(CLI::App& verb) {
  verb.add_option("--signer", signer_, "Signing key: id, label, file:PATH or exec:[…]")
      ->type_name("KEY");
  ledger_.declare(verb, true);
  unlock_.declare(verb);
}

namespace {

/// As `verify` has them: bundles that were named or this machine's store, the local policy, the
/// certificates of the keyring, carrier keys that open without asking. Workers read the files.
Status open_belief(const Session& session, const std::vector<std::string>& bundles,
                   batch::Powers& powers) {
  SIGNMARK_ASSIGN(const keys::Home home, key_home());
  SIGNMARK_ASSIGN(powers.policy, keys::read_trust_policy(home.config / "config.toml"));
  powers.bundles.resize(bundles.size());
  std::transform(bundles.begin(), bundles.end(), powers.bundles.begin(),
                 [](const std::string& bundle) { return fs::absolute(bundle); });
  if (bundles.empty()) powers.store = keys::TrustPaths::of(home);
  // A keyring that cannot be opened adds nothing.
  if (const auto keyring = open_keyring(session, {}))
    powers.leaves = keyring->signing_certificates().value_or(std::vector<Bytes>());
  SIGNMARK_ASSIGN(powers.carriers, carriers_to_try(session, {})());
  return {};
}

}  // namespace

Result<std::unique_ptr<OpenPowers>> PowerFlags::open(
    const Session& session, const batch::Job& job, const std::vector<std::string>& bundles) const {
  auto opened = std::make_unique<OpenPowers>();
  batch::Powers& powers = opened->powers;
  if (job.task == batch::Task::verify) {
    SIGNMARK_TRY(open_belief(session, bundles, powers));
    return opened;
  }
  MarkOptions& marking = opened->marking;
  for (const auto& [name, value] : job.options) SIGNMARK_TRY(set_option(marking, name, value));
  SIGNMARK_TRY(opened->secrets.open(session, signer_, unlock_, marking));
  SIGNMARK_ASSIGN(opened->ledger, open_ledger(session, ledger_));
  powers.signer = marking.signer;
  powers.signer_root = marking.signer_root;
  powers.carrier = marking.carrier_key;
  powers.ledger = opened->ledger.get();
  return opened;
}

}  // namespace signmark::cli
