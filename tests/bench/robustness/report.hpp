// SPDX-License-Identifier: Apache-2.0
// Tables and the CSV file.
#pragma once

#include <cstdio>
#include <vector>

#include "runner.hpp"

namespace signmark::bench {

/// Those without an error; the others are printed.
std::vector<PictureResult> finished(const std::vector<PictureResult>& results);

/// Robustness of each attack, visibility, cost.
void print_report(const std::vector<Suite>& suites, const std::vector<PictureResult>& results);

/// One line a picture while the run goes on.
void print_progress(const PictureResult& result, std::size_t number, std::size_t of);

void write_csv_head(std::FILE* file);
void write_csv(std::FILE* file, const std::vector<Attack>& attacks, const PictureResult& result);

}  // namespace signmark::bench
