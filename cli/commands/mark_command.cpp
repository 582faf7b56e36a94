// SPDX-License-Identifier: Apache-2.0
// `signmark mark`: all layers by profile, into one file.
#include "commands/mark_command.hpp"

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/result.hpp"
#include "ledger_access.hpp"
#include "mark_flags.hpp"
#include "output_flags.hpp"
#include "streams.hpp"

namespace signmark::cli {
namespace {

class MarkCommand final : public Command {
 public:
  CLI::App* declare(CLI::App& app) override;
  Result<int> run(Session& session) override;

 private:
  std::string input_, signer_;
  MarkFlags marking_;
  bool sidecar_ = false;
  OutputFlags output_;
  LedgerFlags ledger_;
  UnlockFlags unlock_;
};

CLI::App* MarkCommand::declare(CLI::App& app) {
  CLI::App* verb = app.add_subcommand(
      "mark", "Mark a generated file: content, visible label, AIGC record, manifest");
  verb->add_option("IN", input_, "File to mark, - for stdin; it is never changed")->required();
  output_.declare(*verb);
  marking_.declare(*verb, MarkInput::file);
  verb->add_option("--signer", signer_, "Signing key: id, label, file:PATH or exec:[…]")
      ->type_name("KEY");
  verb->add_flag("--sidecar", sidecar_, "Put the manifest into OUT.c2pa instead of the file");
  ledger_.declare(*verb, true);
  unlock_.declare(*verb);
  verb->footer(
      "Example: signmark mark photo.png -o marked.png\nNext:    signmark verify marked.png");
  return verb;
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

void print_streams(const Output& out, const video::Report& report) {
  if (report.picture) {
    const video::PictureReport& picture = *report.picture;
    const std::string whole =
        picture.signed_frame
            ? fmt::format("signed frame margin {:.1f} dB", picture.signed_margin_db)
        : picture.why_no_signed_frame.empty() ? "no signed frame: no signing key"
                                              : "no signed frame: " + picture.why_no_signed_frame;
    out.line(fmt::format(
        "  robust    pictures: id frame margin {:.1f} dB, {} (PSNR {:.1f} dB, {} frames)",
        picture.id_margin_db, whole, picture.psnr_db, picture.frames));
  }
  if (!report.sound) return;
  const audio::SoundReport& sound = *report.sound;
  if (sound.id_frame)
    out.line(fmt::format(
        "  robust    sound: id frame margin {:.1f} dB, {} (SNR {:.1f} dB)", sound.id_margin_db,
        sound.signed_frame ? fmt::format("signed frame margin {:.1f} dB", sound.signed_margin_db)
        : sound.why_not.empty() ? "no signed frame"
                                : "no signed frame: " + sound.why_not,
        sound.snr_db));
  if (sound.notice) out.line("  visible   audible label in the sound");
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
  if (report.timed) print_streams(out, *report.timed);
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
  if (report.recorded) out.line(fmt::format("  ledger    entry {}", report.issued.sequence));
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
  SIGNMARK_ASSIGN(MarkOptions how, marking_.options(session.settings));
  how.sidecar = sidecar_;
  SIGNMARK_ASSIGN(const OutputOptions where, output_.resolve(input_));
  const bool to_stdout = is_stream(where.file.native());
  SIGNMARK_TRY(to_stdout ? check_stdout() : check_output(input_, where));
  MarkSecrets secrets;
  SIGNMARK_TRY(secrets.open(session, signer_, unlock_, how));
  SIGNMARK_ASSIGN(const std::unique_ptr<ledger::Ledger> ledger, open_ledger(session, ledger_));
  how.ledger = ledger.get();
  SIGNMARK_ASSIGN(const MarkReport report, to_stdout || is_stream(input_)
                                               ? mark_streams(session, input_, where, how)
                                               : mark_file(session.context, input_, where, how));
  if (!to_stdout) print_report(session.out(), input_, report);
  return 0;
}

}  // namespace

std::unique_ptr<Command> make_mark_command() { return std::make_unique<MarkCommand>(); }

}  // namespace signmark::cli
