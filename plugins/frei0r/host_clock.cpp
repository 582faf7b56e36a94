// SPDX-License-Identifier: Apache-2.0
// Tells milliseconds from seconds, and noise from both.
#include "host_clock.hpp"

#include <algorithm>
#include <cmath>

namespace signmark_frei0r {
namespace {

constexpr double kLatest = 1e12;            // 30 years in ms: what is later is noise
constexpr double kShortestMillisecond = 2;  // steps from 2 on are ms: nobody shows 1 picture in 2 s
constexpr double kMilliseconds = 1000;
constexpr double kAssumedStep = 0.04;   // 25 pictures a second
constexpr unsigned long kPatience = 8;  // pictures without a step until they are counted

}  // namespace

double HostClock::seconds(double time) {
  const bool first = pictures_++ == 0;
  if (!std::isfinite(time) || std::abs(time) > kLatest) lost_ = true;
  if (lost_) return counted();
  if (!first && time > last_) {
    shortest_ = moved_ ? std::min(shortest_, time - last_) : time - last_;
    moved_ = true;
  }
  last_ = time;
  if (!moved_ && pictures_ > kPatience) return counted();
  now_ = moved_ && shortest_ >= kShortestMillisecond ? time / kMilliseconds : time;
  return now_;
}

double HostClock::counted() {
  now_ += kAssumedStep;
  return now_;
}

}  // namespace signmark_frei0r
