// SPDX-License-Identifier: Apache-2.0
// `signmark mark`: all layers by profile, into one file.
#include "commands/mark_command.hpp"

#include <fmt/format.h>

#include <array>

#include "base/file.hpp"
#include "base/result.hpp"
#include "keys_access.hpp"
#include "output_flags.hpp"
#include "streams.hpp"

namespace signmark::cli {
namespace {

/// A flag whose value goes to signmark::set_option under the same name.
struct OptionFlag {
  const char* name;
  const char* type;
  const char* help;
};

// `wording` comes before `text`: it brings a text of its own.
constexpr std::array kFlags = {
    OptionFlag{"layers", "LIST", "robust,visible,metadata,manifest (default: all)"},
    OptionFlag{"carrier", "public|NAME|both",
               "Carrier key of the robust mark (default: public, so that anyone can find it)"},
    OptionFlag{"strength", "LEVEL", "Robust mark: invisible, default or strong"},
    OptionFlag{"producer", "NAME",
               "ContentProducer: your 27-character code, or a name (default: id of your key)"},
    OptionFlag{"produce-id", "ID", "ProduceID (default: the content id)"},
    OptionFlag{"content-id", "HEX", "64-bit content id, 16 hex digits (default: random)"},
    OptionFlag{"existing", "refuse|add", "What to do with marks that are there (default: refuse)"},
    OptionFlag{"wording", "gb45438|eu-ai", "Rule for the visible label (default: gb45438)"},
    OptionFlag{"text", "TEXT", "Wording of the visible label (default: AI生成)"},
    OptionFlag{"corner", "PLACE",
               "bottom-right (default), bottom-left, top-right, top-left, bottom, top"},
    OptionFlag{"height", "SHARE", "Glyph height over the shortest side, 0.05 (default) to 0.5"},
    OptionFlag{"font", "FILE", "TrueType or OpenType file for other scripts"},
    OptionFlag{"quality", "1..100", "Encoder quality (default: the source's own tables)"},
    OptionFlag{"label-place", "PLACE", "Documents: label at the start (default), middle or end"},
    OptionFlag{"density", "LEVEL",
               "Documents: a signed record every 100 (dense), 230 (normal) Chinese characters, or "
               "one (end)"},
    OptionFlag{"placement", "PLACE", "Documents: record in the middle (default) or end of a block"},
    OptionFlag{"field", "PATH", "JSON, JSONL: where the text is, e.g. choices[].message.content"},
    OptionFlag{"source-type", "TERM",
               "IPTC digital source type (default: trainedAlgorithmicMedia)"},
    OptionFlag{"agent", "NAME", "Software that generated the content"},
    OptionFlag{"agent-version", "VERSION", "Its version"},
    OptionFlag{"model", "NAME", "Model for the AI disclosure"},
    OptionFlag{"title", "TEXT", "Title in the manifest"},
};

class MarkCommand final : public Command {
 public:
  CLI::App* declare(CLI::App& app) override;
  Result<int> run(Session& session) override;

 private:
  Result<MarkOptions> options(const Settings& settings) const;

