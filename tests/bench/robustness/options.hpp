// SPDX-License-Identifier: Apache-2.0
// What the command line of robustness_bench says.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "signmark/image.hpp"

namespace signmark::bench {

enum class Frames { both, id };

struct Options {
  std::vector<std::string> sources;  ///< files, and folders that are searched recursively
  std::string suite = "quick";
  std::vector<std::string> codecs = {"signmark"};
  Frames frames = Frames::both;
  double psnr = 0, ssim = 0;  ///< 0: the strength's
  image::RobustStrength strength = image::RobustStrength::normal;
  bool deep = false;
  int side = 0;  ///< pictures are brought to side² pixels; 0: as they are
  double min_mpx = 0, max_mpx = 0;
  int limit = 0;
  int threads = 1;
  std::uint64_t seed = 1;
  int keys = 1;  ///< random carrier keys in clean mode
  bool clean = false, transplant = false, tamper = false, self_test = false;
  std::string csv, diff_folder, attacks_folder;
};

/// Reads the command line; ends the process for --help and for errors, as CLI11 does.
Options read_options(int argc, char** argv);

}  // namespace signmark::bench
