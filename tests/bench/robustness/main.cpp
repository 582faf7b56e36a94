// SPDX-License-Identifier: Apache-2.0
// robustness_bench: how well the image mark survives, how visible it is, and what it costs.
#include <fmt/format.h>
#include <sodium.h>

#include <exception>
#include <opencv2/core/utility.hpp>

#include "modes.hpp"

namespace {

int run(const signmark::bench::Options& options) {
  if (options.self_test) return signmark::bench::run_self_test();
  if (!options.attacks_folder.empty()) return signmark::bench::write_attacked(options);
  if (options.transplant) return signmark::bench::run_transplant(options);
  if (options.tamper) return signmark::bench::run_tamper(options);
  return options.clean ? signmark::bench::run_clean(options)
                       : signmark::bench::run_robustness(options);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    cv::setNumThreads(1);  // CPU time is that of one thread
    if (sodium_init() < 0) return 1;
    return run(signmark::bench::read_options(argc, argv));
  } catch (const std::exception& error) {
    fmt::print(stderr, "robustness_bench: {}\n", error.what());
    return 1;
  }
}
