// SPDX-License-Identifier: Apache-2.0
// Runs attacks over pictures; each different attack once a picture, in however many suites it is.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "attacks.hpp"
#include "codec.hpp"
#include "quality.hpp"

namespace signmark::bench {

struct Sample {
  cv::Size size;  ///< of the attacked picture
  Verdict verdict;
};

struct PictureResult {
  std::string codec, name, error;  ///< error: what ended its run early; empty: nothing
  cv::Size size;
  bool signed_frame = false;
  Quality quality;
  double embed_ms = 0, embed_again_ms = 0;
  Verdict unmarked;                               ///< reading before marking
  std::uint64_t embed_peak = 0, detect_peak = 0;  ///< bytes; 0 with several threads
  std::map<std::string, Sample> samples;          ///< by attack name
  [[nodiscard]] double mpx() const { return size.area() / 1e6; }
};

/// Attacks of all suites that can run here, each name once.
std::vector<Attack> distinct_attacks(const std::vector<Suite>& suites);

/// Calls `work` for 0..count-1 on so many threads, in no certain order. The first exception ends
/// the run and is thrown again.
void for_each_index(std::size_t count, int threads, const std::function<void(std::size_t)>& work);

/// Marks with one codec and reads. `done` is called after each picture, never twice at a time.
std::vector<PictureResult> run_pictures(const Options& options, const Codec& codec,
                                        const std::vector<std::filesystem::path>& files,
                                        const std::vector<Attack>& attacks,
                                        const std::function<void(const PictureResult&)>& done);

}  // namespace signmark::bench
