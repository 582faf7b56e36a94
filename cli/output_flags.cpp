// SPDX-License-Identifier: Apache-2.0
// Output flags.
#include "output_flags.hpp"

#include <fmt/format.h>

#include "base/result.hpp"

namespace signmark::cli {

void OutputFlags::declare(CLI::App& command) {
  command.add_option("-o,--output", file, "File to write, - for stdout")->type_name("OUT");
  command.add_flag("-f,--force", force, "Replace OUT when it exists");
  command.add_flag("--in-place", in_place, "Replace IN itself once the new file is safely on disk");
  command
      .add_option("--backup-suffix", backup_suffix,
                  "With --in-place: keep the original as IN<SUFFIX>")
      ->type_name("SUFFIX");
}

Result<OutputOptions> OutputFlags::resolve(const std::string& input) const {
  if (file.empty() == !in_place)
    return fail("cli.usage",
                file.empty() ? "no output named" : "-o and --in-place exclude each other", input,
                fmt::format("write -o OUT, or --in-place to replace {}", input));
  if (in_place && input == "-")
    return fail("cli.usage", "stdin cannot be replaced", input, "write -o OUT, or -o - for stdout");
  OutputOptions options;
  options.file = in_place ? input : file;
  options.force = force;
  options.in_place = in_place;
  if (in_place && !backup_suffix.empty()) options.backup = input + backup_suffix;
  return options;
}

}  // namespace signmark::cli
