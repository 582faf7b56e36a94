// SPDX-License-Identifier: Apache-2.0
// CPU time of a thread, and peak memory of a stretch of a single-threaded program.
#pragma once

#include <cstdint>

namespace signmark::bench {

/// CPU milliseconds of the calling thread since the object was made.
class CpuMeter {
 public:
  CpuMeter();
  [[nodiscard]] double ms() const;

 private:
  double start_;
};

/// Highest growth of resident memory since the object was made (Linux's /proc/self/clear_refs
/// starts the count anew). 0 where that is not allowed.
class MemoryMeter {
 public:
  MemoryMeter();
  [[nodiscard]] std::uint64_t peak_growth() const;

 private:
  std::uint64_t start_ = 0;
  bool works_ = false;
};

/// Peak resident memory of the whole process in bytes.
std::uint64_t peak_memory();

}  // namespace signmark::bench
