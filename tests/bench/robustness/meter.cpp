// SPDX-License-Identifier: Apache-2.0
// Meters by clock_gettime and /proc.
#include "meter.hpp"

#include <sys/resource.h>

#include <ctime>
#include <fstream>
#include <string>

namespace signmark::bench {
namespace {

double thread_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

/// A line of /proc/self/status in bytes; 0 when it is not there.
std::uint64_t status_bytes(const std::string& field) {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word)
    if (std::uint64_t kilobytes = 0; word == field && status >> kilobytes) return kilobytes * 1024;
  return 0;
}

}  // namespace

CpuMeter::CpuMeter() : start_(thread_ms()) {}

double CpuMeter::ms() const { return thread_ms() - start_; }

MemoryMeter::MemoryMeter() {
  std::ofstream reset("/proc/self/clear_refs");
  works_ = static_cast<bool>(reset << "5" << std::flush);
  start_ = status_bytes("VmRSS:");
}

std::uint64_t MemoryMeter::peak_growth() const {
  const std::uint64_t peak = status_bytes("VmHWM:");
  return works_ && peak > start_ ? peak - start_ : 0;
}

std::uint64_t peak_memory() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

}  // namespace signmark::bench
