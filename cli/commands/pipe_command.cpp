// SPDX-License-Identifier: Apache-2.0
// `signmark pipe`: raw pictures (y4m) or sound (PCM) from stdin to stdout, for any ffmpeg.
#include "commands/pipe_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "base/result.hpp"
#include "mark_flags.hpp"
#include "streams.hpp"

namespace signmark::cli {
namespace {

class PipeCommand final : public Command {
 public:
  CLI::App* declare(CLI::App& app) override;
  Result<int> run(Session& session) override;

 private:
  std::string signer_, format_ = "s16";
  int rate_ = 0, channels_ = 2;
  MarkFlags marking_;
  UnlockFlags unlock_;
};

CLI::App* PipeCommand::declare(CLI::App& app) {
  CLI::App* verb =
      app.add_subcommand("pipe", "Mark raw pictures (y4m) or sound (PCM) from stdin to stdout");
  verb->add_option("--pcm", rate_, "Sound at this rate instead of y4m: interleaved samples")
      ->type_name("HZ")
      ->check(CLI::Range(8000, 384000));
  verb->add_option("--channels", channels_, "Of the sound (default: 2)")
      ->type_name("N")
      ->check(CLI::Range(1, 32));
  verb->add_option("--sample-format", format_, "s16 (default) or f32, native order")
      ->check(CLI::IsMember({"s16", "f32"}));
  marking_.declare(*verb, MarkInput::stream);
  verb->add_option("--signer", signer_, "Signing key: id, label, file:PATH or exec:[…]")
      ->type_name("KEY");
  unlock_.declare(*verb);
  verb->footer(
      "A raw stream has no place for a record or a manifest: add them afterwards with\n"
      "signmark mark OUT -o FINAL --layers metadata,manifest --existing add\n"
      "Example: ffmpeg -i in.mp4 -f yuv4mpegpipe - | signmark pipe | ffmpeg -i - -i in.mp4 "
      "-map 0:v -map 1:a? out.mp4");
  return verb;
}

Result<int> PipeCommand::run(Session& session) {
  SIGNMARK_ASSIGN(MarkOptions how, marking_.options(session.settings));
  how.layers.metadata = how.layers.manifest = false;  // no container, no place
  SIGNMARK_TRY(check_stdout());
  MarkSecrets secrets;
  SIGNMARK_TRY(secrets.open(session, signer_, unlock_, how));
  SIGNMARK_ASSIGN(const PipeReport report,
                  rate_ == 0 ? pipe_pictures(session.context, STDIN_FILENO, STDOUT_FILENO, how)
                             : pipe_sound(session.context, STDIN_FILENO, STDOUT_FILENO,
                                          {rate_, channels_, format_ == "f32"}, how));
  session.out().note(
      fmt::format("marked {:.1f} s, content id {}", report.streams.seconds, report.content_id));
  return 0;
}

}  // namespace

std::unique_ptr<Command> make_pipe_command() { return std::make_unique<PipeCommand>(); }

}  // namespace signmark::cli
