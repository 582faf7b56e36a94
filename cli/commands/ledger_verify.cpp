// SPDX-License-Identifier: Apache-2.0
// `signmark ledger verify`: of a ledger, or of a bundle without any ledger.
#include <fmt/format.h>

#include "base/file.hpp"
#include "base/result.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "commands/ledger_verbs.hpp"

namespace signmark::cli {
namespace {

constexpr std::uint64_t kMaxNotes = 64U << 20;
constexpr std::uint64_t kMaxBundle = 4ULL << 30;

class VerifyCommand final : public Command {
 public:
  CLI::App* declare(CLI::App& app) override;
  Result<int> run(Session& session) override;

 private:
  Result<int> verify_bundle(Session& session, const CheckpointTrust& trust) const;
  Result<int> verify_ledger(Session& session, const CheckpointTrust& trust) const;
  int report(const Output& out, const ledger::Audit& audit, bool trusted) const;

  std::vector<std::string> against_, bundles_;
  std::string bundle_;
  LedgerFlags ledger_;
};

CLI::App* VerifyCommand::declare(CLI::App& app) {
  CLI::App* verb = app.add_subcommand(
      "verify", "Recompute the ledger and compare it with its signed checkpoints");
  verb->add_option("--against", against_,
                   "Checkpoints kept elsewhere (repeatable): only they show that a tail was cut "
                   "off, or that the holder of the key wrote all anew")
      ->type_name("FILE");
  verb->add_option("--bundle", bundle_, "Check an exported bundle instead, without any ledger")
      ->type_name("FILE");
  verb->add_option("--trust", bundles_, "Believe the issuer of this bundle only (repeatable)")
      ->type_name("BUNDLE");
  ledger_.declare(*verb, false);
  verb->footer(
      "Exit codes: 0 sound and signed by a trusted key, 11 by another, 12 tampered with,\n"
      "14 entries are there and none is signed.\n"
      "Example: signmark ledger verify --against safe/2026-11-22.checkpoint");
  return verb;
}

Result<int> VerifyCommand::run(Session& session) {
  SIGNMARK_ASSIGN(const CheckpointTrust trust, CheckpointTrust::load(session, bundles_));
  return bundle_.empty() ? verify_ledger(session, trust) : verify_bundle(session, trust);
}

void print_faults(const Output& out, const std::vector<Error>& faults) {
  for (const Error& fault : faults) {
    out.line(fmt::format("  {}  {}: {}", out.paint("fault", "bad"), fault.where, fault.message));
    out.line("         code " + fault.code);
    out.object(to_json(fault), "finding");
  }
}

/// 0, 11, 12 or 14.
int exit_of(bool sound, bool any_signed, bool trusted, bool empty) {
  if (!sound) return verdict_exit_code(Verdict::tampered);
  if (empty) return 0;
  if (!any_signed) return verdict_exit_code(Verdict::inconclusive);
  return trusted ? 0 : verdict_exit_code(Verdict::untrusted);
}

int VerifyCommand::report(const Output& out, const ledger::Audit& audit, bool trusted) const {
  const int code = exit_of(audit.sound(), audit.newest.has_value(), trusted, audit.entries == 0);
  out.line(fmt::format("  entries  {}, of which {} pruned", audit.entries, audit.pruned));
  if (audit.newest)
    out.line(fmt::format("  newest   checkpoint of {} entries, {}; {} after it are not signed yet",
                         audit.newest->size, rfc3339(audit.newest->time), audit.unsigned_tail));
  else
    out.line("  newest   no checkpoint: nothing is signed");
  out.line(
      audit.checked_against
          ? "  compared with checkpoints kept elsewhere"
          : "  not seen without --against: a tail cut off everywhere at once, and all that the "
            "holder of the key writes anew");
  JsonLine line = {{"entries", audit.entries},
                   {"pruned", audit.pruned},
                   {"checkpoints", audit.checkpoints},
                   {"unsigned_tail", audit.unsigned_tail},
                   {"checked_against", audit.checked_against},
                   {"faults", audit.faults.size()},
                   {"trusted", trusted},
                   {"exit_code", code}};
  if (audit.newest) line["newest"] = audit.newest->text();
  out.object(std::move(line), "summary");
  return code;
}

Result<int> VerifyCommand::verify_ledger(Session& session, const CheckpointTrust& trust) const {
  std::vector<ledger::Checkpoint> against;
  for (const std::string& file : against_) {
    SIGNMARK_ASSIGN(const Bytes text, read_file(file, kMaxNotes));
    auto notes = ledger::Checkpoint::parse_all(as_text(text));
    if (!notes) return tl::unexpected<Error>(notes.error().in_file(file));
    against.insert(against.end(), notes->begin(), notes->end());
  }
  SIGNMARK_ASSIGN(const auto ledger, open_ledger(session, ledger_, true));
  SIGNMARK_ASSIGN(const ledger::Audit audit, ledger->verify(against));
  const Output& out = session.out();
  out.line(fmt::format("{}: {}", ledger->origin(),
                       audit.sound() ? out.paint("sound", "good") : out.paint("tampered", "bad")));
  print_faults(out, audit.faults);
  bool trusted = audit.newest.has_value();
  for (const ledger::Checkpoint& checkpoint : audit.signers) {
    SIGNMARK_ASSIGN(const auto certificates, ledger->certificates(checkpoint.key));
    const CheckpointTrust::Answer answer = trust.ask(checkpoint, certificates);
    out.line(fmt::format("  signer   {}: {}", signer_id(checkpoint.key), answer.words));
    trusted = trusted && answer.trusted;
  }
  return report(out, audit, trusted);
}

Result<int> VerifyCommand::verify_bundle(Session& session, const CheckpointTrust& trust) const {
  SIGNMARK_ASSIGN(const Bytes text, read_file(bundle_, kMaxBundle));
  auto checked = ledger::check_bundle(as_text(text));
  if (!checked) return tl::unexpected<Error>(checked.error().in_file(bundle_));
  const ledger::BundleAudit& audit = *checked;
  const Output& out = session.out();
  const bool sound = audit.faults.empty();
  const CheckpointTrust::Answer answer = trust.ask(audit.checkpoint, audit.certificates);
  out.line(fmt::format("{}: {}", path_text(bundle_),
                       sound ? out.paint("sound", "good") : out.paint("tampered", "bad")));
  print_faults(out, audit.faults);
  out.line(fmt::format("  signer   {}: {}", signer_id(audit.checkpoint.key), answer.words));
  if (audit.entries != 0)
    out.line(fmt::format("  proved   {} entries, {} to {} without gaps, by a checkpoint of {}",
                         audit.entries, audit.first, audit.last, rfc3339(audit.checkpoint.time)));
  out.line(fmt::format("  unproved {} entries after that checkpoint", audit.unproved));
  const int code = exit_of(sound, true, answer.trusted, false);
  out.object({{"entries", audit.entries},
              {"first", audit.first},
              {"last", audit.last},
              {"unproved", audit.unproved},
              {"faults", audit.faults.size()},
              {"trusted", answer.trusted},
              {"newest", audit.checkpoint.text()},
              {"exit_code", code}},
             "summary");
  return code;
}

}  // namespace

std::unique_ptr<Command> make_ledger_verify() { return std::make_unique<VerifyCommand>(); }

}  // namespace signmark::cli
