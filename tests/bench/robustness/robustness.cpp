// SPDX-License-Identifier: Apache-2.0
// The normal mode: mark, attack, read, report.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "comparison.hpp"
#include "modes.hpp"
#include "report.hpp"

namespace signmark::bench {
namespace {

bool has_failures(const std::vector<PictureResult>& results) {
  return std::any_of(results.begin(), results.end(),
                     [](const auto& result) { return !result.error.empty(); });
}

/// What signmark alone tells of itself is more than what it has in common with its peers.
void print_results(const Options& options, const std::vector<Suite>& suites,
                   const std::vector<std::vector<PictureResult>>& results) {
  if (options.codecs == std::vector<std::string>{kOwnCodec})
    print_report(suites, results.front());
  else
    print_comparison(suites, results);
}

}  // namespace

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
  std::vector<std::vector<PictureResult>> results;
  for (const std::string& name : options.codecs) {
    const auto codec = make_codec(name, options);
    std::size_t number = 0;
    results.push_back(
        run_pictures(options, *codec, files, attacks, [&](const PictureResult& result) {
          print_progress(result, ++number, files.size());
          if (csv) write_csv(csv.get(), attacks, result);
        }));
  }
  print_results(options, wanted, results);
  const bool failed = std::any_of(results.begin(), results.end(), has_failures);
  return failed ? 1 : 0;
}

}  // namespace signmark::bench
