// SPDX-License-Identifier: Apache-2.0
// Progress of a batch on stderr, and the signals that steer it (batch.md 2.6).
#pragma once

#include <chrono>

#include "session.hpp"
#include "signmark/batch.hpp"

namespace signmark::cli {

/// Signals of this process as something to ask for: taken from the process while it lives.
class Signals {
 public:
  Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals();
  /// What came since the last call: 0, or a signal's number.
  int next();

 private:
  int fd_ = -1;
};

/// A bar that rewrites itself on a terminal, else one line a minute.
class BatchProgress {
 public:
  explicit BatchProgress(const Session& session);
  void show(const batch::JobStatus& status);
  /// One line now, as SIGUSR1 asks for.
  void line(const batch::JobStatus& status);
  /// Removes the bar, so that other lines can follow.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  void learn(const batch::JobStatus& status);
  [[nodiscard]] std::string remaining(const batch::JobStatus& status) const;
  [[nodiscard]] std::string text(const batch::JobStatus& status) const;

  bool terminal_, quiet_;
  bool shown_ = false;
  double rate_ = 0;  // bytes a second, smoothed
  std::uint64_t bytes_ = 0;
  double seconds_ = 0;
  Clock::time_point last_line_ = Clock::now();
};

}  // namespace signmark::cli
