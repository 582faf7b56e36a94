// SPDX-License-Identifier: Apache-2.0
// `signmark ledger`: what was issued. Search, export and verify live in files of their own.
#include "commands/ledger_command.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/result.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "commands/ledger_verbs.hpp"
#include "verb_group.hpp"

namespace signmark::cli {
namespace {

constexpr std::size_t kIdDigits = 16;

class LedgerCommand final : public VerbGroup {
 public:
  CLI::App* declare(CLI::App& app) override {
    std::vector<std::unique_ptr<Command>> verbs;
    verbs.push_back(make_ledger_search());
    verbs.push_back(make_ledger_show());
    verbs.push_back(make_ledger_export());
    verbs.push_back(make_ledger_verify());
    verbs.push_back(make_ledger_checkpoint());
    verbs.push_back(make_ledger_prune());
    return declare_group(app, "ledger",
                         "What was issued: search, show, export, verify, prune, checkpoint",
                         std::move(verbs));
  }
};

class ShowCommand final : public Command {
 public:
  CLI::App* declare(CLI::App& app) override {
    CLI::App* verb = app.add_subcommand("show", "All of one entry, and how it is signed");
    verb->add_option("ENTRY", entry_, "Content id (16 hex digits) or number of the entry")
        ->required();
    ledger_.declare(*verb, false);
    verb->footer("Example: signmark ledger show 0");
    return verb;
  }
  Result<int> run(Session& session) override;

 private:
  Result<std::vector<ledger::Entry>> find(const ledger::Ledger& ledger) const;

  std::string entry_;
  LedgerFlags ledger_;
};

/// By id there may be several: marked, propagated, declared.
Result<std::vector<ledger::Entry>> ShowCommand::find(const ledger::Ledger& ledger) const {
  std::vector<ledger::Entry> out;
  if (entry_.size() == kIdDigits && unhex(entry_)) {
    ledger::Query query;
    query.content_id = entry_;
    SIGNMARK_ASSIGN(const std::vector<ledger::Hit> hits, ledger.search(query));
    for (const ledger::Hit& hit : hits) out.push_back(hit.entry);
    return out;
  }
  const bool number =
      !entry_.empty() && entry_.size() < kIdDigits &&
      std::all_of(entry_.begin(), entry_.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!number)
    return fail("cli.usage", "this is neither a content id nor the number of an entry", entry_,
                "give 16 hex digits, or a number; see `signmark ledger search --help`");
  SIGNMARK_ASSIGN(out.emplace_back(), ledger.entry(std::stoull(entry_)));
  return out;
}

Result<int> ShowCommand::run(Session& session) {
  SIGNMARK_ASSIGN(const auto ledger, open_ledger(session, ledger_, true));
  SIGNMARK_ASSIGN(const CheckpointTrust trust, CheckpointTrust::load(session, {}));
  SIGNMARK_ASSIGN(const std::vector<ledger::Entry> entries, find(*ledger));
  const Output& out = session.out();
  for (const ledger::Entry& entry : entries) {
    SIGNMARK_ASSIGN(const EntrySignature signature, signature_of(*ledger, entry, trust));
    out.line(entry_headline(entry));
    print_entry(out, entry);
    out.line("  signature    " + signature.words);
    out.object(entry_line(entry, signature), "item");
  }
  if (entries.empty()) out.line("no entry has this content id");
  out.object({{"entries", entries.size()}}, "summary");
  return entries.empty() ? verdict_exit_code(Verdict::none) : 0;
}

/// A key that signs, where one is at hand: without --signer its lack is only said.
Result<std::shared_ptr<keys::Signer>> signer_at_hand(const Session& session,
                                                     const std::string& selector,
                                                     const UnlockFlags& unlock) {
  auto opened = open_signer(session, session.settings.prefer(selector, "signer"), unlock);
  if (opened) return opened->signer;
  if (!selector.empty()) return tl::unexpected<Error>(opened.error());
  session.out().warning(fmt::format("not signed: {}", opened.error().message));
  return std::shared_ptr<keys::Signer>();
}

class CheckpointCommand final : public Command {
 public:
  CLI::App* declare(CLI::App& app) override {
    CLI::App* verb = app.add_subcommand(
        "checkpoint", "Sign what the ledger holds now; keep what is printed elsewhere");
    verb->add_option("--signer", signer_, "Signing key: id, label, file:PATH or exec:[…]")
        ->type_name("KEY");
    ledger_.declare(*verb, false);
    unlock_.declare(*verb);
    verb->footer("Example: signmark -q ledger checkpoint > safe/2026-11-22.checkpoint");
    return verb;
  }
  Result<int> run(Session& session) override {
    SIGNMARK_ASSIGN(const OpenedSigner opened,
                    open_signer(session, session.settings.prefer(signer_, "signer"), unlock_));
    SIGNMARK_ASSIGN(const auto ledger, open_ledger(session, ledger_));
    SIGNMARK_ASSIGN(const ledger::Checkpoint made, ledger->checkpoint(*opened.signer));
    std::string text = made.text();
    text.pop_back();  // the line's end is the output's
    session.out().line(text);
    session.out().object({{"origin", made.origin},
                          {"entries", made.size},
                          {"signer", signer_id(made.key)},
                          {"checkpoint", made.text()}},
                         "item");
    return 0;
  }

 private:
  std::string signer_;
  LedgerFlags ledger_;
  UnlockFlags unlock_;
};

class PruneCommand final : public Command {
 public:
  CLI::App* declare(CLI::App& app) override {
    CLI::App* verb = app.add_subcommand(
        "prune", "Remove the contents of old entries; what remains still verifies");
    verb->add_option("--before", before_, "Entries older than this go (six months at least)")
        ->required()
        ->type_name("TIME");
    verb->add_option("--signer", signer_, "Signing key: id, label, file:PATH or exec:[…]")
        ->type_name("KEY");
    ledger_.declare(*verb, false);
    unlock_.declare(*verb);
    verb->footer("Example: signmark ledger prune --before 2026-01-01");
    return verb;
  }
  Result<int> run(Session& session) override {
    SIGNMARK_ASSIGN(const auto before, time_flag(before_));
    SIGNMARK_ASSIGN(const auto signer, signer_at_hand(session, signer_, unlock_));
    SIGNMARK_ASSIGN(const auto ledger, open_ledger(session, ledger_));
    SIGNMARK_ASSIGN(const std::uint64_t removed, ledger->prune(*before, signer.get()));
    session.out().line(
        fmt::format("{} entries from before {} have no contents any more; their "
                    "hashes stay",
                    removed, rfc3339(*before)));
    session.out().object({{"pruned", removed}, {"before", rfc3339(*before)}}, "summary");
    session.out().note("next: signmark ledger verify");
    return 0;
  }

 private:
  std::string before_, signer_;
  LedgerFlags ledger_;
  UnlockFlags unlock_;
};

}  // namespace

std::unique_ptr<Command> make_ledger_command() { return std::make_unique<LedgerCommand>(); }
std::unique_ptr<Command> make_ledger_show() { return std::make_unique<ShowCommand>(); }
std::unique_ptr<Command> make_ledger_checkpoint() { return std::make_unique<CheckpointCommand>(); }
std::unique_ptr<Command> make_ledger_prune() { return std::make_unique<PruneCommand>(); }

}  // namespace signmark::cli
