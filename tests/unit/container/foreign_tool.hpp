// SPDX-License-Identifier: Apache-2.0
// Runs other people's readers on our files. Tests that use it are tagged [foreign].
#pragma once

#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "format_checks.hpp"

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

/// Raw frames as ffmpeg decodes them; fails the test when it cannot.
inline std::string ffmpeg_frames(const std::string& path) {
  const ToolResult frames =
      run_tool("timeout 60 ffmpeg -v error -i " + path + " -map 0:v -f framemd5 -");
  CHECK(frames.status == 0);
  CHECK_FALSE(frames.output.empty());
  return frames.output;
}

/// Marks samples: ffmpeg must decode the same pixels, and exiftool (called once, since it starts
/// slowly) read the label of every file and find no error.
inline void check_foreign_readers(const std::vector<std::string>& samples, bool decode = true) {
  const ScratchDir scratch;
  std::string files, labels;
  for (const std::string& name : samples) {
    INFO(name);
    const std::string after = (scratch / name).string();
    put_file(after, written(sample(name), edits_of(kLabelPacket, store_of(300))));
    files += " " + after;
    labels += std::string(kLabelJson) + "\n";
    if (decode) CHECK(ffmpeg_frames(media("samples/" + name).string()) == ffmpeg_frames(after));
  }
  // Its warnings are not asked for: the store of the tests is filler behind a store's head.
  CHECK(run_tool("exiftool -q -q -s3 -XMP-TC260:all -error" + files).output == labels);
}

}  // namespace signmark::test
