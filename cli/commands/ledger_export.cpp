// SPDX-License-Identifier: Apache-2.0
// `signmark ledger export`: for people, spreadsheets and inspectors.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/file.hpp"
#include "base/html.hpp"
#include "base/result.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "commands/ledger_verbs.hpp"
#include "signmark/version.hpp"
#include "streams.hpp"

namespace signmark::cli {
namespace {

using Sink = std::function<Status(std::string_view)>;

struct Column {
  std::string_view name;
  std::string ledger::Entry::*text;
};

constexpr std::array<Column, 16> kColumns{{{"action", &ledger::Entry::action},
                                           {"name", &ledger::Entry::name},
                                           {"format", &ledger::Entry::format},
                                           {"content_id", &ledger::Entry::content_id},
                                           {"label", &ledger::Entry::label},
                                           {"producer", &ledger::Entry::producer},
                                           {"produce_id", &ledger::Entry::produce_id},
                                           {"propagator", &ledger::Entry::propagator},
                                           {"propagate_id", &ledger::Entry::propagate_id},
                                           {"layers", &ledger::Entry::layers},
                                           {"input_digest", &ledger::Entry::input_digest},
                                           {"output_digest", &ledger::Entry::output_digest},
                                           {"manifest", &ledger::Entry::manifest},
                                           {"item_key", &ledger::Entry::item_key},
                                           {"actor", &ledger::Entry::actor},
                                           {"outcome", &ledger::Entry::outcome}}};

class ExportCommand final : public Command {
 public:
  CLI::App* declare(CLI::App& app) override;
  Result<int> run(Session& session) override;

 private:
  Status write(Session& session, ledger::Ledger& ledger, const Sink& sink) const;
  Result<std::shared_ptr<keys::Signer>> signer(const Session& session,
                                               const ledger::Ledger& ledger) const;

