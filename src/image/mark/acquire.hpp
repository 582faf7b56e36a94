// SPDX-License-Identifier: Apache-2.0
// Blind search of scale, rotation and mirror state: the log-polar power spectrum is correlated with
// the constellation of active points (image-mark.md section 8.2 A).
#pragma once

#include "image/mark/pose.hpp"

namespace signmark::image {

struct Candidate {
  Pose pose;
  double score = 0;  ///< standard deviations above the mean of its scale
};

/// The constellation of one key, ready for correlation. Immutable.
class Constellation {
 public:
  explicit Constellation(const CarrierSet& lattice);

 private:
  friend std::vector<Candidate> acquire(const Spectrum&, const Constellation&, const cv::Matx22d&,
                                        std::size_t);
  cv::Mat straight_, mirrored_;  // spectra of the templates
  std::vector<float> energy_;    // sum of squared weights up to each column
};

/// The best `count` maps of each mirror state, loudest first. `stretch`: an extra linear map of
/// frequencies, for pictures whose aspect was changed; identity otherwise.
std::vector<Candidate> acquire(const Spectrum& spectrum, const Constellation& constellation,
                               const cv::Matx22d& stretch, std::size_t count);

}  // namespace signmark::image
