// SPDX-License-Identifier: Apache-2.0
// A ten-line program outside the tree: verifies a file and prints the verdict.
#include <cstdio>
#include <signmark/pipeline.hpp>

int main(int argc, char** argv) {
  const auto report = signmark::verify_file(signmark::Context::standard(), argv[argc - 1], {});
  if (!report) return std::fprintf(stderr, "%s\n", report.error().message.c_str()), 1;
  std::puts(std::string(signmark::verdict_name(report->verdict)).c_str());
  return signmark::verdict_exit_code(report->verdict);
}
