// SPDX-License-Identifier: Apache-2.0
// The command line of robustness_bench.
#include "options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <map>

#include "attacks.hpp"
#include "codec.hpp"

namespace signmark::bench {
namespace {

void add_picture_options(CLI::App& app, Options& options) {
  app.add_option("pictures", options.sources, "files and folders (searched recursively)");
  app.add_option("--size", options.side, "bring pictures to N² pixels; smaller ones are left out")
      ->check(CLI::Range(64, 16384));
  app.add_option("--min-mpx", options.min_mpx, "only pictures with at least N megapixels");
  app.add_option("--max-mpx", options.max_mpx, "only pictures with at most N megapixels");
  app.add_option("--limit", options.limit, "only the first N pictures, by name");
}

void add_mark_options(CLI::App& app, Options& options) {
  const std::map<std::string, Frames> frames{{"both", Frames::both}, {"id", Frames::id}};
  const std::map<std::string, image::RobustStrength> strengths{
      {"invisible", image::RobustStrength::invisible},
      {"normal", image::RobustStrength::normal},
      {"strong", image::RobustStrength::strong}};
  app.add_option("--frames", options.frames,
                 "id, or both: the signed frame as well, where the picture has room")
      ->transform(CLI::CheckedTransformer(frames));
  app.add_option("--strength", options.strength, "of the mark")
      ->transform(CLI::CheckedTransformer(strengths));
  app.add_option("--psnr", options.psnr, "the mark's PSNR in dB, instead of the strength's");
  app.add_option("--ssim", options.ssim, "the mark's lowest SSIM, instead of the strength's");
  app.add_flag("--deep", options.deep, "let the detector look at parts of the picture too");
}

void add_run_options(CLI::App& app, Options& options) {
  CLI::Option* codec = app.add_option("--codec", options.codecs,
                                      "comma list of signmark and open peers to compare it with")
                           ->delimiter(',')
                           ->allow_extra_args(false)
                           ->check(CLI::IsMember(codec_names()));
  app.add_option("--suite", options.suite,
                 fmt::format("comma list of {}, all", fmt::join(suite_names(), ", ")));
  app.add_option("--threads", options.threads, "pictures at a time")->check(CLI::Range(1, 2));
  app.add_option("--seed", options.seed, "of payloads and of the attacks' random choices");
  app.add_option("--csv", options.csv, "also write a line for each picture and attack");
  app.add_option("--diff", options.diff_folder,
                 "write marked pictures, and ten times the difference, into this folder");
  app.add_flag("--clean", options.clean, "false positives: unmarked pictures, random carrier keys")
      ->excludes(codec);
  app.add_option("--keys", options.keys, "random carrier keys a picture in clean mode")
      ->check(CLI::Range(1, 1'000'000));
  app.add_flag("--transplant", options.transplant,
               "lift each picture's mark onto every other picture: must never fit");
  app.add_flag("--tamper", options.tamper, "how well unmarked patches are found");
  app.add_option("--attacks-only", options.attacks_folder,
                 "write the attacked versions of the first picture into this folder");
  app.add_flag("--self-test", options.self_test, "check every attack on small pictures");
}

}  // namespace

Options read_options(int argc, char** argv) {
  Options options;
  CLI::App app{"Robustness of the image mark: marks pictures, attacks them, reads them again."};
  add_picture_options(app, options);
  add_mark_options(app, options);
  add_run_options(app, options);
  try {
    app.parse(argc, argv);
    if (options.sources.empty() && !options.self_test) throw CLI::RequiredError("pictures");
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error));
  }
  return options;
}

}  // namespace signmark::bench
