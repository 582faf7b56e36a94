// SPDX-License-Identifier: Apache-2.0
// A PostgreSQL server on loopback for tests, by postgres.sh.
#pragma once

#include <unistd.h>

#include <cstdlib>

#include "support/test_support.hpp"

namespace signmark::test {

class Postgres {
 public:
  static bool installed() { return run("installed", "").first; }

  Postgres() { start(); }
  Postgres(const Postgres&) = delete;
  Postgres& operator=(const Postgres&) = delete;
  ~Postgres() { run("stop", dir_); }

  /// Also after crash(); the location stays.
  void start() {
    const auto [good, said] = run("start", dir_ + " " + std::to_string(::getpid()));
    INFO(said);
    REQUIRE(good);
    location_ = said.substr(0, said.find('\n'));
  }
  /// kill -9 of all its processes.
  void crash() { REQUIRE(run("crash", dir_).first); }
  [[nodiscard]] const std::string& location() const { return location_; }

 private:
  static std::pair<bool, std::string> run(const std::string& verb, const std::string& rest) {
    const std::string command =
        "bash " SIGNMARK_SOURCE_DIR "/tests/support/postgres.sh " + verb + " " + rest + " 2>&1";
    std::FILE* pipe = ::popen(command.c_str(), "r");
    std::string said;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) said += static_cast<char>(c);
    return {::pclose(pipe) == 0, said};
  }

  std::string dir_ =
      (std::filesystem::temp_directory_path() / ("signmark-pg-" + std::to_string(::getpid())))
          .string();
  std::string location_;
};

/// One server for a whole test program, started when it is first asked for.
inline Postgres& shared_postgres() {
  static Postgres server;
  return server;
}

}  // namespace signmark::test
