// SPDX-License-Identifier: Apache-2.0
// Blind search of scale, rotation and mirror state: the log-polar power spectrum is correlated with
// the constellation of active points (image-mark.md section 8.2 A).
#pragma once

#include "image/mark/pose.hpp"

namespace signmark::image {

struct Candidate {
  Pose pose;
  double score = 0;  ///< correlation, normalised by the carriers inside the band
};

/// A log-polar map: rows are directions over half a turn, columns log radii.
struct LogPolar {
  int angles;
  double log_step;
};
/// Fine: for pictures that were turned and scaled. Coarse: for the many tries at stretched ones,
/// whose constellation fits to 2 % only.
inline constexpr LogPolar kFine{576, 0.006}, kCoarse{240, 0.0145};

/// Reads log-polar maps of the power of pictures of one size.
class Rays {
 public:
  /// `stretch`: an extra linear map of frequencies, for pictures whose aspect was changed; identity
  /// otherwise.
  Rays(const LogPolar& kind, const cv::Matx22d& stretch, const Spectrum& like);
  /// Of the picture that `like` is of, or another of its size. Maps of several pictures that show
  /// the same lattice may be added up.
  [[nodiscard]] cv::Mat map(const Spectrum& spectrum) const;

 private:
  bool coarse_;
  int padding_;
  cv::Mat places_, fractions_;
};

/// The constellation of one key on one kind of map, ready for correlation. Immutable.
class Constellation {
 public:
  /// `with_signed`: expects the signed frame's carriers as well, which say nothing where it is
  /// absent.
  Constellation(const CarrierSet& lattice, LogPolar kind, bool with_signed);

  /// The spectrum of a picture's log-polar map of this kind, which all constellations of one kind
  /// can be correlated with.
  struct View {
    cv::Mat transformed;
    cv::Matx22d stretch;
  };
  [[nodiscard]] View view(const Spectrum& spectrum, const cv::Matx22d& stretch) const;
  [[nodiscard]] static View view_of(const cv::Mat& log_polar, const cv::Matx22d& stretch);

  /// The best `count` maps of each mirror state, loudest first.
  [[nodiscard]] std::vector<Candidate> acquire(const View& view, std::size_t count) const;

 private:
  [[nodiscard]] cv::Mat template_spectrum(const CarrierSet& lattice, bool mirrored) const;
  [[nodiscard]] std::vector<float> cumulated_energy(const CarrierSet& lattice) const;
  void pick(const cv::Mat& scores, const cv::Matx22d& stretch, bool mirrored, std::size_t count,
            std::vector<Candidate>& out) const;
  [[nodiscard]] Candidate candidate(int row, int column, const cv::Matx22d& stretch,
                                    bool mirrored) const;
  [[nodiscard]] float in_band(int shift) const;

  LogPolar kind_;
  float signed_weight_;
  int radii_, length_, columns_;  // of the map, of the template, of both with padding
  cv::Mat straight_, mirrored_;   // spectra of the templates
  std::vector<float> energy_;     // sum of squared weights up to each template column
};

/// Stretches that a changed aspect, a shear or an affine attack leaves.
std::vector<cv::Matx22d> stretches();

/// Pattern search over the four parameters on the power at the carriers, phases untouched.
void settle(const Spectrum& spectrum, const CarrierSet& lattice, Pose& pose);

}  // namespace signmark::image
