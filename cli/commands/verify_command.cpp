// SPDX-License-Identifier: Apache-2.0
// `signmark verify`: every layer, one verdict, one tier.
#include "commands/verify_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/file.hpp"
#include "base/result.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "keys_access.hpp"
#include "report_html.hpp"
#include "streams.hpp"

namespace signmark::cli {
namespace {

class VerifyCommand final : public Command {
 public:
  CLI::App* declare(CLI::App& app) override;
  Result<int> run(Session& session) override;

 private:
  Result<VerifyOptions> options(Session& session) const;
  int expectation(const VerifyReport& report, const Output& out) const;

  std::vector<std::string> files_, bundles_;
  /// A report goes on with its map written, or with the error of writing it.
  Status write_map(const VerifyReport& report, const Output& out) const;

  std::vector<std::string> carriers_;
  std::string at_, expect_, sidecar_, html_, layers_, map_, field_;
  bool declared_ = false, deep_ = false, sentences_ = false;
  UnlockFlags unlock_;
};

CLI::App* VerifyCommand::declare(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("verify", "Look at every layer of FILE and give a verdict");
  verb->add_option("FILE", files_, "Files to verify; - is stdin")->required();
  verb->add_option("--trust", bundles_, "Believe the issuer of this bundle only (repeatable)")
      ->type_name("BUNDLE");
  verb->add_option("--at", at_, "Judge as of this time (RFC 3339) instead of now")
      ->type_name("TIME");
  verb->add_option("--expect", expect_, "Fail (exit 12) unless the marks carry this content id")
      ->type_name("ID");
  verb->add_option("--sidecar", sidecar_,
                   "C2PA manifest store beside the file (default: FILE.c2pa)")
      ->type_name("F");
  verb->add_option("--report", html_, "Write an HTML report")->type_name("out.html");
  verb->add_option("--layers", layers_, "Look at these only: robust,metadata,manifest")
      ->type_name("LIST");
  verb->add_option(
          "--carrier", carriers_,
          "Open this private carrier key, too (repeatable); those without a passphrase and "
          "the agent's are always tried")
      ->type_name("NAME");
  verb->add_flag("--deep", deep_, "Look for robust marks in parts of the picture, too (slow)");
  verb->add_option("--map", map_, "Write where the robust mark is missing as a heat map")
      ->type_name("OUT.png");
  verb->add_flag("--sentences", sentences_, "Print what the signed records say of each passage");
  verb->add_option("--field", field_,
                   "JSON, JSONL: where the text is, e.g. choices[].message.content")
      ->type_name("PATH");
  verb->add_flag("--declared", declared_, "The uploader declares the content as AI-generated");
  unlock_.declare(*verb);
  verb->footer(
      "Verdicts and exit codes: verified 0, none 10, untrusted 11, tampered 12, marked 13,\n"
      "inconclusive 14. Several files: the first of 12, 14, 11, 13, 10, 0 that occurs.\n"
      "Example: signmark verify marked.png");
  return verb;
}

Result<VerifyOptions> VerifyCommand::options(Session& session) const {
  VerifyOptions options;
  options.declared = declared_;
  options.sidecar = sidecar_;
  if (!at_.empty()) {
    SIGNMARK_ASSIGN(options.at, parse_rfc3339(at_));
    // Trust, too, is judged as of then.
    session.context.clock = fixed_clock(*options.at);
  }
  if (!layers_.empty()) SIGNMARK_TRY(set_option(options, "layers", layers_));
  options.deep = deep_;
  options.field = field_;
  options.tamper_map = !map_.empty();
  SIGNMARK_ASSIGN(options.trust, load_trust(session, bundles_));
  std::vector<keys::CarrierKey> named;
  for (const std::string& name : carriers_) {
    SIGNMARK_ASSIGN(auto key, open_carrier(session, name, unlock_));
    if (key) named.push_back(std::move(*key));
  }
  options.carriers = carriers_to_try(session, std::move(named));
  return options;
}

std::string_view tier_text(const VerifyReport& report) {
  return report.tier.tier ? label::tier_name(*report.tier.tier) : "unknown";
}

std::string_view verdict_meaning(Verdict verdict) {
  if (verdict == Verdict::verified) return "good";
  if (verdict == Verdict::tampered) return "bad";
  return verdict == Verdict::none ? "plain" : "odd";
}

void print_report(const Output& out, const VerifyReport& report) {
  for (const Finding& finding : report.findings) {
    JsonLine line = to_json(finding);
    line["path"] = report.file.string();
    out.object(std::move(line), "finding");
  }
  out.line(out.paint(report.sentence, verdict_meaning(report.verdict)));
  print_findings(out, report.findings);
  for (const Error& problem : report.problems)
    out.line(fmt::format("  problem   {}{}{}", problem.where, problem.where.empty() ? "" : ": ",
                         problem.message));
  out.line(
      fmt::format("  verdict   {}    tier {}", verdict_name(report.verdict), tier_text(report)));
  if (!report.notice_en.empty())
    out.line(fmt::format("  notice    {} / {}", report.notice_zh, report.notice_en));
  if (!out.json()) return;
  JsonLine item = to_json(report);
  item.erase("findings");  // each was a line of its own
  out.object(std::move(item), "item");
}

void print_sentences(const Output& out, const VerifyReport& report) {
  for (const TextPiece& piece : report.pieces)
    out.line(fmt::format("  {:<9} paragraph {}, {} characters: {}",
                         text::outcome_name(piece.outcome), piece.passage + 1, piece.characters,
                         piece.excerpt.empty() ? "-" : piece.excerpt));
}

Status VerifyCommand::write_map(const VerifyReport& report, const Output& out) const {
  if (map_.empty()) return {};
  if (!report.map) {
    out.warning(fmt::format("{}: no robust mark was found, so there is nothing to map",
                            path_text(report.file)));
    return {};
  }
  PublishOptions publish;
  publish.replace = true;
  SIGNMARK_TRY(write_file(map_, report.map->png, publish));
  const auto& blocks = report.map->blocks;
  const auto count = [&](image::TamperMap::Block kind) {
    return std::count(blocks.begin(), blocks.end(), kind);
  };
  using Block = image::TamperMap::Block;
  out.line(fmt::format("  map       {}: {} blocks of {} px intact, {} altered, {} unknowable",
                       path_text(map_), count(Block::intact), report.map->block,
                       count(Block::altered), count(Block::unknowable)));
  return {};
}

int VerifyCommand::expectation(const VerifyReport& report, const Output& out) const {
  const int code = verdict_exit_code(report.verdict);
  if (expect_.empty() || report.content_id == expect_) return code;
  out.warning(fmt::format("{}: expected content id {}, found {}", path_text(report.file),
                          printable(expect_),
                          report.content_id.empty() ? "none" : report.content_id));
  return verdict_exit_code(Verdict::tampered);
}

/// The first of 12, 14, 11, 13, 10, 0 that occurs (architecture.md section 10.6), after failures.
int worst_of(const std::vector<int>& codes) {
  constexpr std::array kVerdicts = {12, 14, 11, 13, 10, 0};
  const auto failure = std::find_if(codes.begin(), codes.end(), [&](int code) {
    return std::find(kVerdicts.begin(), kVerdicts.end(), code) == kVerdicts.end();
  });
  if (failure != codes.end()) return *failure;
  for (const int code : kVerdicts)
    if (std::find(codes.begin(), codes.end(), code) != codes.end()) return code;
  return 0;
}

/// `-` is stdin.
Result<VerifyReport> verify_one(const Context& context, const std::string& file,
                                const VerifyOptions& how) {
  if (!is_stream(file)) return verify_file(context, file, how);
  SIGNMARK_ASSIGN(const Bytes bytes, read_stdin(context.limits));
  std::optional<Bytes> sidecar;
  if (!how.sidecar.empty()) {
    SIGNMARK_ASSIGN(sidecar, read_file(how.sidecar, context.limits.manifest_store));
  }
  return verify_bytes(context, bytes, how, sidecar, file);
}

Result<int> VerifyCommand::run(Session& session) {
  if (!map_.empty() && files_.size() > 1)
    return fail("cli.usage", "a map is of one file", {}, "verify the files one by one");
  SIGNMARK_ASSIGN(const VerifyOptions how, options(session));
  const Output& out = session.out();
  std::vector<int> codes;
  std::vector<VerifyReport> reports;
  for (const std::string& file : files_) {
    auto report = verify_one(session.context, file, how);
    if (!report) {
      out.error(report.error());
      codes.push_back(exit_code_of(report.error()));
      continue;
    }
    print_report(out, *report);
    if (sentences_) print_sentences(out, *report);
    SIGNMARK_TRY(write_map(*report, out));
    codes.push_back(expectation(*report, out));
    if (!html_.empty()) reports.push_back(std::move(*report));
  }
  if (!html_.empty()) SIGNMARK_TRY(write_html_report(html_, reports));
  const int code = worst_of(codes);
  out.object({{"files", files_.size()}, {"exit_code", code}}, "summary");
  return code;
}

}  // namespace

std::unique_ptr<Command> make_verify_command() { return std::make_unique<VerifyCommand>(); }

}  // namespace signmark::cli
