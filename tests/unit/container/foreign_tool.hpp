// SPDX-License-Identifier: Apache-2.0
// Runs other people's readers on our files. Tests that use it are tagged [foreign].
#pragma once

#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "support/test_support.hpp"

namespace signmark::test {

inline bool have_tool(const std::string& name) {
  return std::system(("command -v " + name + " >/dev/null 2>&1").c_str()) == 0;
}

/// Standard output and whether the command succeeded.
struct ToolResult {
  int status = -1;
  std::string output;
};

inline ToolResult run_tool(const std::string& command) {
  ToolResult result;
  FILE* pipe = ::popen((command + " 2>/dev/null").c_str(), "r");
  REQUIRE(pipe != nullptr);
  char buffer[4096];
  for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
    result.output.append(buffer, n);
  const int status = ::pclose(pipe);
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return result;
}

inline void put_file(const std::filesystem::path& path, ByteView bytes) {
  REQUIRE_OK(write_file(path, bytes, {true, 0666, {}}));
}

}  // namespace signmark::test
