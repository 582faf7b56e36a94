// SPDX-License-Identifier: Apache-2.0
// `signmark batch check`: whether a folder still is what a job left in it.
#include <fmt/format.h>

#include "base/result.hpp"
#include "base/text.hpp"
#include "commands/batch_verbs.hpp"
#include "commands/ledger_verbs.hpp"

namespace signmark::cli {
namespace {

using batch::Listed;

/// What the ledger says of a job list.
struct ListOrigin {
  bool looked = false, trusted = false, broken = false;
  std::string words;
};

class BatchCheck final : public Command {
 public:
  CLI::App* declare(CLI::App& app) override {
    CLI::App* verb = app.add_subcommand(
        "check", "Compare a folder with a job list, and the job list with the ledger");
    verb->add_option("JOBLIST", list_, "job-list.jsonl that `batch run` left")->required();
    verb->add_option("FOLDER", folder_, "Folder that was marked into")->required();
    verb->add_option("--trust", bundles_, "Believe the issuer of this bundle only (repeatable)")
        ->type_name("BUNDLE");
    ledger_.declare(*verb, true);
    verb->footer(
        "Exit codes: 0 every listed file is there as it was listed, and a trusted key signed for\n"
        "the list in the ledger; 11 the files are, but nobody trusted signed for the list; 12 "
        "files\n"
        "are missing, moved or changed, or the ledger is; 14 a file could not be read. Files that\n"
        "are not listed are named and change nothing. With --no-ledger only files are compared.\n"
        "Example: signmark batch check jobs/1f6c/job-list.jsonl marked");
    return verb;
  }

  Result<int> run(Session& session) override;

 private:
  Result<ListOrigin> origin(const Session& session, const std::string& digest) const;
  Result<ListOrigin> signed_in(const Session& session, const ledger::Ledger& ledger,
                               const std::string& digest) const;

  std::string list_, folder_;
  std::vector<std::string> bundles_;
  LedgerFlags ledger_;
};

bool any(const batch::JobListAudit& audit, Listed how) { return audit.files.contains(how); }

int exit_of(const batch::JobListAudit& audit, const ListOrigin& origin) {
  const bool differs = any(audit, Listed::missing) || any(audit, Listed::moved) ||
                       any(audit, Listed::changed) || origin.broken;
  if (differs) return verdict_exit_code(Verdict::tampered);
  if (any(audit, Listed::unreadable)) return verdict_exit_code(Verdict::inconclusive);
  return !origin.looked || origin.trusted ? 0 : verdict_exit_code(Verdict::untrusted);
}

/// All but those that are as they should be.
void print_file(const Output& out, const batch::ListedFile& file) {
  if (file.how == Listed::matched) return;
  std::string note;
  if (!file.from.empty()) note = fmt::format(" (listed as {})", path_text(file.from));
  if (file.error) note = fmt::format(": {}", printable(file.error->message));
  out.line(fmt::format("  {:<10}  {}{}", batch::listed_name(file.how), path_text(file.path), note));
  JsonLine line = {{"state", batch::listed_name(file.how)}, {"path", path_text(file.path)}};
  if (!file.from.empty()) line["listed_as"] = path_text(file.from);
  if (file.error) line["errors"] = JsonLine::array({to_json(*file.error)});
  out.object(std::move(line), "item");
}

std::string counts_of(const batch::JobListAudit& audit) {
  std::string text;
  for (const auto& [how, count] : audit.files)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, batch::listed_name(how));
  return text.empty() ? "none" : text;
}

JsonLine summary_of(const batch::JobListAudit& audit, const ListOrigin& origin, int code) {
  JsonLine files = JsonLine::object();
  for (const auto& [how, count] : audit.files) files[std::string(batch::listed_name(how))] = count;
  return {{"files", std::move(files)}, {"complete", audit.complete()},   {"valid", audit.valid()},
          {"digest", audit.digest},    {"list_trusted", origin.trusted}, {"list", origin.words},
          {"exit_code", code}};
}

/// The newest entry of that digest that a trusted key signed for, else what is wrong with one.
Result<ListOrigin> BatchCheck::signed_in(const Session& session, const ledger::Ledger& ledger,
                                         const std::string& digest) const {
  ListOrigin origin{true, false, false, {}};
  SIGNMARK_ASSIGN(const CheckpointTrust trust, CheckpointTrust::load(session, bundles_));
  ledger::Query query;
  query.digest = digest;
  SIGNMARK_ASSIGN(const std::vector<ledger::Hit> hits, ledger.search(query));
  for (const ledger::Hit& hit : hits) {
    if (hit.entry.action != "job" || origin.trusted) continue;
    SIGNMARK_ASSIGN(const EntrySignature signature, signature_of(ledger, hit.entry, trust));
    origin.trusted = signature.trusted;
    origin.broken = signature.broken;
    origin.words = fmt::format("entry {}, {}", hit.entry.sequence, signature.words);
  }
  if (origin.words.empty())
    origin.words = "not in the ledger: nothing says that a job left this list";
  return origin;
}

Result<ListOrigin> BatchCheck::origin(const Session& session, const std::string& digest) const {
  if (ledger_.none) return ListOrigin{false, false, false, "not looked up in a ledger"};
  const auto ledger = open_ledger(session, ledger_, true);
  if (ledger) return signed_in(session, **ledger, digest);
  if (!ledger_.location.empty()) return tl::unexpected<Error>(ledger.error());
  return ListOrigin{true, false, false, "no ledger to be had: " + ledger.error().message};
}

Result<int> BatchCheck::run(Session& session) {
  SIGNMARK_ASSIGN(const batch::BatchRoom* room, batch::load());
  const Output& out = session.out();
  SIGNMARK_ASSIGN(
      const batch::JobListAudit audit,
      room->check(session.context, list_, folder_, [&](const batch::ListedFile& file) -> Status {
        print_file(out, file);
        return {};
      }));
  SIGNMARK_ASSIGN(const ListOrigin said, origin(session, audit.digest));
  const int code = exit_of(audit, said);
  out.line(fmt::format("{}: {}", path_text(folder_),
                       audit.valid() ? out.paint("as it was listed", "good")
                                     : out.paint("not as it was listed", "bad")));
  out.line("  files       " + counts_of(audit));
  out.line("  job list    " + said.words);
  out.object(summary_of(audit, said, code), "summary");
  return code;
}

}  // namespace

std::unique_ptr<Command> make_batch_check() { return std::make_unique<BatchCheck>(); }

}  // namespace signmark::cli
