// SPDX-License-Identifier: Apache-2.0
// From a pose to payloads: soft values, polar decoding, gates (image-mark.md sections 8.4 and 9).
#pragma once

#include <optional>

#include "image/mark/pose.hpp"
#include "signal/polar.hpp"

namespace signmark::image {

/// Noise power and amplitude gain by radius, estimated from powers alone: phases stay untouched, as
/// the proof of section 9 needs it.
class RadialModel {
 public:
  /// `active`: carriers of which it is known that they carry, with their class gain.
  struct Group {
    std::span<const Carrier> carriers;
    std::span<const std::complex<float>> values;
    float gain;
  };
  RadialModel(std::span<const Group> active, const Group& idle);

  /// Better gains once bits are known: values turned by phase and bit. A filter that turns outer
  /// carriers round shows as a negative gain.
  void fit_coherent(std::span<const Group> known);

  [[nodiscard]] float noise(float radius) const;  ///< E|Z|^2 without the mark
  [[nodiscard]] float gain(float radius) const;   ///< amplitude of a carrier of gain x shape 1

 private:
  static constexpr int kRings = 12;
  std::array<float, kRings> noise_{}, gain_{};
};

struct IdReading {
  signal::IdFrame frame;
  signal::Bits coded;
  double z = 0, margin_db = 0;
  int corrected = 0;
};

struct SignedReading {
  signal::SignedFrame frame;
  double z = 0, margin_db = 0;
  int corrected = 0;
};

/// Carriers beyond this radius may have been turned round by a box-like filter (median 5, thumbnail
/// scalers), which no power tells: the second try leaves them out.
inline constexpr float kWholeReach = 1000, kInnerReach = 19;

/// What the carriers of a lattice say, turned by their phases and by the shift of the pose.
struct CarrierValues {
  using Values = std::vector<std::complex<float>>;
  Values pilots, id, id_idle;  ///< of the base lattice
  Values signed_frame, idle;   ///< of the double tile's; only needed for the signed frame
};
/// Values for the id frame alone, and all of them.
CarrierValues base_values(const Spectrum& spectrum, const CarrierSet& lattice, const Pose& pose);
CarrierValues all_values(const Spectrum& spectrum, const CarrierSet& lattice, const Pose& pose);

/// One try at the id frame. `list`: length of the decoder's list.
std::optional<IdReading> read_id(const CarrierValues& values, const CarrierSet& lattice,
                                 const signal::PolarCode& code, int list, float reach);

/// One try at the signed frame; the id frame of the same pose is known.
std::optional<SignedReading> read_signed(const CarrierValues& values, const CarrierSet& lattice,
                                         const signal::PolarCode& code, const IdReading& id,
                                         int list, float reach);

/// The carriers that a known id frame makes known, with their weights in a coherent sum.
struct KnownWave {
  std::vector<Carrier> carriers;
  std::vector<float> weights;
};
KnownWave known_wave(const CarrierSet& lattice, const IdReading& id);

}  // namespace signmark::image
