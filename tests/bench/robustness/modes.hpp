// SPDX-License-Identifier: Apache-2.0
// What robustness_bench can do; each returns the exit status of the program.
#pragma once

#include "options.hpp"

namespace signmark::bench {

int run_robustness(const Options& options);
int run_clean(const Options& options);       ///< --clean
int run_transplant(const Options& options);  ///< --transplant
int run_tamper(const Options& options);      ///< --tamper
int write_attacked(const Options& options);  ///< --attacks-only
int run_self_test();                         ///< --self-test

}  // namespace signmark::bench
