// SPDX-License-Identifier: Apache-2.0
// What the mark in sound must not do: accept what nobody marked, take long, take much memory.
#pragma once

#include "bench/audio_sound.hpp"

namespace signmark::bench {

/// The whole reader with its search over unmarked sounds of some folders and over noise, many
/// random keys at once, until seconds times keys reach `hours`; prints what was accepted and the
/// tail of the statistic.
void run_false_positives(const std::vector<std::string>& folders, double hours);

/// Ten minutes of a file, streamed: laying, reading, and searching in vain; real-time factors and
/// how far memory grew.
void run_cost(const std::string& path);

}  // namespace signmark::bench
