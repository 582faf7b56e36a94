// SPDX-License-Identifier: Apache-2.0
// Attacks on pictures for benchmarks, in named suites. Library signmark_bench_attacks; it knows
// nothing of any watermark, so that other programs can compare others by the same attacks.
#pragma once

#include <cstdint>
#include <functional>
#include <opencv2/core.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace signmark::bench {

/// One operation on an 8-bit BGR picture. Equal names mean equal operations.
struct Step {
  std::string name;
  std::function<cv::Mat(const cv::Mat& picture, cv::RNG& random)> run;
  std::function<cv::Size(cv::Size)> size;  ///< of the result, for the self-test
};

/// What colluding attackers have besides the marked picture.
struct Accomplices {
  /// The same picture with another payload, 1, 2, ...
  std::function<cv::Mat(int payload)> other_payload;
  /// Up to eight other marked pictures.
  std::function<std::vector<cv::Mat>()> other_pictures;
};

/// Recovery to reach in per cent (image-mark.md 13.1 by size, 13.2 for the signed frame); 0: none.
struct Targets {
  double small = 0, medium = 0, large = 0;
  double signed_frame = 0;  ///< from one megapixel up
};

struct Attack {
  std::string group;
  Step step;
  Targets targets = {};
  /// Set instead of `step.run` where the attack needs accomplices.
  std::function<cv::Mat(const cv::Mat& picture, const Accomplices& accomplices)> collude = {};
  std::string missing = {};  ///< why it cannot run on this machine; empty: it can
};

struct Suite {
  std::string name;
  std::vector<Attack> attacks;
};

/// Names for suites(), in the order in which they are printed.
const std::vector<std::string>& suite_names();

/// The suites of a comma list such as "floor,signed", or "all".
/// Throws std::invalid_argument for a name that does not exist.
std::vector<Suite> suites(std::string_view comma_list);

/// A seed from names, so that each attack on each file repeats bit for bit in any order of runs.
std::uint64_t seed_of(std::string_view attack, std::string_view file, std::uint64_t seed);

/// The attacked picture. `file` and `seed` choose the random numbers.
cv::Mat attacked(const Attack& attack, const cv::Mat& picture, std::string_view file,
                 std::uint64_t seed, const Accomplices& accomplices);

}  // namespace signmark::bench