  std::string since_, until_, format_ = "text", output_ = "-", signer_;
  ledger::BundleRange range_;
  bool force_ = false;
  LedgerFlags ledger_;
  UnlockFlags unlock_;
};

CLI::App* ExportCommand::declare(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("export", "Write entries for an inspector");
  verb->add_option("--since", since_, "Only entries from this time on")->type_name("TIME");
  verb->add_option("--until", until_, "Only entries before this time")->type_name("TIME");
  verb->add_option("--format", format_,
                   "text, csv, html, or json: a bundle with proofs that `ledger verify --bundle` "
                   "checks without the ledger")
      ->check(CLI::IsMember({"text", "json", "csv", "html"}));
  verb->add_option("-o,--output", output_, "File to write (default: -, stdout)")->type_name("OUT");
  verb->add_flag("-f,--force", force_, "Replace OUT when it exists");
  verb->add_option("--signer", signer_,
                   "Key for the bundle's checkpoint: id, label, file:PATH or exec:[…]")
      ->type_name("KEY");
  ledger_.declare(*verb, false);
  unlock_.declare(*verb);
  verb->footer(
      "It holds personal data: recipients of content without a visible label.\n"
      "Example: signmark ledger export --since 2026-01-01 --format json -o issued.json\n"
      "Next:    signmark ledger verify --bundle issued.json");
  return verb;
}

/// RFC 4180; a cell that a spreadsheet would take for a formula is marked as text.
std::string csv_cell(std::string_view text) {
  std::string out = "\"";
  if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos)
    out += '\'';
  for (const char c : text) {
    out += c;
    if (c == '"') out += c;
  }
  return out + '"';
}

Status write_csv(const ledger::Ledger& ledger, const ledger::BundleRange& range, const Sink& sink) {
  std::string head = "sequence,time,bytes";
  for (const Column& column : kColumns) head += fmt::format(",{}", column.name);
  SIGNMARK_TRY(sink(head + ",recipient,agreement\r\n"));
  return ledger.each(range.since, range.until, [&](const ledger::Entry& entry) {
    std::string line = fmt::format("{},{},{}", entry.sequence, rfc3339(entry.time), entry.bytes);
    for (const Column& column : kColumns) line.append(1, ',').append(csv_cell(entry.*column.text));
    return sink(fmt::format("{},{},{}\r\n", line, csv_cell(entry.supply.recipient),
                            csv_cell(entry.supply.agreement)));
  });
}

Status write_html(const ledger::Ledger& ledger, const ledger::BundleRange& range,
                  const Sink& sink) {
  SIGNMARK_TRY(sink(html_begin("Ledger " + ledger.origin()) +
                    "<table><tr><th>No.<th>Time<th>Action<th>Name<th>Content id<th>Producer"
                    "<th>Label<th>Layers<th>Output<th>Recipient</tr>\n"));
  SIGNMARK_TRY(ledger.each(range.since, range.until, [&](const ledger::Entry& entry) {
    std::string row = fmt::format("<tr><td>{}<td>{}", entry.sequence, rfc3339(entry.time));
    for (const std::string* text :
         {&entry.action, &entry.name, &entry.content_id, &entry.producer, &entry.label,
          &entry.layers, &entry.output_digest, &entry.supply.recipient})
      row += fmt::format("<td>{}", escape_html(*text));
    return sink(row + "</tr>\n");
  }));
  return sink("</table>\n" + html_end(version()));
}

Status write_text(const ledger::Ledger& ledger, const ledger::BundleRange& range,
                  const Sink& sink) {
  return ledger.each(range.since, range.until, [&](const ledger::Entry& entry) {
    return sink(fmt::format("{}  {}  {}\n", entry_headline(entry), entry.content_id,
                            printable(entry.producer)));
  });
}

/// A key is needed only when entries wait for their checkpoint, and can be done without.
Result<std::shared_ptr<keys::Signer>> ExportCommand::signer(const Session& session,
                                                            const ledger::Ledger& ledger) const {
  SIGNMARK_ASSIGN(const auto checkpoints, ledger.checkpoints());
  SIGNMARK_ASSIGN(const std::uint64_t size, ledger.size());
  const bool covered = std::any_of(checkpoints.begin(), checkpoints.end(),
                                   [&](const auto& one) { return one.size == size; });
  if (covered && signer_.empty()) return std::shared_ptr<keys::Signer>();
  auto opened = open_signer(session, session.settings.prefer(signer_, "signer"), unlock_);
  if (opened) return opened->signer;
  if (!signer_.empty()) return tl::unexpected<Error>(opened.error());
  session.out().warning(fmt::format("entries after the newest checkpoint are not proved: {}",
                                    opened.error().message));
  return std::shared_ptr<keys::Signer>();
}

Status ExportCommand::write(Session& session, ledger::Ledger& ledger, const Sink& sink) const {
  if (format_ == "csv") return write_csv(ledger, range_, sink);
  if (format_ == "html") return write_html(ledger, range_, sink);
  if (format_ == "text") return write_text(ledger, range_, sink);
  SIGNMARK_ASSIGN(const auto key, signer(session, ledger));
  return write_bundle(ledger, range_, key.get(), sink);
}

Result<int> ExportCommand::run(Session& session) {
  SIGNMARK_ASSIGN(range_.since, time_flag(since_));
  SIGNMARK_ASSIGN(range_.until, time_flag(until_));
  SIGNMARK_ASSIGN(const auto ledger, open_ledger(session, ledger_, format_ != "json"));
  if (is_stream(output_)) {
    SIGNMARK_TRY(write(session, *ledger,
                       [](std::string_view part) { return write_stdout(as_bytes(part)); }));
    return 0;
  }
  SIGNMARK_ASSIGN(AtomicFile file, AtomicFile::create(output_, {force_, 0600, {}}));
  SIGNMARK_TRY(
      write(session, *ledger, [&](std::string_view part) { return file.write(as_bytes(part)); }));
  SIGNMARK_TRY(file.commit());
  const Output& out = session.out();
  out.line("wrote " + path_text(output_));
  if (format_ == "json")
    out.note(fmt::format("next: signmark ledger verify --bundle {}", path_text(output_)));
  out.object({{"file", output_}, {"format", format_}}, "item");
  return 0;
}

}  // namespace

std::unique_ptr<Command> make_ledger_export() { return std::make_unique<ExportCommand>(); }

}  // namespace signmark::cli
