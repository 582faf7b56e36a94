// SPDX-License-Identifier: Apache-2.0
// The structure of a signed store of each format, as `inspect` shows it, against tests/golden/c2pa.
#include <cstdlib>
#include <fstream>
#include <regex>

#include "unit/c2pa/writer_fixture.hpp"

namespace signmark::c2pa {
namespace {

using namespace test_fixture;

std::filesystem::path golden(const std::filesystem::path& source) {
  return std::filesystem::path(SIGNMARK_SOURCE_DIR) / "tests/golden/c2pa" /
         (source.extension().string().substr(1) + ".txt");
}

/// Random labels, salts, hashes and signatures out; sizes and structure stay.
std::string redacted(std::string dump) {
  dump = std::regex_replace(
      dump, std::regex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
      "UUID");
  dump = std::regex_replace(dump, std::regex("h'[0-9a-f]{40,}"), "h'BYTES");
  return std::regex_replace(dump, std::regex("\"version\": \"" SIGNMARK_VERSION "\""),
                            "\"version\": \"VERSION\"");
}

TEST_CASE("the structure of a store is the accepted one", "[golden]") {
  const bool accept = std::getenv("SIGNMARK_ACCEPT") != nullptr;
  for (const auto& source : sources()) {
    const auto dump =
        dump_store(test::test_context(), sign_file(test::slurp(source), full_request()).store);
    REQUIRE_OK(dump);
    const std::string now = redacted(*dump);
    const std::filesystem::path path = golden(source);
    if (accept) std::ofstream(path, std::ios::binary) << now;
    const auto accepted = read_file(path, 1U << 20);
    INFO(path << " differs; to accept what is written now:\n  SIGNMARK_ACCEPT=1 "
              << SIGNMARK_BINARY_DIR << "/c2pa_test '[golden]'");
    CHECK(now == std::string(as_text(accepted.value_or(Bytes{}))));
  }
}

}  // namespace
}  // namespace signmark::c2pa
