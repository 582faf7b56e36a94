// SPDX-License-Identifier: Apache-2.0
// One mark in a film while it is followed: where its lattice lies, and what its carriers have said
// so far.
#pragma once

#include "video/mark/combine.hpp"
#include "video/mark/search.hpp"

namespace signmark::video {

/// The codes and the count of everything that was decoded, for the bound on false positives.
struct Decoder {
  signal::PolarCode id{image::kIdCarriers, signal::IdFrame::kBits};
  signal::PolarCode signed_frame{image::kSignedCarriers, signal::SignedFrame::kBits};
  std::uint64_t hypotheses = 0;
};

class Track {
 public:
  /// Decodes the id frame of a placed lattice; nothing when there is none.
  static std::optional<Track> start(const Views& views, KeyTools& tools, const Placed& placed,
                                    Decoder& decoder);

  /// Whether a view shows this mark; if so it is taken in.
  bool follow(const std::shared_ptr<const View>& view);

  /// Tries to read the signed frame from what was taken in; true when it is known.
  bool read_signed(Decoder& decoder);
  /// Reads the id frame again from everything, for its margin.
  void read_margin(Decoder& decoder);

  /// One view in which the mark was seen.
  struct Seen {
    double from = 0, to = 0;
    std::size_t phase = 0;
    Said said;  ///< values are dropped when no longer needed
  };
  [[nodiscard]] const std::vector<Seen>& seen() const { return seen_; }
  [[nodiscard]] const image::IdReading& id() const { return id_; }
  [[nodiscard]] const std::optional<image::SignedReading>& signed_frame() const { return signed_; }
  [[nodiscard]] const KeyTools& tools() const { return *tools_; }
  [[nodiscard]] bool phases_known() const { return phases_known_; }
  /// The map of hold 0 in canonical pixels; exact up to double tiles once the signed frame is read.
  [[nodiscard]] const image::Pose& pose() const { return pose_; }
  [[nodiscard]] double pilot_z() const { return pilot_z_; }
  /// When the section of the signed frame began, at the earliest and at the latest.
  [[nodiscard]] Span section_start() const;

 private:
  Track(KeyTools& tools, const Placed& placed, image::IdReading id);
  /// How well each hold is seen in a view.
  using Strengths = std::array<float, kHoldsInSection>;
  void take_in(const View& view, std::size_t phase, const Strengths& strengths);
  void refine(const Views& views, const Placed& placed);
  void learn_wave();
  [[nodiscard]] Strengths strengths_in(const image::CarrierValues::Values& values) const;
  void learn_phases(const image::CarrierValues::Values& values);
  [[nodiscard]] std::size_t newest(const View& view, const Strengths& strengths) const;
  [[nodiscard]] std::vector<std::vector<const Seen*>> groups() const;
  bool read_group(const std::vector<const Seen*>& group, Scene scene, Decoder& decoder);
  [[nodiscard]] bool goes_on(const View& view, std::size_t phase) const;

  KeyTools* tools_;
  image::Pose pose_;
  bool phases_known_;
  double pilot_z_;
  image::IdReading id_;
  image::KnownWave wave_;
  std::vector<std::vector<std::complex<float>>> turns_;  // of the wave, by phase
  std::optional<image::SignedReading> signed_;
  std::vector<Seen> section_;  // views of the signed frame's section, without values
  std::vector<Seen> seen_;
};

}  // namespace signmark::video
