// SPDX-License-Identifier: Apache-2.0
// Helpers shared by all test binaries.
#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "base/file.hpp"
#include "base/text.hpp"

namespace signmark::test {

/// Checks a Result and says its error when it failed.
#define CHECK_OK(expr)                                                                          \
  do {                                                                                          \
    const auto& checked_ = (expr);                                                              \
    INFO((checked_ ? std::string() : checked_.error().code + ": " + checked_.error().message)); \
    CHECK(checked_.has_value());                                                                \
  } while (false)
#define REQUIRE_OK(expr)                                                                        \
  do {                                                                                          \
    const auto& checked_ = (expr);                                                              \
    INFO((checked_ ? std::string() : checked_.error().code + ": " + checked_.error().message)); \
    REQUIRE(checked_.has_value());                                                              \
  } while (false)

/// The error code of a failed Result, "" when it succeeded.
template <class T>
std::string code_of(const T& result) {
  return result ? std::string() : result.error().code;
}

/// A folder that is removed at the end of the test.
class ScratchDir {
 public:
  ScratchDir() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "signmark-test-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ScratchDir(const ScratchDir&) = delete;
  ScratchDir& operator=(const ScratchDir&) = delete;
  ~ScratchDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// A context with a fixed clock (2026-11-22T12:00:00Z) and seeded randomness.
inline Context test_context(std::uint64_t seed = 1) {
  Context context = Context::standard();
  context.clock = fixed_clock(1'795'348'800);
  context.random = seeded_random(seed);
  return context;
}

inline std::filesystem::path media(const std::string& name) {
  return std::filesystem::path(SIGNMARK_SOURCE_DIR) / "test_media" / name;
}

/// Reads a file or fails the test.
inline Bytes slurp(const std::filesystem::path& path) {
  auto bytes = read_file(path, 1ULL << 30);
  REQUIRE_OK(bytes);
  return *bytes;
}

}  // namespace signmark::test
