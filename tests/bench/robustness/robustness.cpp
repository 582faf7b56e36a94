// SPDX-License-Identifier: Apache-2.0
// The normal mode: mark, attack, read, report.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "modes.hpp"
#include "report.hpp"

namespace signmark::bench {

int run_robustness(const Options& options) {
  const auto wanted = suites(options.suite);
  const auto attacks = distinct_attacks(wanted);
  const auto files = chosen_files(options);
  if (files.empty()) {
    fmt::print(stderr, "no picture left\n");
    return 1;
  }
  const auto close = [](std::FILE* file) { std::fclose(file); };
  std::unique_ptr<std::FILE, decltype(close)> csv(nullptr, close);
  if (!options.csv.empty()) {
    csv.reset(std::fopen(options.csv.c_str(), "w"));
    if (!csv) throw std::runtime_error("cannot write " + options.csv);
    write_csv_head(csv.get());
  }
  std::size_t number = 0;
  const auto results = run_pictures(options, files, attacks, [&](const PictureResult& result) {
    print_progress(result, ++number, files.size());
    if (csv) write_csv(csv.get(), attacks, result);
  });
  print_report(wanted, results);
  const bool failed = std::any_of(results.begin(), results.end(),
                                  [](const auto& result) { return !result.error.empty(); });
  return failed ? 1 : 0;
}

}  // namespace signmark::bench
