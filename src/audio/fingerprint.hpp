// SPDX-License-Identifier: Apache-2.0
// What the signed frame is bound to: the course of energy over the first super-frame.
#pragma once

#include "audio/front_end.hpp"

namespace signmark::audio {

struct Fingerprint {
  std::uint64_t bits = 0;
  std::uint64_t known = 0;  ///< bits of which this sound can tell
};

/// Signs of how the difference between neighbouring bands changes from part to part of a
/// super-frame (after Haitsma and Kalker 2002). `start`: of the super-frame, in steps.
Fingerprint fingerprint_of(const Map& logs, double start, double tempo, double pitch);

/// Collects a sound until its first super-frame is complete.
class Fingerprinter {
 public:
  explicit Fingerprinter(const Shape& shape) : mapper_(shape), logs_(mapper_.empty()) {}
  void push(const Block& block);
  [[nodiscard]] bool complete() const;
  [[nodiscard]] Fingerprint value() const { return fingerprint_of(logs_, 0, 1, 1); }

 private:
  LogMapper mapper_;
  Map logs_;
};

}  // namespace signmark::audio
