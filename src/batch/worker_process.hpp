// SPDX-License-Identifier: Apache-2.0
// A worker process as its supervisor has it: started, limited from outside, watched, reaped.
#pragma once

#include <sys/types.h>

#include <filesystem>

#include "batch/protocol.hpp"

namespace signmark::batch {

/// What a process uses.
struct ProcessUse {
  std::uint64_t address_space = 0, resident = 0, data = 0;  ///< bytes
  double cpu_seconds = 0;
};

/// Bounds of one item, set on the process from outside: the worker itself may not change them.
struct ProcessBounds {
  std::uint64_t memory = 0;     ///< bytes of its own beyond what it has
  std::uint64_t mapped = 0;     ///< and of files in its address space
  std::uint64_t file_size = 0;  ///< of each file that it writes
  double cpu_seconds = 0;       ///< beyond what it has used; 0: without a limit
};

/// Killed and reaped at the end of its life.
class WorkerProcess {
 public:
  /// Starts `program batch-worker --control 3`: descriptors 0 to 3 and no other, an environment of
  /// a few harmless names, a process group of its own (a terminal's Ctrl-C is the supervisor's).
  /// Errors: `batch.worker.start`.
  static Result<std::unique_ptr<WorkerProcess>> start(const std::filesystem::path& program,
                                                      const std::filesystem::path& scratch);
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;
  ~WorkerProcess();

  Channel& channel() { return channel_; }
  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] ProcessUse use() const;
  Status set_bounds(const ProcessBounds& bounds) const;

  /// Waits up to so long for a message, an end of the socket or words on stderr, which it keeps.
  void wait(int milliseconds);
  /// The end of what it said on stderr, fit for a terminal.
  [[nodiscard]] std::string last_words() const;

  /// Kills it.
  void kill() const;
  /// Waits for its end; kills it when that takes long. Gives the status of waitpid(2), or SIGKILL's
  /// where the host lets the system reap.
  int reap();

 private:
  WorkerProcess(pid_t pid, Channel channel, Descriptor words)
      : pid_(pid), channel_(std::move(channel)), words_(std::move(words)) {}
  void read_words();

  pid_t pid_;
  Channel channel_;
  Descriptor words_;  ///< its stderr
  std::string last_words_;
};

}  // namespace signmark::batch