  std::string input_, signer_;
  std::array<std::string, kFlags.size()> values_;
  bool sidecar_ = false;
  OutputFlags output_;
  UnlockFlags unlock_;
};

CLI::App* MarkCommand::declare(CLI::App& app) {
  CLI::App* verb = app.add_subcommand(
      "mark", "Mark a generated file: content, visible label, AIGC record, manifest");
  verb->add_option("IN", input_, "File to mark, - for stdin; it is never changed")->required();
  output_.declare(*verb);
  for (std::size_t i = 0; i < kFlags.size(); ++i)
    verb->add_option(std::string("--") + kFlags[i].name, values_[i], kFlags[i].help)
        ->type_name(kFlags[i].type);
  verb->add_option("--signer", signer_, "Signing key: id, label, file:PATH or exec:[…]")
      ->type_name("KEY");
  verb->add_flag("--sidecar", sidecar_, "Put the manifest into OUT.c2pa instead of the file");
  unlock_.declare(*verb);
  verb->footer(
      "Example: signmark mark photo.png -o marked.png\nNext:    signmark verify marked.png");
  return verb;
}

Result<MarkOptions> MarkCommand::options(const Settings& settings) const {
  MarkOptions options;
  for (std::size_t i = 0; i < kFlags.size(); ++i) {
    const std::string value = settings.prefer(values_[i], kFlags[i].name);
    if (!value.empty()) SIGNMARK_TRY(set_option(options, kFlags[i].name, value));
  }
  options.sidecar = sidecar_;
  return options;
}

void print_robust(const Output& out, const MarkReport& report) {
  if (!report.robust_kept.empty()) {
    out.line(fmt::format("  robust    mark kept: id {}", report.robust_kept));
    return;
  }
  if (!report.robust) return;
  const image::RobustReport& robust = *report.robust;
  const std::string whole =
      robust.signed_frame ? fmt::format("signed frame margin {:.1f} dB", robust.signed_margin_db)
      : robust.why_no_signed_frame.empty() ? "no signed frame: no signing key"
                                           : "no signed frame: " + robust.why_no_signed_frame;
  out.line(fmt::format("  robust    id frame margin {:.1f} dB, {} (PSNR {:.1f} dB)",
                       robust.id_margin_db, whole, robust.psnr_db));
}

void print_document(const Output& out, const MarkReport& report) {
  if (report.text)
    out.line(fmt::format("  robust    {} signed record{} for {} characters, {} hidden bytes",
                         report.text->blocks, report.text->blocks == 1 ? "" : "s",
                         report.text->characters, report.text->hidden_bytes));
  if (report.visible_paragraph) out.line("  visible   label as a paragraph of its own");
  for (const std::string& layer : report.left_out) out.line(fmt::format("  left out  {}", layer));
}

void print_report(const Output& out, const std::string& input, const MarkReport& report) {
  out.line(fmt::format("marked {}", path_text(report.output)));
  print_robust(out, report);
  print_document(out, report);
  if (report.overlay.width != 0)
    out.line(fmt::format("  visible   label at {},{} ({} x {} px, glyphs {} px high)",
                         report.overlay.x, report.overlay.y, report.overlay.width,
                         report.overlay.height, report.overlay.glyph_height));
  if (!report.record.label.empty())
    out.line(fmt::format("  metadata  AIGC record {}: producer {}, id {}",
                         report.record_kept ? "kept" : "written", report.record.content_producer,
                         report.record.produce_id));
  if (!report.manifest_label.empty())
    out.line(
        fmt::format("  manifest  {}{}", report.manifest_label,
                    report.sidecar_file.empty() ? "" : " in " + path_text(report.sidecar_file)));
  out.note(fmt::format("next: signmark verify {}", path_text(report.output)));
  JsonLine item = to_json(report);
  item["input"]["path"] = input;
  out.object(std::move(item), "item");
}

/// `-` on either side: bytes instead of files.
Result<MarkReport> mark_streams(const Session& session, const std::string& input,
                                const OutputOptions& where, const MarkOptions& how) {
  if (how.sidecar)
    return fail("cli.usage", "a sidecar needs a file beside it", input, "name files, not -");
  const Limits& limits = session.context.limits;
  SIGNMARK_ASSIGN(const Bytes bytes,
                  is_stream(input) ? read_stdin(limits) : read_file(input, limits.file_size));
  auto marked = mark_bytes(session.context, bytes, how, is_stream(input) ? "" : input);
  if (!marked) return tl::unexpected<Error>(marked.error().in_file(input));
  marked->report.output = where.file;
  if (is_stream(where.file.native())) {
    SIGNMARK_TRY(write_stdout(marked->file));
  } else {
    PublishOptions publish;
    publish.replace = where.force;
    SIGNMARK_TRY(write_file(where.file, marked->file, publish));
  }
  return std::move(marked->report);
}

Result<int> MarkCommand::run(Session& session) {
  SIGNMARK_ASSIGN(MarkOptions how, options(session.settings));
  SIGNMARK_ASSIGN(const OutputOptions where, output_.resolve(input_));
  const bool to_stdout = is_stream(where.file.native());
  SIGNMARK_TRY(to_stdout ? check_stdout() : check_output(input_, where));
  OpenedSigner opened;
  if (how.layers.manifest || how.layers.metadata || how.layers.robust) {
    auto signer = open_signer(session, session.settings.prefer(signer_, "signer"), unlock_);
    // Without a manifest the record can do without its integrity value (gb45438.md section 8), and
    // the robust mark without its signed frame.
    if (!signer && how.layers.manifest) return tl::unexpected<Error>(signer.error());
    if (signer) opened = std::move(*signer);
  }
  std::optional<keys::CarrierKey> carrier;
  if (how.layers.robust) {
    SIGNMARK_ASSIGN(carrier, open_carrier(session, how.carrier, unlock_));
    if (carrier) how.carrier_key = &*carrier;
  }
  how.signer = opened.signer.get();
  how.signer_root = opened.root_der;
  SIGNMARK_ASSIGN(const MarkReport report, to_stdout || is_stream(input_)
                                               ? mark_streams(session, input_, where, how)
                                               : mark_file(session.context, input_, where, how));
  if (!to_stdout) print_report(session.out(), input_, report);
  return 0;
}

}  // namespace

std::unique_ptr<Command> make_mark_command() { return std::make_unique<MarkCommand>(); }

}  // namespace signmark::cli
