// SPDX-License-Identifier: Apache-2.0
#include "commands/batch_progress.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "commands/batch_verbs.hpp"

namespace signmark::cli {
namespace {

sigset_t our_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) ::sigaddset(&set, number);
  return set;
}

std::string size_text(std::uint64_t bytes) {
  constexpr double kStep = 1024;
  double value = static_cast<double>(bytes);
  const char* unit = "B";
  for (const char* next : {"KiB", "MiB", "GiB", "TiB"}) {
    if (value < kStep) break;
    value /= kStep;
    unit = next;
  }
  return fmt::format("{:.{}f} {}", value, *unit == 'B' ? 0 : 1, unit);
}

std::uint64_t ended(const batch::JobStatus& status) {
  std::uint64_t sum = 0;
  for (const auto& [state, count] : status.items)
    if (state != batch::ItemState::planned && state != batch::ItemState::leased) sum += count;
  return sum;
}

std::uint64_t all(const batch::JobStatus& status) {
  std::uint64_t sum = 0;
  for (const auto& [state, count] : status.items) sum += count;
  return sum;
}

std::uint64_t failed(const batch::JobStatus& status) {
  const auto found = status.items.find(batch::ItemState::failed);
  return found == status.items.end() ? 0 : found->second;
}

}  // namespace

Signals::Signals() {
  const sigset_t set = our_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);  // threads that are started later inherit it
  fd_ = ::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

Signals::~Signals() {
  const sigset_t set = our_signals();
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  if (fd_ >= 0) ::close(fd_);
}

int Signals::next() {
  signalfd_siginfo info{};
  if (::read(fd_, &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return 0;
  return static_cast<int>(info.ssi_signo);
}

BatchProgress::BatchProgress(const Session& session)
    : terminal_(session.flags.progress == "always" ||
                (session.flags.progress == "auto" && ::isatty(STDERR_FILENO) == 1)),
      quiet_(session.flags.progress == "never") {}

/// Exponential smoothing over about ten seconds: items differ in size and kind.
void BatchProgress::learn(const batch::JobStatus& status) {
  constexpr double kMemory = 10;
  const double passed = status.seconds - seconds_;
  if (seconds_ == 0 || passed <= 0) {
    seconds_ = std::max(status.seconds, 1e-3);
    bytes_ = status.bytes_done;
    return;
  }
  const double now =
      static_cast<double>(status.bytes_done - std::min(bytes_, status.bytes_done)) / passed;
  const double weight = rate_ == 0 ? 1 : 1 - std::exp(-passed / kMemory);
  rate_ += weight * (now - rate_);
  bytes_ = status.bytes_done;
  seconds_ = status.seconds;
}

std::string BatchProgress::remaining(const batch::JobStatus& status) const {
  if (status.scanning) return "scanning…";
  if (rate_ <= 0 || status.bytes_done >= status.bytes_total) return {};
  const auto seconds = static_cast<std::uint64_t>(
      static_cast<double>(status.bytes_total - status.bytes_done) / rate_);
  constexpr std::uint64_t kMinute = 60, kHour = 3600;
  return fmt::format("{}:{:02}:{:02} left", seconds / kHour, seconds / kMinute % kMinute,
                     seconds % kMinute);
}

std::string BatchProgress::text(const batch::JobStatus& status) const {
  std::string text = fmt::format("{} of {} files, {} of {}", ended(status), all(status),
                                 size_text(status.bytes_done), size_text(status.bytes_total));
  if (const std::uint64_t count = failed(status); count != 0)
    text += fmt::format(", {} failed", count);
  if (const std::string rest = remaining(status); !rest.empty()) text += ", " + rest;
  return text;
}

void BatchProgress::show(const batch::JobStatus& status) {
  constexpr auto kQuietTime = std::chrono::minutes(1);
  constexpr std::size_t kWidth = 24;
  learn(status);
  if (quiet_) return;
  if (!terminal_) {
    if (Clock::now() - last_line_ >= kQuietTime) line(status);
    return;
  }
  const double share = status.bytes_total == 0 ? 0
                                               : static_cast<double>(status.bytes_done) /
                                                     static_cast<double>(status.bytes_total);
  const auto full = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * kWidth);
  fmt::print(stderr, "\r\x1b[K[{}{}] {}", std::string(full, '#'), std::string(kWidth - full, '.'),
             text(status));
  std::fflush(stderr);
  shown_ = true;
}

void BatchProgress::line(const batch::JobStatus& status) {
  clear();
  last_line_ = Clock::now();
  std::string now;
  for (const std::string& name : status.now)
    now += fmt::format("{} {}", now.empty() ? "; at" : ",", path_text(name));
  fmt::print(stderr, "signmark: job {}: {}{}\n", status.job, text(status), now);
}

void BatchProgress::clear() {
  if (shown_) fmt::print(stderr, "\r\x1b[K");
  shown_ = false;
}

}  // namespace signmark::cli
