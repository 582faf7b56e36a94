// SPDX-License-Identifier: Apache-2.0
// Archives made and walked in tests.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <map>

#include "batch/archive.hpp"
#include "support/test_support.hpp"

namespace signmark::test {

using batch::ArchiveEntry;
using batch::ArchiveKind;

/// What a command prints; the test fails when the command does.
inline std::string shell(const std::string& command) {
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string output;
  char buffer[4096];
  for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
    output.append(buffer, n);
  INFO(command << "\n" << output);
  CHECK(::pclose(pipe) == 0);
  return output;
}

inline bool have(const std::string& program) {
  return std::system(("command -v " + program + " >/dev/null 2>&1").c_str()) == 0;
}

/// What a walk gave, nested archives walked as a worker does.
struct Walked {
  std::map<std::string, std::string> files;  ///< with the names of outer archives before `!`
  std::vector<ArchiveEntry> entries;
  Status status;
};

inline Status walk_into(Walked& walked, ByteView archive, const batch::ArchiveGuards& guards,
                        const std::filesystem::path& scratch, batch::ArchiveBudget& budget,
                        const std::string& outer) {
  return batch::walk_archive(
      test_context(), archive, guards, scratch, budget,
      [&](const ArchiveEntry& entry, ByteView bytes) -> Status {
        walked.entries.push_back(entry);
        if (batch::probe_archive(bytes))
          return walk_into(walked, bytes, guards, scratch, budget, outer + entry.name + "!");
        walked.files[outer + entry.name] = bytes.size() > 1 << 20 ? "large" : as_text(bytes);
        return {};
      });
}

inline Walked walk(ByteView archive, const batch::ArchiveGuards& guards = {}) {
  const ScratchDir scratch;
  Walked walked;
  batch::ArchiveBudget budget;
  walked.status = walk_into(walked, archive, guards, scratch.path(), budget, "");
  CHECK(std::filesystem::is_empty(scratch.path()));
  CHECK(budget.level() == -1);
  return walked;
}

/// A descriptor of an empty file, closed at the end.
class OutputFile {
 public:
  explicit OutputFile(const std::filesystem::path& path)
      : path_(path), fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {
    REQUIRE(fd_ >= 0);
  }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile() { ::close(fd_); }
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] Bytes bytes() const { return slurp(path_); }

 private:
  std::filesystem::path path_;
  int fd_;
};

struct Member {
  ArchiveEntry entry;
  std::string content;
};

inline Member file_of(std::string name, std::string content, unsigned mode = 0644,
                      UnixTime modified = 1'700'000'001) {
  ArchiveEntry entry;
  entry.name = std::move(name);
  entry.mode = mode;
  entry.modified = modified;
  return {entry, std::move(content)};
}

inline void pack_into(const std::filesystem::path& path, ArchiveKind kind,
                      const std::vector<Member>& members) {
  const OutputFile file(path);
  const auto writer = batch::ArchiveWriter::create(kind, file.fd());
  REQUIRE_OK(writer);
  for (const Member& member : members)
    if (const Status status = (*writer)->add(member.entry, as_bytes(member.content)); !status)
      REQUIRE_OK(status);
  REQUIRE_OK((*writer)->close());
}

inline Bytes packed(ArchiveKind kind, const std::vector<Member>& members) {
  const ScratchDir scratch;
  pack_into(scratch / "archive", kind, members);
  return slurp(scratch / "archive");
}

}  // namespace signmark::test
