// SPDX-License-Identifier: Apache-2.0
// `signmark ledger search`: what was issued that looks, or is named, like this.
#include <fmt/format.h>

#include <algorithm>

#include "base/file.hpp"
#include "base/hash.hpp"
#include "base/result.hpp"
#include "base/text.hpp"
#include "commands/ledger_verbs.hpp"

namespace signmark::cli {
namespace {

using ledger::Hit;

class SearchCommand final : public Command {
 public:
  CLI::App* declare(CLI::App& app) override;
  Result<int> run(Session& session) override;

 private:
  Result<std::vector<Hit>> hits_of_file(const Session& session, const ledger::Ledger& ledger);

  std::string file_, since_, until_;
  ledger::Query query_;
  std::vector<std::string> bundles_;
  LedgerFlags ledger_;
};

CLI::App* SearchCommand::declare(CLI::App& app) {
  CLI::App* verb = app.add_subcommand(
      "search", "Find what was issued: by a file's marks, bytes or looks, or by its names");
  verb->add_option("FILE", file_, "A file, stripped or edited perhaps");
  verb->add_option("--id", query_.content_id, "Content id, 16 hex digits")->type_name("ID");
  verb->add_option("--digest", query_.digest, "Digest of an output or input, blake2b-256:HEX")
      ->type_name("DIGEST");
  verb->add_option("--produce-id", query_.produce_id, "ProduceID of the record")->type_name("ID");
  verb->add_option("--producer", query_.producer, "ContentProducer of the record; narrows")
      ->type_name("NAME");
  verb->add_option("--since", since_, "Only entries from this time on")->type_name("TIME");
  verb->add_option("--until", until_, "Only entries before this time")->type_name("TIME");
  verb->add_option("--limit", query_.limit, "At most so many (default 20)")
      ->type_name("N")
      ->check(CLI::Range(1, 10'000));
  verb->add_option("--trust", bundles_, "Believe the issuer of this bundle only (repeatable)")
      ->type_name("BUNDLE");
  ledger_.declare(*verb, false);
  verb->footer("Exit codes: 0 found, 10 not found.\nExample: signmark ledger search stripped.png");
  return verb;
}

/// The word of `--json`.
std::string_view way_name(Hit::By by) {
  switch (by) {
    case Hit::By::content_id:
      return "content_id";
    case Hit::By::digest:
      return "digest";
    case Hit::By::produce_id:
      return "produce_id";
    case Hit::By::item_key:
      return "item_key";
    case Hit::By::producer:
      return "producer";
    case Hit::By::print:
      return "print";
  }
  return "";
}

/// How much that is, in words; log10 of small numbers as a power of ten.
std::string likeness(const Hit& hit) {
  return fmt::format(
      "{} of its prints fit, the closest in all but {} of 256 bits; chance for that "
      "among all entries searched: below 10^{:.1f}",
      hit.prints_close, hit.distance, std::min(0.0, hit.chance_log10));
}

/// What the way proves, and what it does not. `digest`: what was looked for.
std::string proof_of(const Hit& hit, bool of_file, const std::string& digest) {
  const std::string alike = hit.own ? "; the content fits: " + likeness(hit) : "";
  switch (hit.by) {
    case Hit::By::digest:
      return hit.entry.output_digest == digest ? "these bytes are the output"
                                               : "these bytes are the input, as it was before";
    case Hit::By::print:
      return "a candidate that looks, sounds or reads alike, not a proof: " + likeness(hit);
    case Hit::By::content_id:
      if (!of_file) return "the entry has this id";
      return "the marks of the file carry this id" +
             (hit.own ? alike
                      : std::string("; whether the content is that of the entry is not shown: a "
                                    "mark can be copied onto other content"));
    default:
      return "the entry has this name";
  }
}

void print_hit(const Output& out, const Hit& hit, const EntrySignature& signature,
               const std::string& proves) {
  out.line(entry_headline(hit.entry));
  out.line(fmt::format("  found by     {}: {}", way_name(hit.by), proves));
  print_entry(out, hit.entry);
  out.line("  signature    " + signature.words);
  JsonLine line = entry_line(hit.entry, signature);
  line["found_by"] = way_name(hit.by);
  line["proves"] = proves;
  if (hit.own)
    line["likeness"] = {{"kind", print_kind_name(hit.own->kind)},
                        {"part", hit.own->part},
                        {"prints_close", hit.prints_close},
                        {"distance", hit.distance},
                        {"chance_log10", hit.chance_log10}};
  out.object(std::move(line), "item");
}

/// Looks are compared with the entries found by id as well: then the id was not merely copied.
void add_looks(std::vector<Hit>& hits, std::vector<Hit> alike, std::size_t limit) {
  for (Hit& other : alike) {
    const auto same = std::find_if(hits.begin(), hits.end(), [&](const Hit& hit) {
      return hit.entry.sequence == other.entry.sequence;
    });
    if (same != hits.end()) {
      other.by = same->by;
      *same = std::move(other);
    } else if (hits.size() < limit) {
      hits.push_back(std::move(other));
    }
  }
}

/// Marks first, then the whole bytes, then looks.
Result<std::vector<Hit>> SearchCommand::hits_of_file(const Session& session,
                                                     const ledger::Ledger& ledger) {
  const Context& context = session.context;
  VerifyOptions how;
  SIGNMARK_ASSIGN(how.trust, load_trust(session, bundles_));
  how.carriers = carriers_to_try(session, {});
  SIGNMARK_ASSIGN(const VerifyReport report, verify_file(context, file_, how));
  SIGNMARK_ASSIGN(const MappedFile file, MappedFile::open(file_, context.limits));
  ledger::Query looks = query_;
  query_.content_id = report.content_id;
  query_.digest = "blake2b-256:" + hex(blake2b(file.bytes()));
  const Output& out = session.out();
  out.line(fmt::format("{}: {}", path_text(file_),
                       report.content_id.empty() ? "no id in its marks"
                                                 : "its marks carry the id " + report.content_id));
  SIGNMARK_ASSIGN(std::vector<Hit> hits, ledger.search(query_));
  const auto prints = prints_of(context, file.bytes(), PrintUse::look, file_);
  if (!prints) out.warning("its looks could not be taken: " + prints.error().message);
  if (!prints || prints->empty()) return hits;
  looks.prints = *prints;
  SIGNMARK_ASSIGN(std::vector<Hit> alike, ledger.search(looks));
  add_looks(hits, std::move(alike), query_.limit);
  return hits;
}

Result<int> SearchCommand::run(Session& session) {
  const bool of_file = !file_.empty();
  if (of_file && !(query_.content_id + query_.digest + query_.produce_id).empty())
    return fail("cli.usage", "FILE and --id, --digest or --produce-id exclude each other", {},
                "search for one thing at a time");
  SIGNMARK_ASSIGN(query_.since, time_flag(since_));
  SIGNMARK_ASSIGN(query_.until, time_flag(until_));
  SIGNMARK_ASSIGN(const auto ledger, open_ledger(session, ledger_, true));
  SIGNMARK_ASSIGN(const CheckpointTrust trust, CheckpointTrust::load(session, bundles_));
  SIGNMARK_ASSIGN(const std::vector<Hit> hits,
                  of_file ? hits_of_file(session, *ledger) : ledger->search(query_));
  const Output& out = session.out();
  for (const Hit& hit : hits) {
    SIGNMARK_ASSIGN(const EntrySignature signature, signature_of(*ledger, hit.entry, trust));
    print_hit(out, hit, signature, proof_of(hit, of_file, query_.digest));
  }
  if (hits.empty()) out.line("nothing in the ledger fits");
  out.object({{"hits", hits.size()}}, "summary");
  return hits.empty() ? verdict_exit_code(Verdict::none) : 0;
}

}  // namespace

std::unique_ptr<Command> make_ledger_search() { return std::make_unique<SearchCommand>(); }

}  // namespace signmark::cli
