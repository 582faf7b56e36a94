// SPDX-License-Identifier: Apache-2.0
// Where super-frames begin: correlation with the pilots by Fourier transforms over time.
#pragma once

#include "audio/layout.hpp"
#include "audio/series.hpp"
#include "signal/bundle.hpp"

namespace signmark::audio {

/// Bands are transformed in bundles of sixteen: two make one complex signal.
inline constexpr std::size_t kBundles = kBands / (2 * signal::kLanes);

/// A series ready for correlation, bundle after bundle; two steps make one place.
class SeriesSpectrum {
 public:
  explicit SeriesSpectrum(const Series& series);
  [[nodiscard]] int places() const { return places_; }
  [[nodiscard]] int length() const { return length_; }
  [[nodiscard]] std::span<const signal::Bundle> values() const { return values_; }

 private:
  int places_, length_;
  std::vector<signal::Bundle> values_;
};

/// The pilots of one key.
class PilotSearch {
 public:
  explicit PilotSearch(const Layout& layout);

  /// The pilots under one tempo, ready for correlation with all series of one length.
  class Pattern {
   private:
    friend class PilotSearch;
    double tempo_ = 1;
    int span_ = 0;
    std::vector<signal::Bundle> values_;
  };
  [[nodiscard]] Pattern pattern(double tempo, int length) const;

  /// The best places of one tempo, best first. A place covers those successive super-frames that
  /// together say most.
  [[nodiscard]] std::vector<Place> find(const SeriesSpectrum& series, const Pattern& pattern,
                                        double pitch, std::size_t most) const;
  /// Correlation of folded cells with the pilots, in standard deviations.
  [[nodiscard]] double score(std::span<const float> cells) const;
  /// Moves a place to where the pilots fit best. `free`: tempo too.
  void refine(const Series& series, Place& place, bool free) const;

 private:
  struct Pilot {
    std::uint16_t slot = 0, band = 0;
    float sign = 1;
  };
  std::vector<Pilot> pilots_;
};

}  // namespace signmark::audio
